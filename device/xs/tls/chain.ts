import { type Certificate, parseCertificate } from "./certificate.ts";
import { areEqual, MalformedError } from "./der.ts";
import { isForHost } from "./host-name.ts";
import { AlgorithmError } from "./public-key.ts";
import { isSigned, type SignatureVerifier } from "./signature.ts";

/** Why a chain is refused: the first error found. */
export type Refusal =
  | "malformed"
  | "too-long"
  | "algorithm"
  | "unknown-critical-extension"
  | "not-yet-valid"
  | "expired"
  | "name"
  | "key-usage"
  | "issuer"
  | "not-a-ca"
  | "path-length"
  | "signature";

/**
 * `certificate` is the position of the refused certificate in the chain; one past the end is the
 * root.
 */
export type Verdict =
  | { readonly isTrusted: true; readonly leaf: Certificate }
  | { readonly isTrusted: false; readonly reason: Refusal; readonly certificate: number };

export interface Question {
  /** DER, leaf first */
  readonly chain: readonly Uint8Array[];
  /** DER, CA certificates */
  readonly roots: readonly Uint8Array[];
  /** the requested DNS name or IPv4 address */
  readonly host: string;
  /** ms since 1970 */
  readonly date: number;
  readonly verifier: SignatureVerifier;
}

/**
 * AWS IoT Core sends four. Certificates after the one that a registered root signed are ignored.
 */
export const maxChainLength = 6;

class Refused extends Error {
  override name = "Refused";
  readonly reason: Refusal;
  readonly certificate: number;

  constructor(reason: Refusal, certificate: number) {
    super(reason);
    this.reason = reason;
    this.certificate = certificate;
  }
}

/**
 * Path validation (RFC 5280, 6.1) for the chain of a TLS server: each certificate is signed by the
 * next (RFC 5246, 7.4.2), up to one that a registered root signed, all valid at this time,
 * including the root. No policies, no name constraints (certificates with them are refused), no
 * revocation. Never throws.
 */
export function verifyChain(question: Question): Verdict {
  try {
    return { isTrusted: true, leaf: walk(question) };
  } catch (error) {
    if (error instanceof Refused) {
      return { isTrusted: false, reason: error.reason, certificate: error.certificate };
    }
    // Whatever else went wrong, it is not trusted.
    return { isTrusted: false, reason: "malformed", certificate: 0 };
  }
}

/** @throws Refused */
function walk({ chain, roots, host, date, verifier }: Question): Certificate {
  if (chain.length > maxChainLength) throw new Refused("too-long", maxChainLength);
  const anchors = roots.map((root) => parseAt(root, chain.length));
  const leaf = parseAt(chain[0] ?? new Uint8Array(), 0);
  checkUsable(leaf, date, 0);
  // 4.2.1.3: the key that signs the key exchange must be allowed to sign.
  if (leaf.keyUsage?.canSign === false) throw new Refused("key-usage", 0);
  if (!isForHost(leaf, host)) throw new Refused("name", 0);

  let current = leaf;
  let intermediates = 0;
  for (let at = 0; ; at++) {
    const anchor = anchors.find(
      (each) => areEqual(each.subject, current.issuer) && isSignedBy(current, each, verifier),
    );
    if (anchor !== undefined) {
      checkUsable(anchor, date, chain.length);
      checkAuthority(anchor, intermediates, chain.length);
      return leaf;
    }
    const next = chain[at + 1];
    if (next === undefined) throw new Refused(refusalOfLast(current, anchors), at);
    const issuer = parseAt(next, at + 1);
    if (!areEqual(issuer.subject, current.issuer)) throw new Refused("issuer", at);
    checkUsable(issuer, date, at + 1);
    checkAuthority(issuer, intermediates, at + 1);
    if (!isSignedBy(current, issuer, verifier)) throw new Refused("signature", at);
    // 6.1.4 (l): a self-issued CA certificate, used to change a key, does not count.
    if (!areEqual(issuer.subject, issuer.issuer)) intermediates += 1;
    current = issuer;
  }
}

/** A root of that name that did not sign it, or no root of that name. */
function refusalOfLast(last: Certificate, anchors: readonly Certificate[]): Refusal {
  return anchors.some(({ subject }) => areEqual(subject, last.issuer)) ? "signature" : "issuer";
}

function parseAt(der: Uint8Array, at: number): Certificate {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof AlgorithmError) throw new Refused("algorithm", at);
    if (error instanceof MalformedError) throw new Refused("malformed", at);
    throw error;
  }
}

function checkUsable(certificate: Certificate, date: number, at: number): void {
  if (certificate.hasUnknownCritical) throw new Refused("unknown-critical-extension", at);
  // So that an invalid date (NaN) is before everything.
  if (!(date >= certificate.notBefore)) throw new Refused("not-yet-valid", at);
  if (date > certificate.notAfter) throw new Refused("expired", at);
  // For a CA, this limits what it may issue, as in every browser.
  if (certificate.isForServers === false) throw new Refused("key-usage", at);
}

/** 6.1.4 (k) to (n) */
function checkAuthority(certificate: Certificate, intermediates: number, at: number): void {
  const { authority, keyUsage } = certificate;
  if (authority === undefined) throw new Refused("not-a-ca", at);
  if (keyUsage?.canCertify === false) throw new Refused("key-usage", at);
  if (intermediates > authority.pathLength) throw new Refused("path-length", at);
}

function isSignedBy(
  { algorithm, signedData, signature }: Certificate,
  { key }: Certificate,
  verifier: SignatureVerifier,
): boolean {
  return isSigned({ algorithm, key, data: signedData, signature }, verifier);
}
