import { decodeBase64 } from "./base64.ts";
import { maximumStoredBytes } from "./journal.ts";

/** A certificate that AWS IoT Core made and that does not belong to a thing yet. */
export interface IssuedCertificate {
  /** DER, base64 */
  readonly certificate: string;
  /** to be sent to RegisterThing within the hour */
  readonly ownershipToken: string;
}

/**
 * An X.509 certificate as base64 of its DER: the body of the PEM, and the stored form.
 * @param pem from the network: PEM of exactly one certificate
 * @returns undefined if it is not a certificate, or too long for one storage value
 */
export function base64OfPem(pem: string): string | undefined {
  const begin = "-----BEGIN CERTIFICATE-----";
  const end = "-----END CERTIFICATE-----";
  const text = pem.trim();
  if (!text.startsWith(begin) || !text.endsWith(end)) return undefined;
  // PEM's lines end with LF or CRLF (RFC 7468, 3).
  const lines = text.slice(begin.length, -end.length).split("\n");
  const base64 = lines.map((line) => line.trim()).join("");
  return derOfBase64(base64) === undefined ? undefined : base64;
}

/**
 * The certificate's DER. Only the outer SEQUENCE is checked; the peer checks the rest.
 * @param base64 from storage: untrusted
 */
export function derOfBase64(base64: string | undefined): Uint8Array | undefined {
  if (base64 === undefined || base64.length > maximumStoredBytes) return undefined;
  const der = decodeBase64(base64);
  // 30 82 and two bytes of length (X.690, 8.1.3.5): a certificate has more than 255 bytes.
  if (der === undefined || der.length < 256 || der[0] !== 0x30 || der[1] !== 0x82) return undefined;
  const length = ((der[2] as number) << 8) | (der[3] as number);
  return length + 4 === der.length ? der : undefined;
}
