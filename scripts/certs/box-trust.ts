import { createPublicKey, verify, X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { parseCertificate } from "../../device/xs/tls/certificate.ts";
import { type Refusal, type Verdict, verifyChain } from "../../device/xs/tls/chain.ts";
import { MalformedError } from "../../device/xs/tls/der.ts";
import { AlgorithmError } from "../../device/xs/tls/public-key.ts";
import type { SignatureVerifier } from "../../device/xs/tls/signature.ts";

/** Judges certificates with the box's own code, because OpenSSL accepts more than the box does. */

const verifier: SignatureVerifier = {
  verify({ algorithm, key, data, signature }) {
    const spki = createPublicKey({ key: Buffer.from(key.spki), format: "der", type: "spki" });
    return verify(algorithm.hash, data, spki, signature);
  },
};

export interface ServerQuestion {
  /** DER, in the order in which the server sent them */
  readonly chain: readonly Uint8Array[];
  /** DER: the box's ca.der */
  readonly root: Uint8Array;
  readonly host: string;
  readonly now: Date;
}

/** Whether the box trusts a server. */
export function judgeChain({ chain, root, host, now }: ServerQuestion): Verdict {
  return verifyChain({ chain, roots: [root], host, date: now.getTime(), verifier });
}

/** Whether one of the public CAs that Node knows signed the server's certificate. */
export function isFromPublicCa({ chain, host, now }: Omit<ServerQuestion, "root">): boolean {
  const roots = rootCertificates
    .map((pem) => new X509Certificate(pem).raw)
    // One root that the box could not use would end the search.
    .filter((root) => whyUnusableRoot(root) === undefined);
  return verifyChain({ chain, roots, host, date: now.getTime(), verifier }).isTrusted;
}

const supported =
  "the box needs RSA with 2048 to 4096 bits (PKCS#1 v1.5, not PSS) or ECDSA with P-256 or P-384, and SHA-256 or stronger";

/** Why the box refuses a certificate, after the name of the certificate. */
export const untrustedWords: Readonly<Record<Refusal, string>> = {
  malformed: "is not a version 3 certificate in strict DER, with an allowed content",
  "too-long": "is one too many: the box accepts six",
  algorithm: `has a key or signature that the box does not support: ${supported}`,
  "unknown-critical-extension": "has a critical extension that the box does not know",
  "not-yet-valid": "is not valid yet",
  expired: "has expired",
  name: "is for other names",
  "key-usage": "may not be used for a TLS server",
  issuer: "is not signed by the next certificate, nor by the box's ca.der",
  "not-a-ca": "is not a CA certificate, but signed another one",
  "path-length": "has a path length that is too short for this chain",
  signature: "has a signature that does not belong to its issuer",
};

/** @returns why the box could not use this DER certificate as its root; undefined: it can */
export function whyUnusableRoot(der: Uint8Array): string | undefined {
  try {
    const { authority, keyUsage, hasUnknownCritical } = parseCertificate(der);
    if (authority === undefined) return "is not a CA certificate";
    if (keyUsage?.canCertify === false) return "may not sign certificates (key usage)";
    return hasUnknownCritical ? untrustedWords["unknown-critical-extension"] : undefined;
  } catch (error) {
    if (error instanceof AlgorithmError) return untrustedWords.algorithm;
    if (error instanceof MalformedError) return untrustedWords.malformed;
    throw error;
  }
}
