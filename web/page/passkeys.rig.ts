/** Passkeys like in the service: real ceremonies with real verification, kept in memory. */
import { randomUUID } from "node:crypto";
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from "@simplewebauthn/server";
import type { Problem } from "../api.ts";

const rpID = "localhost";

export type PasskeyAnswer =
  | { readonly type: "options"; readonly value: object }
  | { readonly type: "signed-in"; readonly personId: string }
  | { readonly type: "refused"; readonly status: number; readonly problem: Problem };

const over: PasskeyAnswer = {
  type: "refused",
  status: 404,
  problem: { error: "invitation-over", message: "This invitation has expired." },
};

export class FakePasskeys {
  readonly #origin: () => string;
  /** ids of people by token */
  readonly #invitations = new Map<string, string>();
  readonly #credentials = new Map<string, WebAuthnCredential & { readonly personId: string }>();
  #challenge = "";

  constructor(origin: () => string) {
    this.#origin = origin;
  }

  invite(personId: string): string {
    const token = randomUUID();
    this.#invitations.set(token, personId);
    return token;
  }

  /** @returns null when the path does not belong to the sign-in */
  async answer(
    path: string,
    body: { token: string; response: RegistrationResponseJSON } & AuthenticationResponseJSON,
    nameOf: (personId: string) => string | undefined,
  ): Promise<PasskeyAnswer | null> {
    switch (path) {
      case "/api/sign-in/passkey/options": {
        const options = await generateAuthenticationOptions({ rpID });
        this.#challenge = options.challenge;
        return { type: "options", value: options };
      }
      case "/api/sign-in/passkey":
        return this.#authenticate(body);
      case "/api/invitation/options": {
        const userName = nameOf(this.#invitations.get(body.token) ?? "");
        if (userName === undefined) return over;
        const options = await generateRegistrationOptions({
          rpName: "Boom Box",
          rpID,
          userName,
          authenticatorSelection: { residentKey: "required", userVerification: "required" },
        });
        this.#challenge = options.challenge;
        return { type: "options", value: { name: userName, options } };
      }
      case "/api/invitation":
        return this.#register(body.token, body.response);
      default:
        return null;
    }
  }

  async #register(token: string, response: RegistrationResponseJSON): Promise<PasskeyAnswer> {
    const personId = this.#invitations.get(token);
    if (personId === undefined) return over;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: this.#challenge,
      expectedOrigin: this.#origin(),
      expectedRPID: rpID,
    });
    if (!verified || registrationInfo === undefined) return over;
    this.#invitations.delete(token);
    const { credential } = registrationInfo;
    this.#credentials.set(credential.id, { ...credential, personId });
    return { type: "signed-in", personId };
  }

  async #authenticate(response: AuthenticationResponseJSON): Promise<PasskeyAnswer> {
    const credential = this.#credentials.get(response.id);
    if (credential !== undefined) {
      const { verified } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: this.#challenge,
        expectedOrigin: this.#origin(),
        expectedRPID: rpID,
        credential,
      });
      if (verified) return { type: "signed-in", personId: credential.personId };
    }
    const problem = { error: "not-accepted", message: "This passkey is unknown." };
    return { type: "refused", status: 401, problem };
  }
}
