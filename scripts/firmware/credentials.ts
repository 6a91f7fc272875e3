import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { BoxFiles } from "../../device/box-data.ts";
import { whyUnusableRoot } from "../certs/box-trust.ts";
import { readIfPresent } from "../certs/files.ts";
import { trustFiles } from "../certs/identity.ts";
import { dayOf, notAfterOf, notBeforeOf, privateKeyOf } from "../certs/parse.ts";
import { claimFiles, identityFiles } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";

/** A box that has its certificate. */
export interface Credentials {
  readonly ca: Buffer;
  readonly certificate: Buffer;
  /** PKCS#8, RSA */
  readonly privateKey: Buffer;
}

/** The kinds of problems. `form`: not DER, or a key that XS cannot use. */
export type CredentialsProblem =
  | "missing"
  | "form"
  | "expired"
  | "not-yet-valid"
  | "not-a-ca"
  | "mismatch";

/** One line for the user, and a code for programs. */
export class CredentialsError extends UserError {
  readonly problem: CredentialsProblem;

  constructor(problem: CredentialsProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/** The files for TLS that a box has in flash, by name. All are DER, except the request. */
export async function readImageFiles(
  certsDirectory: string,
  thing: string,
  isClaiming: boolean,
): Promise<BoxFiles> {
  if (isClaiming) return readClaimCredentials(certsDirectory, thing);
  const { ca, certificate, privateKey } = await readDerCredentials(certsDirectory, thing);
  return new Map([
    ["ca.der", ca],
    ["certificate.der", certificate],
    ["private-key.der", privateKey],
  ]);
}

/**
 * The files of a box that claims its certificate, from `boom-box claim`.
 * @throws UserError of one line
 */
export async function readClaimCredentials(
  certsDirectory: string,
  thing: string,
  now: Date = new Date(),
): Promise<BoxFiles> {
  const files = claimFiles(certsDirectory, thing);
  const own = await readKey(identityFiles(certsDirectory, thing).keyDer, thing);
  const claimKey = await readKey(files.claimKeyDer, thing);
  const claim = await readCertificate(files.claimCertificateDer, thing, now);
  if (!claim.parsed.checkPrivateKey(claimKey.key)) {
    throw new CredentialsError(
      "mismatch",
      `${files.claimKeyDer} does not belong to ${files.claimCertificateDer}: run "boom-box claim --thing ${thing}" again`,
    );
  }
  return new Map([
    ["ca.der", (await readCa(certsDirectory, thing, now)).bytes],
    ["private-key.der", own.bytes],
    ["claim-certificate.der", claim.bytes],
    ["claim-private-key.der", claimKey.bytes],
    ["request.pem", await contentOf(files.requestPem, thing)],
  ]);
}

const minimumBits = 2048;
const maximumBits = 4096;

/** A file's content, and what messages call it. */
export interface NamedFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * A box's DER files, checked for use on XS.
 * @throws CredentialsError of one line: which file, what is wrong with it, what to do
 */
export async function readDerCredentials(
  certsDirectory: string,
  thing: string,
  now: Date = new Date(),
): Promise<Credentials> {
  const files = identityFiles(certsDirectory, thing);
  const read = async (path: string) => ({ path, bytes: await contentOf(path, thing) });
  // One after the other, so that the first problem is told.
  const certificate = checkCertificate(await read(files.certificateDer), thing, now);
  const ca = await readCa(certsDirectory, thing, now);
  const { bytes: privateKey, key } = await readKey(files.keyDer, thing);
  requirePair(certificate, { path: files.keyDer, key });
  return { ca: ca.bytes, certificate: certificate.bytes, privateKey };
}

/**
 * The same for files that are not in a folder.
 * @throws CredentialsError
 */
export function checkCredentials(
  files: Readonly<Record<"ca" | "certificate" | "privateKey", NamedFile>>,
  thing: string,
  now: Date = new Date(),
): Credentials {
  const certificate = checkCertificate(files.certificate, thing, now);
  const ca = checkCa(files.ca, thing, now);
  const { bytes: privateKey, key } = checkKey(files.privateKey);
  requirePair(certificate, { path: files.privateKey.path, key });
  return { ca: ca.bytes, certificate: certificate.bytes, privateKey };
}

function requirePair(
  certificate: { readonly path: string; readonly parsed: X509Certificate },
  { path, key }: { readonly path: string; readonly key: KeyObject },
): void {
  if (certificate.parsed.checkPrivateKey(key)) return;
  throw new CredentialsError(
    "mismatch",
    `${path} does not belong to ${certificate.path}: replace one of them, so that key and certificate match`,
  );
}

async function readCa(certsDirectory: string, thing: string, now: Date) {
  const { caDer } = trustFiles(certsDirectory, thing);
  return checkCa({ path: caDer, bytes: await contentOf(caDer, thing) }, thing, now);
}

function checkCa(file: NamedFile, thing: string, now: Date) {
  const ca = checkCertificate(file, thing, now);
  if (ca.parsed.ca) {
    const why = whyUnusableRoot(ca.bytes);
    if (why === undefined) return ca;
    throw new CredentialsError(
      "form",
      `${file.path} ${why}: sign the broker's certificate with another CA, and replace the file`,
    );
  }
  throw new CredentialsError(
    "not-a-ca",
    `${file.path} is not a CA certificate: replace it with the CA that signed the broker's certificate`,
  );
}

async function readCertificate(path: string, thing: string, now: Date) {
  return checkCertificate({ path, bytes: await contentOf(path, thing) }, thing, now);
}

function checkCertificate({ path, bytes }: NamedFile, thing: string, now: Date) {
  if (bytes.subarray(0, 5).toString("latin1") === "-----") {
    throw new CredentialsError(
      "form",
      `${path} is PEM, but XS reads DER: convert it with "openssl x509 -in <PEM file> -outform der -out ${path}"`,
    );
  }
  const parsed = parse(bytes);
  if (parsed === undefined || !parsed.raw.equals(bytes)) {
    throw new CredentialsError("form", `${path} is not a DER certificate: copy it again`);
  }
  const ends = notAfterOf(parsed);
  if (ends <= now) {
    throw new CredentialsError(
      "expired",
      `${path} expired on ${dayOf(ends)}: renew it with "boom-box rotate --thing ${thing}" if it was provisioned, else with "boom-box certs ${thing}"`,
    );
  }
  const begins = notBeforeOf(parsed);
  if (begins > now) {
    throw new CredentialsError(
      "not-yet-valid",
      `${path} is not valid before ${begins.toISOString()}: check this machine's clock`,
    );
  }
  return { path, bytes, parsed };
}

async function readKey(path: string, thing: string) {
  return checkKey({ path, bytes: await contentOf(path, thing) });
}

function checkKey({ path, bytes }: NamedFile): { readonly bytes: Buffer; readonly key: KeyObject } {
  if (bytes.subarray(0, 5).toString("latin1") === "-----") {
    throw new CredentialsError(
      "form",
      `${path} is PEM, but XS reads DER: convert it with "openssl pkcs8 -topk8 -nocrypt -in <PEM file> -outform der -out ${path}"`,
    );
  }
  const key = privateKeyOf(bytes, "der");
  if (key === undefined) throw new CredentialsError("form", `${path} ${whatElse(bytes, path)}`);
  if (key.asymmetricKeyType !== "rsa") {
    const kind = key.asymmetricKeyType === "ec" ? "an EC key" : "not an RSA key";
    throw new CredentialsError(
      "form",
      `${path} is ${kind}, but XS signs only with RSA: use an RSA key of 2048 bits and a certificate for it`,
    );
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < minimumBits || bits > maximumBits) {
    throw new CredentialsError(
      "form",
      `${path} is an RSA key of ${bits} bits: use one of ${minimumBits} bits, and a certificate for it`,
    );
  }
  return { bytes, key };
}

/** Describes a key file that is not PKCS#8, and says what to do. */
function whatElse(bytes: Buffer, path: string): string {
  for (const type of ["pkcs1", "sec1"] as const) {
    try {
      createPrivateKey({ key: bytes, format: "der", type });
    } catch {
      continue;
    }
    return type === "sec1"
      ? "is an EC key, but XS signs only with RSA: use an RSA key of 2048 bits and a certificate for it"
      : `is PKCS#1, but XS reads PKCS#8: convert it with "openssl pkcs8 -topk8 -nocrypt -inform der -in ${path} -outform der -out ${path}.pkcs8" and replace the file with the result`;
  }
  return "is not a readable private key (PKCS#8, DER, without a passphrase): copy it again";
}

async function contentOf(path: string, thing: string): Promise<Buffer> {
  const bytes = await readIfPresent(path);
  if (bytes !== undefined) return bytes;
  throw new CredentialsError(
    "missing",
    `${path} does not exist: run "boom-box certs ${thing}", or copy the box's own file there`,
  );
}

function parse(bytes: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}
