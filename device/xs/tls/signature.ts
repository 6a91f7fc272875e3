import { DerReader, MalformedError, tag, toHex } from "./der.ts";
import { AlgorithmError, type Curve, type PublicKey } from "./public-key.ts";

export type Hash = "SHA256" | "SHA384" | "SHA512";

export interface SignatureAlgorithm {
  readonly type: PublicKey["type"];
  readonly hash: Hash;
}

export interface Signed {
  readonly algorithm: SignatureAlgorithm;
  readonly key: PublicKey;
  readonly data: Uint8Array;
  /** RSA: as long as the modulus. ECDSA: `ECDSA-Sig-Value`, DER (RFC 3279, 2.2.3) */
  readonly signature: Uint8Array;
}

/** Computes signatures' checks: the SDK's natives, or Node. */
export interface SignatureVerifier {
  /** Called only if {@link isSigned} accepted the format. A throw counts as false. */
  verify(signed: Signed): boolean;
}

/** RFC 8017, A.2.4 and RFC 5758, 3.2. MD5, SHA-1 and SHA-224 are excluded on purpose. */
const algorithms: Readonly<Record<string, SignatureAlgorithm>> = {
  "2a864886f70d01010b": { type: "rsa", hash: "SHA256" },
  "2a864886f70d01010c": { type: "rsa", hash: "SHA384" },
  "2a864886f70d01010d": { type: "rsa", hash: "SHA512" },
  "2a8648ce3d040302": { type: "ecdsa", hash: "SHA256" },
  "2a8648ce3d040303": { type: "ecdsa", hash: "SHA384" },
  "2a8648ce3d040304": { type: "ecdsa", hash: "SHA512" },
};

/**
 * An AlgorithmIdentifier of a signature (RFC 5280, 4.1.1.2).
 * @throws MalformedError, or AlgorithmError for one that is not supported
 */
export function parseSignatureAlgorithm(identifier: Uint8Array): SignatureAlgorithm {
  const outer = new DerReader(identifier);
  const fields = outer.readSequence();
  outer.end();
  const algorithm = algorithms[fields.readObjectIdentifier()];
  if (algorithm === undefined) throw new AlgorithmError("unsupported signature");
  // RFC 4055, 5: RSA has NULL; RFC 5758, 3.2: ECDSA has nothing.
  if (algorithm.type === "rsa" && fields.read(tag.null).length !== 0) {
    throw new MalformedError("not NULL");
  }
  fields.end();
  return algorithm;
}

/** Orders of the curves' groups (SP 800-186, 3.2.1). */
const orders: Readonly<Record<Curve, bigint>> = {
  "P-256": 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  "P-384":
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
};

/** The two numbers of an ECDSA signature, big-endian, each as long as the curve's order. */
export interface EcdsaSignature {
  readonly r: Uint8Array;
  readonly s: Uint8Array;
}

/**
 * @returns undefined unless both are from 1 to n − 1 (FIPS 186-5, 6.4.2, step 1). A verifier that
 * accepts zeros, such as the SDK's class, accepts them as a signature for anything.
 */
export function readEcdsaSignature(
  signature: Uint8Array,
  curve: Curve,
): EcdsaSignature | undefined {
  try {
    const outer = new DerReader(signature);
    const fields = outer.readSequence();
    outer.end();
    const r = fields.readUnsigned();
    const s = fields.readUnsigned();
    fields.end();
    for (const each of [r, s]) {
      const value = toBigInt(each);
      if (value < 1n || value >= orders[curve]) return undefined;
    }
    const size = orderBytes(curve);
    return { r: padded(r, size), s: padded(s, size) };
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

/** Bytes of a curve's order and of its coordinates. */
export const orderBytes = (curve: Curve): number => (curve === "P-256" ? 32 : 48);

/** `DigestInfo` up to the hash itself (RFC 8017, 9.2, note 1). */
const digestInfos: Readonly<Record<Hash, readonly number[]>> = {
  SHA256: [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20],
  SHA384: [0x30, 0x41, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0, 4, 0x30],
  SHA512: [0x30, 0x51, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 5, 0, 4, 0x40],
};

/**
 * EMSA-PKCS1-v1_5 (RFC 8017, 9.2): the only text of that length that a valid RSA signature decodes
 * to. It is compared as a whole, so nothing has to be parsed; forgeries exploit parsing.
 */
export function encodePkcs1(hash: Hash, digest: Uint8Array, length: number): Uint8Array {
  const info = digestInfos[hash];
  const encoded = new Uint8Array(length).fill(0xff);
  const start = length - info.length - digest.length;
  encoded[0] = 0;
  encoded[1] = 1;
  encoded[start - 1] = 0;
  encoded.set(info, start);
  encoded.set(digest, start + info.length);
  return encoded;
}

/** Whether this key signed this. Also false for a signature of another type, length or range. */
export function isSigned(signed: Signed, verifier: SignatureVerifier): boolean {
  const { algorithm, key, signature } = signed;
  if (algorithm.type !== key.type) return false;
  if (key.type === "rsa") {
    // RFC 8017, 8.2.2, step 1 and 5.2.2, step 1
    if (signature.length !== key.modulus.length) return false;
    if (toBigInt(signature) >= toBigInt(key.modulus)) return false;
  } else if (readEcdsaSignature(signature, key.curve) === undefined) {
    return false;
  }
  try {
    return verifier.verify(signed);
  } catch {
    return false;
  }
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const result = new Uint8Array(length);
  result.set(bytes, length - bytes.length);
  return result;
}
