import { createHash, createPublicKey, verify } from "node:crypto";
import type { Digest } from "../../device/hal.ts";

/** What an update needs that is not flash, with Node. */

export class Sha256 implements Digest {
  readonly #hash = createHash("sha256");

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  end(): Uint8Array {
    return this.#hash.digest();
  }
}

/**
 * Checks the signatures of manifests: ECDSA with P-256 and SHA-256, in DER.
 * @param points the public keys, as device/update-keys.ts has them
 */
export function updateVerifier(points: readonly string[]) {
  const keys = points.map((point) =>
    createPublicKey({ key: Buffer.from(spkiOfP256 + point, "hex"), format: "der", type: "spki" }),
  );
  return (manifest: Uint8Array, signature: Uint8Array, key: number): boolean => {
    const publicKey = keys[key];
    return publicKey !== undefined && verify("SHA256", manifest, publicKey, signature);
  };
}

/** SubjectPublicKeyInfo of a key on P-256, up to the point (RFC 5480, 2). */
const spkiOfP256 = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
