import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import { isoCBOR } from "@simplewebauthn/server/helpers";

/** What is wrong with a response. */
export interface Faults {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly isVerified?: boolean;
  readonly counter?: number;
  readonly signature?: string;
}

const flags = { userPresent: 0x01, userVerified: 0x04, attested: 0x40 };

/** A software authenticator with one P-256 key and real signatures (WebAuthn Level 3, § 6). */
export class FakeAuthenticator {
  readonly id = randomBytes(16).toString("base64url");
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  #counter = 0;
  #userHandle = "";

  create(
    { challenge, rp, user }: PublicKeyCredentialCreationOptionsJSON,
    origin: string,
    faults: Faults = {},
  ): RegistrationResponseJSON {
    this.#userHandle = user.id;
    const authData = Buffer.concat([
      this.#authenticatorData(rp.id ?? "", flags.attested, faults),
      Buffer.alloc(16),
      Buffer.from([0, 16]),
      Buffer.from(this.id, "base64url"),
      coseKey(this.#keys.publicKey),
    ]);
    const attestation = new Map<string, unknown>([
      ["fmt", "none"],
      ["attStmt", new Map()],
      ["authData", Uint8Array.from(authData)],
    ]);
    const clientData = clientDataOf("webauthn.create", challenge, origin, faults);
    return {
      id: this.id,
      rawId: this.id,
      type: "public-key",
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString("base64url"),
        attestationObject: Buffer.from(isoCBOR.encode(attestation as never)).toString("base64url"),
        transports: ["internal"],
      },
    };
  }

  get(
    { challenge, rpId }: PublicKeyCredentialRequestOptionsJSON,
    origin: string,
    faults: Faults = {},
  ): AuthenticationResponseJSON {
    this.#counter += 1;
    const authData = this.#authenticatorData(rpId ?? "", 0, faults);
    const clientData = clientDataOf("webauthn.get", challenge, origin, faults);
    const signed = Buffer.concat([authData, sha256(clientData)]);
    return {
      id: this.id,
      rawId: this.id,
      type: "public-key",
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString("base64url"),
        authenticatorData: authData.toString("base64url"),
        signature:
          faults.signature ?? sign("sha256", signed, this.#keys.privateKey).toString("base64url"),
        ...(this.#userHandle === "" ? {} : { userHandle: this.#userHandle }),
      },
    };
  }

  #authenticatorData(rpId: string, extra: number, faults: Faults): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(faults.counter ?? this.#counter);
    const verified = (faults.isVerified ?? true) ? flags.userVerified : 0;
    const bits = flags.userPresent | verified | extra;
    return Buffer.concat([sha256(Buffer.from(faults.rpId ?? rpId)), Buffer.from([bits]), counter]);
  }
}

function clientDataOf(type: string, challenge: string, origin: string, faults: Faults): Buffer {
  const data = {
    type,
    challenge: faults.challenge ?? challenge,
    origin: faults.origin ?? origin,
    crossOrigin: false,
  };
  return Buffer.from(JSON.stringify(data));
}

/** RFC 9053, § 7.1.1: EC2, ES256, P-256 */
function coseKey(publicKey: KeyObject): Buffer {
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "base64url"));
  const key = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, bytes(x)],
    [-3, bytes(y)],
  ]);
  return Buffer.from(isoCBOR.encode(key as never));
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
