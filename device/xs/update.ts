import type { Digest as NativeDigest } from "crypt";
import type { VerifyUpdate } from "../core/update-check.ts";
import type { Digest } from "../hal.ts";
import type { PublicKey } from "./tls/public-key.ts";
import { isSigned, type SignatureVerifier } from "./tls/signature.ts";

/** SHA-256 with Moddable's `Digest`. */
export class XsSha256 implements Digest {
  readonly #native: NativeDigest;

  constructor(native: typeof NativeDigest) {
    this.#native = new native("SHA256");
  }

  write(bytes: Uint8Array): void {
    this.#native.write(bytes);
  }

  end(): Uint8Array {
    return new Uint8Array(this.#native.close());
  }
}

/**
 * Checks the signatures of manifests, with what also checks those of certificates.
 * @param points as update-keys.ts has them
 */
export function updateVerifier(
  points: readonly string[],
  verifier: SignatureVerifier,
): VerifyUpdate {
  return (data, signature, index) => {
    const point = points[index];
    if (point?.length !== 2 * pointBytes) return false;
    const key = keyOf(point);
    return isSigned({ algorithm, key, data, signature }, verifier);
  };
}

const algorithm = { type: "ecdsa", hash: "SHA256" } as const;

/** A byte that says uncompressed, and two coordinates (SEC 1, 2.3.3). */
const pointBytes = 65;

function keyOf(hex: string): PublicKey {
  const spki = bytesOf(spkiBeforePoint + hex);
  return { type: "ecdsa", curve: "P-256", point: spki.subarray(spki.length - pointBytes), spki };
}

/** SubjectPublicKeyInfo of a key on P-256, up to the point (RFC 5480, 2). */
const spkiBeforePoint = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

function bytesOf(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
