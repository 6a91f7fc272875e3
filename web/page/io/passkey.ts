/** Passkey ceremonies: options from the service, the browser's response, and its verification. */
import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
} from "@simplewebauthn/browser";
import type {
  InvitationBody,
  InvitationOptions,
  PasskeyBody,
  PasskeyOptions,
  SessionView,
} from "../../api.ts";
import type { Answer, Service } from "./service.ts";

export type PasskeyAnswer = Answer<SessionView> | { readonly type: "cancelled" };

export const areSupported = browserSupportsWebAuthn;

export async function signInByPasskey(service: Service): Promise<PasskeyAnswer> {
  const options = await service.call<PasskeyOptions>("POST", "/api/sign-in/passkey/options", {});
  if (options.type !== "ok") return options;
  try {
    const response: PasskeyBody = await startAuthentication({ optionsJSON: options.value });
    return await service.enter("/api/sign-in/passkey", response);
  } catch {
    // The person cancelled, or has no passkey on this device. The browser has shown which.
    return { type: "cancelled" };
  }
}

/** Who is invited, and what the browser must create. */
export function askInvitation(service: Service, token: string): Promise<Answer<InvitationOptions>> {
  return service.call("POST", "/api/invitation/options", { token });
}

export async function makePasskey(
  service: Service,
  token: string,
  invitation: InvitationOptions,
): Promise<PasskeyAnswer> {
  try {
    const response = await startRegistration({ optionsJSON: invitation.options });
    return await service.enter("/api/invitation", { token, response } satisfies InvitationBody);
  } catch {
    return { type: "cancelled" };
  }
}
