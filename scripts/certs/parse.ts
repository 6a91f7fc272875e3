import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Every certificate of a PEM text, in order; none if there is no certificate block.
 * @throws Error when a block is not a certificate
 */
export function certificatesOf(pem: string): X509Certificate[] {
  return [...pem.matchAll(certificateBlock)].map(([block]) => new X509Certificate(block));
}

/** The first certificate of a PEM text, or undefined when none can be read. */
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

/** Whether this code can make a certificate for the key: RSA or P-256. */
export function isSupportedKey(key: KeyObject): boolean {
  return key.asymmetricKeyType === "rsa" || key.asymmetricKeyDetails?.namedCurve === "prime256v1";
}

/** SHA-256 of the DER, 64 lower-case hex digits: AWS IoT's certificate ID. */
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

/** The date as shown to users: `2035-11-22`, UTC. */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
