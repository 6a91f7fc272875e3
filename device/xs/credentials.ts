import type { Secure } from "embedded:io/socket/tcp/tls";
import { readUtf8 } from "../core/utf8.ts";
import type { Identity } from "../hal.ts";
import { parseCertificate } from "./tls/certificate.ts";

/**
 * The certificates and keys of a box, which are in its own partition: read for each connection, and
 * released with it.
 */
export interface Credentials {
  /** A file of the box (box-contents.ts); undefined if it has none of that name. */
  readonly readFile: (name: string) => Uint8Array | undefined;
}

/** What TLS needs for this identity. A file that is missing is empty, and ends in an error of TLS. */
export function secureOf({ readFile }: Credentials, identity: Identity | undefined): Secure {
  const file = (name: string) => bufferOf(readFile(name) ?? new Uint8Array());
  const secureWith = (certificate: ArrayBuffer, key: string): Secure => ({
    certificate: file("ca.der"),
    clientCertificates: [certificate],
    clientKey: file(key),
  });
  switch (identity?.type) {
    case "issued":
      return secureWith(bufferOf(identity.certificate), "private-key.der");
    case "claim":
      return secureWith(file("claim-certificate.der"), "claim-private-key.der");
    default:
      return secureWith(file("certificate.der"), "private-key.der");
  }
}

export function requestOf({ readFile }: Credentials): string | undefined {
  const request = readFile("request.pem");
  return request === undefined ? undefined : readUtf8(request);
}

/** In ms since 1970; undefined if the certificate cannot be read. */
export function certificateEndsAt(
  { readFile }: Credentials,
  identity: Identity,
): number | undefined {
  const certificate =
    identity.type === "issued"
      ? identity.certificate
      : readFile(identity.type === "claim" ? "claim-certificate.der" : "certificate.der");
  if (certificate === undefined) return undefined;
  try {
    return parseCertificate(certificate).notAfter;
  } catch {
    return undefined;
  }
}

/** TLS requires whole buffers. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
