import type { KeyObject, X509Certificate } from "node:crypto";
import { UserError } from "../command-line/user-error.ts";
import { readIfPresent } from "./files.ts";
import { type Certificates, type StoredIdentity, storedIdentity } from "./identity.ts";
import { certificatesOf, dayOf, notAfterOf, notBeforeOf, privateKeyOf } from "./parse.ts";

/** The files that the user names. */
export interface CredentialPaths {
  /** `--ca`: one CA or several, PEM */
  readonly ca: string;
  /** `--cert`: the leaf, then its issuers if any, PEM */
  readonly certificate: string;
  /** `--key`: PEM without a passphrase; RSA, EC or any other type that Node's TLS supports */
  readonly key: string;
}

/**
 * Reads and checks the files of `--ca`, `--cert` and `--key`.
 * @throws UserError of one line: which flag and file, what is wrong with it, what to do
 */
export async function readCredentials(
  paths: CredentialPaths,
  now: Date = new Date(),
): Promise<StoredIdentity> {
  const authorities = await readPemCertificate(paths.ca, "--ca");
  const chain = await readPemCertificate(paths.certificate, "--cert");
  const key = await readPrivateKey(paths.key, "--key");
  checkKeyPair({ certificate: chain[0], path: paths.certificate }, { key, path: paths.key });
  for (const certificate of chain) checkDates(certificate, paths.certificate, "--cert", now);
  // a bundle often contains an expired CA: one valid CA is enough
  if (!authorities.some((each) => isInDate(each, now))) {
    checkDates(authorities[0], paths.ca, "--ca", now);
  }
  return storedIdentity(chain, key, authorities);
}

/**
 * The certificates of a PEM file, in order. It does not check their dates.
 * @param what the flag that names the file, `--cert`
 * @throws UserError when the file does not exist, or holds no certificate
 */
export async function readPemCertificate(path: string, what: string): Promise<Certificates> {
  const bytes = await contentOf(path, what);
  const text = bytes.toString("latin1");
  try {
    const [leaf, ...issuers] = certificatesOf(text);
    if (leaf !== undefined) return [leaf, ...issuers];
  } catch (cause) {
    throw problem(what, path, "holds a damaged certificate", "copy it again", cause);
  }
  if (isDer(bytes)) {
    throw problem(
      what,
      path,
      "is DER, not PEM",
      `convert it with "openssl x509 -inform der -in ${path} -out ${path}.pem"`,
    );
  }
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw problem(what, path, "holds a private key, not a certificate", "name it with --key");
  }
  throw problem(
    what,
    path,
    "is not a PEM certificate",
    'name a file that has "-----BEGIN CERTIFICATE-----" in it',
  );
}

/**
 * The private key of a PEM file, of any kind.
 * @throws UserError when the file does not exist, or holds no usable key
 */
export async function readPrivateKey(path: string, what: string): Promise<KeyObject> {
  const bytes = await contentOf(path, what);
  const text = bytes.toString("latin1");
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(text)) {
    throw problem(
      what,
      path,
      "is protected by a passphrase",
      `write a copy without one: "openssl pkey -in ${path} -out ${path}.plain"`,
    );
  }
  const key = privateKeyOf(bytes, "pem");
  if (key !== undefined) return key;
  if (isDer(bytes)) {
    throw problem(
      what,
      path,
      "is DER, not PEM",
      `convert it with "openssl pkey -inform der -in ${path} -out ${path}.pem"`,
    );
  }
  if (text.includes("PRIVATE KEY-----")) {
    throw problem(what, path, "holds a damaged private key", "copy it again");
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) {
    throw problem(what, path, "holds a certificate, not a private key", "name it with --cert");
  }
  throw problem(
    what,
    path,
    "is not a PEM private key",
    'name a file that has "-----BEGIN PRIVATE KEY-----" in it',
  );
}

/** @throws UserError when the certificate was made for another key */
export function checkKeyPair(
  leaf: { readonly certificate: X509Certificate; readonly path: string },
  own: { readonly key: KeyObject; readonly path: string },
): void {
  if (leaf.certificate.checkPrivateKey(own.key)) return;
  throw problem(
    "--key",
    own.path,
    `does not belong to the certificate ${leaf.path}`,
    "name the key that belongs to this certificate",
  );
}

/** @throws UserError when the certificate has expired, or is not valid yet */
export function checkDates(
  certificate: X509Certificate,
  path: string,
  what: string,
  now: Date,
): void {
  const ends = notAfterOf(certificate);
  if (ends <= now) {
    const remedy = 'get a new one, for example with "boom-box certs"';
    throw problem(what, path, `expired on ${dayOf(ends)}`, remedy);
  }
  const begins = notBeforeOf(certificate);
  if (begins > now) {
    const state = `is not valid before ${begins.toISOString()}`;
    throw problem(what, path, state, "set this computer's clock, or wait");
  }
}

function isInDate(certificate: X509Certificate, now: Date): boolean {
  return notBeforeOf(certificate) <= now && now < notAfterOf(certificate);
}

async function contentOf(path: string, what: string): Promise<Buffer> {
  const bytes = await readIfPresent(path).catch((error: unknown) => {
    // the file error is already one line: only the flag is missing
    throw error instanceof UserError
      ? new UserError(`${what}: ${error.message}: name a file that you can read`, { cause: error })
      : error;
  });
  if (bytes === undefined) throw problem(what, path, "does not exist", "check the path");
  if (bytes.length === 0) throw problem(what, path, "is empty", "copy it again");
  return bytes;
}

/** Both start with an ASN.1 SEQUENCE of more than 127 bytes. */
function isDer(bytes: Buffer): boolean {
  return bytes[0] === 0x30 && (bytes[1] ?? 0) > 0x80;
}

function problem(what: string, path: string, state: string, remedy: string, cause?: unknown) {
  return new UserError(`${what}: ${path} ${state}: ${remedy}`, { cause });
}
