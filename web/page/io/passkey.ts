/** Passkey ceremonies: options from the service, the browser's response, and its verification. */
import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
} from "@simplewebauthn/browser";
import type { InvitationOptions, SessionView } from "../../api.ts";
import type { Answer, Service } from "./service.ts";

export type PasskeyAnswer = Answer<SessionView> | { readonly type: "cancelled" };

export const areSupported = browserSupportsWebAuthn;

export async function signInByPasskey(service: Service): Promise<PasskeyAnswer> {
  const options = await service.passkeyOptions();
  if (options.type !== "ok") return options;
  try {
    const response = await startAuthentication({ optionsJSON: options.value });
    return await service.signIn(response);
  } catch {
    // The person cancelled, or has no passkey on this device. The browser has shown which.
    return { type: "cancelled" };
  }
}

export async function makePasskey(
  service: Service,
  token: string,
  invitation: InvitationOptions,
): Promise<PasskeyAnswer> {
  try {
    const response = await startRegistration({ optionsJSON: invitation.options });
    return await service.acceptInvitation({ token, response });
  } catch {
    return { type: "cancelled" };
  }
}
