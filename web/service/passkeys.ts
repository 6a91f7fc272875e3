import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import type { Passkey, Person, SignInAttempt } from "../domain/entities.ts";
import type { Store } from "../store/store.ts";
import { derived } from "./secrets.ts";
import type { WebSettings } from "./settings.ts";

/** How long the browser waits for the fingerprint, face or PIN. */
const timeoutMs = 5 * 60_000;

interface PasskeysParts {
  readonly store: Store;
  readonly settings: WebSettings;
  now(): number;
}

/** The host name that passkeys belong to [WebAuthn, RP ID]. */
export function rpIdOf({ origin }: WebSettings): string {
  return new URL(origin).hostname;
}

export type PasskeyResult<T> =
  | { readonly type: "accepted"; readonly value: T }
  /** `why` is for the log only; the client learns only that the passkey was not accepted */
  | { readonly type: "refused"; readonly why: string };

export type SignInResult =
  | PasskeyResult<{ readonly person: Person; readonly credentialId: string }>
  /** the passkey is right, but its person is locked out */
  | { readonly type: "locked-out"; readonly person: Person };

/**
 * WebAuthn with required user verification: the device plus a fingerprint, face or PIN. Credentials are
 * discoverable, so nobody types a user name. `attempt` is the token of a {@link SignInAttempt}, and the
 * challenge is derived from it.
 */
export class Passkeys {
  readonly #parts: PasskeysParts;
  readonly #rpID: string;

  constructor(parts: PasskeysParts) {
    this.#parts = parts;
    this.#rpID = rpIdOf(parts.settings);
  }

  requestOptions(attempt: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return generateAuthenticationOptions({
      rpID: this.#rpID,
      challenge: challengeBytes(attempt),
      timeout: timeoutMs,
      userVerification: "required",
    });
  }

  async creationOptions(
    attempt: string,
    person: Person,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const known = await this.#parts.store.passkeysOf(person.id);
    return generateRegistrationOptions({
      rpName: this.#parts.settings.name,
      rpID: this.#rpID,
      userID: new TextEncoder().encode(person.id),
      userName: person.email ?? person.name,
      userDisplayName: person.name,
      challenge: challengeBytes(attempt),
      timeout: timeoutMs,
      excludeCredentials: known.map(({ credentialId, transports }) => ({
        id: credentialId,
        transports: [...transports],
      })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    });
  }

  /** @returns the person whose passkey signed the challenge of this attempt, and the passkey's id */
  async authenticate(attempt: string, response: AuthenticationResponseJSON): Promise<SignInResult> {
    const { store, settings, now } = this.#parts;
    const passkey = await store.passkey(response.id);
    if (passkey === undefined) return { type: "refused", why: "unknown passkey" };
    const verified = await verification(() =>
      verifyAuthenticationResponse({
        response,
        expectedChallenge: derived(attempt, "challenge"),
        expectedOrigin: settings.origin,
        expectedRPID: this.#rpID,
        requireUserVerification: true,
        credential: {
          id: passkey.credentialId,
          publicKey: Uint8Array.from(Buffer.from(passkey.publicKey, "base64url")),
          counter: passkey.counter,
        },
      }),
    );
    if (verified.type === "refused") return verified;
    if (!verified.value.verified) return { type: "refused", why: "the signature is not valid" };
    const person = await store.person(passkey.personId);
    if (person === undefined) return { type: "refused", why: "the person is unknown" };
    // Only after the signature: nobody else may learn that this person is locked out.
    if (!person.isActive) return { type: "locked-out", person };
    await store.usePasskey(
      passkey.credentialId,
      verified.value.authenticationInfo.newCounter,
      now(),
    );
    return { type: "accepted", value: { person, credentialId: passkey.credentialId } };
  }

  /** @returns the new passkey, created for the challenge of this attempt */
  async register(
    attempt: string,
    person: Person,
    response: RegistrationResponseJSON,
  ): Promise<PasskeyResult<Passkey>> {
    const { settings, now } = this.#parts;
    const verified = await verification(() =>
      verifyRegistrationResponse({
        response,
        expectedChallenge: derived(attempt, "challenge"),
        expectedOrigin: settings.origin,
        expectedRPID: this.#rpID,
        requireUserVerification: true,
      }),
    );
    if (verified.type === "refused") return verified;
    if (!verified.value.verified) return { type: "refused", why: "the attestation is not valid" };
    const { credential } = verified.value.registrationInfo;
    return {
      type: "accepted",
      value: {
        credentialId: credential.id,
        personId: person.id,
        publicKey: Buffer.from(credential.publicKey).toString("base64url"),
        counter: credential.counter,
        transports: credential.transports ?? [],
        rpId: this.#rpID,
        name: "",
        createdAt: now(),
        lastUsedAt: null,
      },
    };
  }
}

function challengeBytes(attempt: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(derived(attempt, "challenge"), "base64url"));
}

/** The library throws when anything in the client's response is wrong. */
async function verification<T>(verify: () => Promise<T>): Promise<PasskeyResult<T>> {
  try {
    return { type: "accepted", value: await verify() };
  } catch (error) {
    return { type: "refused", why: error instanceof Error ? error.message : String(error) };
  }
}
