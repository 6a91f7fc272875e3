import { Digest } from "crypt";
import Curve from "curve";
import ECDSA from "ecdsa";
import ECPoint from "ecp";
import Modular from "modular";
import type { PublicKey } from "./public-key.ts";
import {
  encodePkcs1,
  orderBytes,
  readEcdsaSignature,
  type SignatureVerifier,
} from "./signature.ts";

/** Verifies signatures with the SDK's natives. They do not judge the format of a signature. */
export const sdkVerifier: SignatureVerifier = {
  verify({ algorithm, key, data, signature }) {
    const digest = new Uint8Array(new Digest(algorithm.hash).process(data));
    return key.type === "rsa"
      ? verifyRsa(key, encodePkcs1(algorithm.hash, digest, signature.length), signature)
      : verifyEcdsa(key, digest, signature);
  },
};

type RsaKey = Extract<PublicKey, { readonly type: "rsa" }>;
type EcdsaKey = Extract<PublicKey, { readonly type: "ecdsa" }>;

/** RFC 8017, 8.2.2 */
function verifyRsa(key: RsaKey, expected: Uint8Array, signature: Uint8Array): boolean {
  const modulus = new Modular(toBigInt(key.modulus));
  return modulus.exp(toBigInt(signature), toBigInt(key.exponent)) === toBigInt(expected);
}

/** FIPS 186-5, 6.4.2 */
function verifyEcdsa(key: EcdsaKey, digest: Uint8Array, signature: Uint8Array): boolean {
  const numbers = readEcdsaSignature(signature, key.curve);
  if (numbers === undefined) return false;
  const size = orderBytes(key.curve);
  const both = new Uint8Array(2 * size);
  both.set(numbers.r);
  both.set(numbers.s, size);
  // The left-most bits, as many as the order has: the SDK's class would use all of them.
  const hash = bufferOf(digest.subarray(0, size));
  const x = toBigInt(key.point.subarray(1, 1 + size));
  const y = toBigInt(key.point.subarray(1 + size));
  const curve = new Curve(key.curve === "P-256" ? "secp256r1" : "secp384r1");
  return new ECDSA(new ECPoint(x, y), curve, false).verify(hash, both.buffer);
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt.fromArrayBuffer(bufferOf(bytes));
}
