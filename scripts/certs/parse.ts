import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Every certificate of a PEM text, in its order; none if there is no certificate block.
 * @throws Error when a block is not a certificate
 */
export function certificatesOf(pem: string): X509Certificate[] {
  return [...pem.matchAll(certificateBlock)].map(([block]) => new X509Certificate(block));
}

/** The first certificate of a PEM text, or undefined when there is none that can be read. */
export function leafOf(pem: string): X509Certificate | undefined {
  try {
    return certificatesOf(pem).at(0);
  } catch {
    return undefined;
  }
}

/** A private key in the given form, or undefined when it cannot be read. DER is PKCS#8. */
export function privateKeyOf(bytes: Buffer, form: "pem" | "der"): KeyObject | undefined {
  try {
    return form === "pem"
      ? createPrivateKey(bytes)
      : createPrivateKey({ key: bytes, format: "der", type: "pkcs8" });
  } catch {
    return undefined;
  }
}

/** Whether a certificate can be made for this key here: RSA or P-256. */
export function isSupportedKey(key: KeyObject): boolean {
  return key.asymmetricKeyType === "rsa" || key.asymmetricKeyDetails?.namedCurve === "prime256v1";
}

/** SHA-256 of the DER, 64 lower-case hex digits: what AWS IoT calls the certificate's id. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}

export function notBeforeOf(certificate: X509Certificate): Date {
  return new Date(certificate.validFrom);
}

export function notAfterOf(certificate: X509Certificate): Date {
  return new Date(certificate.validTo);
}

/** The DNS names and IP addresses in subjectAltName. */
export function namesOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? "")
    .split(", ")
    .flatMap((entry) => /^(?:DNS|IP Address):([\w.:*-]+)$/.exec(entry)?.[1] ?? []);
}

/** `2035-11-22`, UTC: how a day is shown to people. */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
