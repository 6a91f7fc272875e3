import { DerReader, MalformedError, tag } from "./der.ts";

/** Well-formed but not supported: too weak, too large, or unknown. */
export class AlgorithmError extends Error {
  override name = "AlgorithmError";
}

export type Curve = "P-256" | "P-384";

/** Numbers are big-endian. `spki` is the whole SubjectPublicKeyInfo, DER. */
export type PublicKey =
  | {
      readonly type: "rsa";
      readonly modulus: Uint8Array;
      readonly exponent: Uint8Array;
      readonly spki: Uint8Array;
    }
  | {
      readonly type: "ecdsa";
      readonly curve: Curve;
      /** uncompressed: 4, x, y (SEC 1, 2.3.3) */
      readonly point: Uint8Array;
      readonly spki: Uint8Array;
    };

const rsaEncryption = "2a864886f70d010101";
const idEcPublicKey = "2a8648ce3d0201";

const curves: Readonly<Record<string, { readonly curve: Curve; readonly pointLength: number }>> = {
  "2a8648ce3d030107": { curve: "P-256", pointLength: 65 },
  "2b81040022": { curve: "P-384", pointLength: 97 },
};

/** Amazon's have 2,048 bits; more than 4,096 take too long on an ESP32. */
const minModulusBytes = 256;
const maxModulusBytes = 512;

/**
 * A SubjectPublicKeyInfo (RFC 5280, 4.1.2.7; RFC 3279, 2.3.1; RFC 5480, 2.1).
 * @throws MalformedError, or AlgorithmError for another key type or size
 */
export function parsePublicKey(spki: Uint8Array): PublicKey {
  const outer = new DerReader(spki);
  const fields = outer.readSequence();
  outer.end();
  const algorithm = fields.readSequence();
  const bits = fields.readBytesOfBits();
  fields.end();
  const type = algorithm.readObjectIdentifier();
  if (type === rsaEncryption) {
    if (algorithm.read(tag.null).length !== 0) throw new MalformedError("not NULL");
    algorithm.end();
    return { ...parseRsa(bits), spki };
  }
  if (type !== idEcPublicKey) throw new AlgorithmError("unsupported key type");
  // Only named curves (RFC 5480, 2.1.1.1).
  if (!algorithm.isNext(tag.objectIdentifier)) throw new AlgorithmError("unnamed curve");
  const named = curves[algorithm.readObjectIdentifier()];
  algorithm.end();
  if (named === undefined) throw new AlgorithmError("unsupported curve");
  if (bits.length !== named.pointLength || bits[0] !== 4) {
    throw new AlgorithmError("unsupported point form");
  }
  return { type: "ecdsa", curve: named.curve, point: bits, spki };
}

function parseRsa(bits: Uint8Array) {
  const outer = new DerReader(bits);
  const fields = outer.readSequence();
  outer.end();
  const modulus = fields.readUnsigned();
  const exponent = fields.readUnsigned();
  fields.end();
  if (modulus.length < minModulusBytes || modulus.length > maxModulusBytes) {
    throw new AlgorithmError("unsupported RSA size");
  }
  if (((modulus.at(-1) ?? 0) & 1) === 0) throw new AlgorithmError("even modulus");
  // Small exponents have allowed forged signatures when padding was parsed loosely; SP 800-89,
  // 5.3.3.
  let value = 0;
  for (const byte of exponent) value = value * 256 + byte;
  if (exponent.length > 4 || value < 65_537 || value % 2 === 0) {
    throw new AlgorithmError("unsupported RSA exponent");
  }
  return { type: "rsa", modulus, exponent } as const;
}
