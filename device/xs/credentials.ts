import type { Secure } from "embedded:io/socket/tcp/tls";
import { readUtf8 } from "../core/utf8.ts";
import type { Identity } from "../hal.ts";
import { parseCertificate } from "./tls/certificate.ts";

/** The certificates and keys of a box in flash, all DER. */
export interface Credentials {
  /** the trusted CA, the box's own key, and its own certificate if the image has one */
  readonly secure: Secure;
  /** for a box without a certificate in the image */
  readonly claim?: ClaimCredentials;
}

export interface ClaimCredentials {
  /** of the whole fleet */
  readonly clientCertificates: readonly ArrayBuffer[];
  readonly clientKey: ArrayBuffer;
  /** PKCS#10, PEM, signed with the box's own key */
  readonly request: ArrayBuffer;
}

/** What TLS needs for this identity. */
export function secureOf({ secure, claim }: Credentials, identity: Identity | undefined): Secure {
  if (identity === undefined || claim === undefined) return secure;
  switch (identity.type) {
    case "built-in":
      return secure;
    case "issued":
      return { ...secure, clientCertificates: [bufferOf(identity.certificate)] };
    case "claim": {
      const { clientCertificates, clientKey } = claim;
      return { ...secure, clientCertificates, clientKey };
    }
  }
}

export function requestOf({ claim }: Credentials): string | undefined {
  return claim === undefined ? undefined : readUtf8(new Uint8Array(claim.request));
}

/** In ms since 1970; undefined if the certificate cannot be read. */
export function certificateEndsAt(
  credentials: Credentials,
  identity: Identity,
): number | undefined {
  const [certificate] = secureOf(credentials, identity).clientCertificates ?? [];
  if (certificate === undefined) return undefined;
  try {
    return parseCertificate(new Uint8Array(certificate)).notAfter;
  } catch {
    return undefined;
  }
}

/** TLS requires whole buffers. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
