import { createPublicKey, verify } from "node:crypto";
import type { SignatureVerifier } from "./signature.ts";

/** Verifies signatures with Node, independently of our parser. */
export const nodeVerifier: SignatureVerifier = {
  verify({ algorithm, key, data, signature }) {
    const spki = createPublicKey({ key: Buffer.from(key.spki), format: "der", type: "spki" });
    return verify(algorithm.hash, data, spki, signature);
  },
};
