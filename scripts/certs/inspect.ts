import type { KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { basename } from "node:path";
import { readIfPresent } from "./files.ts";
import {
  certificatesOf,
  dayOf,
  isSupportedKey,
  notAfterOf,
  notBeforeOf,
  privateKeyOf,
} from "./parse.ts";
import { type IdentityFiles, identityFiles } from "./paths.ts";

/** A certificate that expires within this time is renewed, milliseconds. */
export const renewBeforeMs = 7 * 24 * 3_600_000;

/** The contents of one identity's files, not judged yet. */
export interface Found {
  /** whether any of the four files exists */
  readonly anything: boolean;
  /** the key to keep: the certificate's key, if either file holds it */
  readonly key: KeyObject | undefined;
  /** key files that are unreadable or hold another key than `key` */
  readonly otherKeys: readonly string[];
  /** `certificate.pem`, leaf first; empty when absent or unreadable */
  readonly chain: readonly X509Certificate[];
  /** why `chain` is empty */
  readonly noCertificate: string | undefined;
}

/** What the certificate must be for. Its dates, key and CA are checked as well. */
export type Purpose =
  | { readonly type: "authority" }
  | { readonly type: "server"; readonly names: readonly string[] }
  | { readonly type: "client"; readonly name: string };

/** Reads an identity's files. @throws UserError when a file exists but cannot be read */
export async function findIdentity(directory: string, name: string): Promise<Found> {
  const files = identityFiles(directory, name);
  const pem = await readIfPresent(files.certificatePem);
  const der = await readIfPresent(files.certificateDer);
  const chain = chainOf(pem);
  const keys = await readKeys(files);
  const leaf = chain.at(0);
  const readable = keys.flatMap(({ key }) => key ?? []);
  const key = readable.find((each) => leaf?.checkPrivateKey(each)) ?? readable.at(0);
  return {
    anything: pem !== undefined || der !== undefined || keys.some(({ present }) => present),
    key,
    otherKeys: keys
      .filter(({ present, key: held }) => present && !(held && key?.equals(held)))
      .map(({ path }) => path),
    chain,
    noCertificate: leaf
      ? undefined
      : `${basename(files.certificatePem)} was ${pem === undefined ? "missing" : "unreadable"}`,
  };
}

/**
 * Why the identity needs another certificate, as text that follows its name; undefined when the
 * certificate is good.
 */
export function reasonToReissue(
  found: Found,
  purpose: Purpose,
  authority: X509Certificate | undefined,
  now: Date,
): string | undefined {
  const leaf = found.chain.at(0);
  if (leaf === undefined) return found.noCertificate;
  if (found.key === undefined) {
    return `the private key was ${found.otherKeys.length === 0 ? "missing" : "unreadable"}`;
  }
  if (!leaf.checkPrivateKey(found.key)) return "the private key did not match the certificate";
  return (
    reasonAgainst(leaf, purpose, authority, now) ?? reasonAgainstChain(found, purpose, authority)
  );
}

/** What is wrong with the certificate itself. `authority` is undefined when it must be self-signed. */
export function reasonAgainst(
  leaf: X509Certificate,
  purpose: Purpose,
  authority: X509Certificate | undefined,
  now: Date,
): string | undefined {
  const ends = notAfterOf(leaf);
  const begins = notBeforeOf(leaf);
  if (ends <= now) return `expired on ${dayOf(ends)}`;
  if (ends.getTime() - now.getTime() < renewBeforeMs)
    return `was about to expire on ${dayOf(ends)}`;
  if (begins > now) return `was not valid before ${begins.toISOString()}`;
  if (!isSignedBy(leaf, authority ?? leaf))
    return `was signed by another CA (${oneLine(leaf.issuer)})`;
  return reasonAgainstPurpose(leaf, purpose);
}

function reasonAgainstPurpose(leaf: X509Certificate, purpose: Purpose): string | undefined {
  switch (purpose.type) {
    case "authority":
      return leaf.ca ? undefined : "was not a CA certificate";
    case "server": {
      if (!isFor(leaf, serverAuth)) return "was not a server certificate";
      const missing = purpose.names.filter((name) => !covers(leaf, name));
      return missing.length === 0 ? undefined : `did not name ${missing.join(", ")}`;
    }
    case "client":
      if (!isFor(leaf, clientAuth)) return "was not a client certificate";
      return leaf.subject === `CN=${purpose.name}`
        ? undefined
        : `was issued to ${oneLine(leaf.subject)}`;
  }
}

/** A server also presents its issuer, which must be the CA's current certificate. */
function reasonAgainstChain(
  found: Found,
  purpose: Purpose,
  authority: X509Certificate | undefined,
): string | undefined {
  if (purpose.type !== "server" || authority === undefined) return undefined;
  return found.chain.length === 2 && found.chain.at(1)?.raw.equals(authority.raw)
    ? undefined
    : "was not followed by the CA's current certificate";
}

const serverAuth = "1.3.6.1.5.5.7.3.1";
const clientAuth = "1.3.6.1.5.5.7.3.2";

/** Node's `keyUsage` is the *extended* key usage. */
function isFor(certificate: X509Certificate, usage: string): boolean {
  return !certificate.ca && (certificate.keyUsage ?? []).includes(usage);
}

function covers(certificate: X509Certificate, name: string): boolean {
  return isIP(name) === 0
    ? certificate.checkHost(name, { subject: "never" }) !== undefined
    : certificate.checkIP(name) !== undefined;
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function chainOf(pem: Buffer | undefined): X509Certificate[] {
  try {
    return pem === undefined ? [] : certificatesOf(pem.toString("latin1"));
  } catch {
    return [];
  }
}

async function readKeys(files: IdentityFiles) {
  const forms = [
    { path: files.keyPem, form: "pem" },
    { path: files.keyDer, form: "der" },
  ] as const;
  return Promise.all(
    forms.map(async ({ path, form }) => {
      const bytes = await readIfPresent(path);
      const key = bytes === undefined ? undefined : privateKeyOf(bytes, form);
      const usable = key !== undefined && isSupportedKey(key);
      return { path, present: bytes !== undefined, key: usable ? key : undefined };
    }),
  );
}

/** Node separates the parts of a name with line breaks. */
function oneLine(name: string): string {
  return name.replaceAll("\n", ", ");
}
