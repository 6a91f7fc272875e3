import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readIfPresent } from "../certs/files.ts";
import { trustFiles } from "../certs/identity.ts";
import { dayOf, notAfterOf, notBeforeOf, privateKeyOf } from "../certs/parse.ts";
import { claimFiles, identityFiles } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";

/** What goes into the image for TLS, by the names of its files there; DER but for the request. */
export type ImageFiles = Readonly<Record<string, Uint8Array>>;

/** A box that has its certificate. */
export interface Credentials {
  readonly ca: Buffer;
  readonly certificate: Buffer;
  /** PKCS#8, RSA */
  readonly privateKey: Buffer;
}

/** What can be wrong with them; `form`: not DER, or a key that XS cannot use. */
export type CredentialsProblem =
  | "missing"
  | "form"
  | "expired"
  | "not-yet-valid"
  | "not-a-ca"
  | "mismatch";

/** One line for the person, and a word for a program. */
export class CredentialsError extends UserError {
  readonly problem: CredentialsProblem;

  constructor(problem: CredentialsProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

export async function readImageFiles(
  certsDirectory: string,
  thing: string,
  isClaiming: boolean,
): Promise<ImageFiles> {
  if (isClaiming) return readClaimCredentials(certsDirectory, thing);
  const { ca, certificate, privateKey } = await readDerCredentials(certsDirectory, thing);
  return { "ca.der": ca, "certificate.der": certificate, "private-key.der": privateKey };
}

/**
 * What a box has that claims its certificate, as `boom-box claim` left it.
 * @throws UserError of one line
 */
export async function readClaimCredentials(
  certsDirectory: string,
  thing: string,
  now: Date = new Date(),
): Promise<ImageFiles> {
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
  return {
    "ca.der": (await readCa(certsDirectory, thing, now)).bytes,
    "private-key.der": own.bytes,
    "claim-certificate.der": claim.bytes,
    "claim-private-key.der": claimKey.bytes,
    "request.pem": await contentOf(files.requestPem, thing),
  };
}

const minimumBits = 2048;
const maximumBits = 4096;

/**
 * A box's DER files, checked as XS will find them.
 * @throws CredentialsError of one line: which file, what is wrong with it, what to do
 */
export async function readDerCredentials(
  certsDirectory: string,
  thing: string,
  now: Date = new Date(),
): Promise<Credentials> {
  const files = identityFiles(certsDirectory, thing);
  const certificate = await readCertificate(files.certificateDer, thing, now);
  const ca = await readCa(certsDirectory, thing, now);
  const { bytes: privateKey, key } = await readKey(files.keyDer, thing);
  if (!certificate.parsed.checkPrivateKey(key)) {
    throw new CredentialsError(
      "mismatch",
      `${files.keyDer} does not belong to ${files.certificateDer}: put the two there that were made together`,
    );
  }
  return { ca: ca.bytes, certificate: certificate.bytes, privateKey };
}

async function readCa(certsDirectory: string, thing: string, now: Date) {
  const { caDer } = trustFiles(certsDirectory, thing);
  const ca = await readCertificate(caDer, thing, now);
  if (ca.parsed.ca) return ca;
  throw new CredentialsError(
    "not-a-ca",
    `${caDer} is not a CA's certificate: put the one there that signed the broker's`,
  );
}

async function readCertificate(path: string, thing: string, now: Date) {
  const bytes = await contentOf(path, thing);
  if (bytes.subarray(0, 5).toString("latin1") === "-----") {
    throw new CredentialsError(
      "form",
      `${path} is PEM, and XS reads DER: convert it with "openssl x509 -in <PEM file> -outform der -out ${path}"`,
    );
  }
  const parsed = parse(bytes);
  if (parsed === undefined || !parsed.raw.equals(bytes)) {
    throw new CredentialsError("form", `${path} is no DER certificate: copy it again`);
  }
  const ends = notAfterOf(parsed);
  if (ends <= now) {
    throw new CredentialsError(
      "expired",
      `${path} expired on ${dayOf(ends)}: get a new one ("boom-box certs ${thing}" renews those it made, "boom-box rotate --thing ${thing}" those that were provisioned)`,
    );
  }
  const begins = notBeforeOf(parsed);
  if (begins > now) {
    throw new CredentialsError(
      "not-yet-valid",
      `${path} is not valid before ${begins.toISOString()}: check this machine's clock`,
    );
  }
  return { bytes, parsed };
}

async function readKey(
  path: string,
  thing: string,
): Promise<{ readonly bytes: Buffer; readonly key: KeyObject }> {
  const bytes = await contentOf(path, thing);
  if (bytes.subarray(0, 5).toString("latin1") === "-----") {
    throw new CredentialsError(
      "form",
      `${path} is PEM, and XS reads DER: convert it with "openssl pkcs8 -topk8 -nocrypt -in <PEM file> -outform der -out ${path}"`,
    );
  }
  const key = privateKeyOf(bytes, "der");
  if (key === undefined) throw new CredentialsError("form", `${path} ${whatElse(bytes, path)}`);
  if (key.asymmetricKeyType !== "rsa") {
    const kind = key.asymmetricKeyType === "ec" ? "an EC key" : "no RSA key";
    throw new CredentialsError(
      "form",
      `${path} is ${kind}, and XS signs with RSA alone: get an RSA key of 2048 bits and a certificate for it`,
    );
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < minimumBits || bits > maximumBits) {
    throw new CredentialsError(
      "form",
      `${path} is an RSA key of ${bits} bits: get one of ${minimumBits}, and a certificate for it`,
    );
  }
  return { bytes, key };
}

/** What a key file holds that is not PKCS#8, and what to do. */
function whatElse(bytes: Buffer, path: string): string {
  for (const type of ["pkcs1", "sec1"] as const) {
    try {
      createPrivateKey({ key: bytes, format: "der", type });
    } catch {
      continue;
    }
    return type === "sec1"
      ? "is an EC key, and XS signs with RSA alone: get an RSA key of 2048 bits and a certificate for it"
      : `is PKCS#1, and XS reads PKCS#8: convert it with "openssl pkcs8 -topk8 -nocrypt -inform der -in ${path} -outform der -out ${path}.pkcs8" and put that in its place`;
  }
  return "is no private key that can be read (PKCS#8, DER, without a passphrase): copy it again";
}

async function contentOf(path: string, thing: string): Promise<Buffer> {
  const bytes = await readIfPresent(path);
  if (bytes !== undefined) return bytes;
  throw new CredentialsError(
    "missing",
    `there is no ${path}: run "boom-box certs ${thing}", or put the box's own there`,
  );
}

function parse(bytes: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}
