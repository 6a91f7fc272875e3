import type { PublicKey } from "./public-key.ts";
import { isSigned, type SignatureAlgorithm, type SignatureVerifier } from "./signature.ts";

/** A server's share of the secret (RFC 8422, 5.4). */
export interface KeyExchange {
  readonly curve: number;
  /** its ephemeral public key: 4, x, y */
  readonly point: Uint8Array;
}

/** What was signed, and who must have signed it. */
export interface KeyExchangeContext {
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  /** the two bytes of the suite */
  readonly suite: readonly number[];
  /** of the leaf */
  readonly key: PublicKey;
  readonly verifier: SignatureVerifier;
}

const namedCurve = 3;
/** The only curve that is offered (RFC 8422, 5.1.1). */
const secp256r1 = 23;
const pointLength = 65;
const paramsLength = 4 + pointLength;

const sha256 = 4;
/** SignatureAlgorithm (RFC 5246, 7.4.1.4.1) of each suite's second byte */
const types: Readonly<Record<number, { code: number; type: SignatureAlgorithm["type"] }>> = {
  47: { code: 1, type: "rsa" },
  43: { code: 3, type: "ecdsa" },
};

/**
 * The body of a ServerKeyExchange: P-256, signed with SHA-256 by the leaf's key, exact length.
 * @returns undefined if it is anything else, in particular if it is unsigned
 */
export function readKeyExchange(
  body: Uint8Array,
  { clientRandom, serverRandom, suite, key, verifier }: KeyExchangeContext,
): KeyExchange | undefined {
  const expected = types[suite[1] ?? 0];
  const signature = body.subarray(paramsLength + 4);
  const isInShape =
    body[0] === namedCurve &&
    read16(body, 1) === secp256r1 &&
    body[3] === pointLength &&
    body[4] === 4 &&
    body[paramsLength] === sha256 &&
    body[paramsLength + 1] === expected?.code &&
    read16(body, paramsLength + 2) === signature.length &&
    clientRandom.length === 32 &&
    serverRandom.length === 32;
  if (expected === undefined || !isInShape) return undefined;
  const data = new Uint8Array(64 + paramsLength);
  data.set(clientRandom);
  data.set(serverRandom, 32);
  data.set(body.subarray(0, paramsLength), 64);
  const algorithm: SignatureAlgorithm = { type: expected.type, hash: "SHA256" };
  if (!isSigned({ algorithm, key, data, signature }, verifier)) return undefined;
  return { curve: secp256r1, point: body.subarray(4, paramsLength) };
}

const read16 = (bytes: Uint8Array, at: number) => (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
