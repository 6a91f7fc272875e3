import type { KeyObject, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { isThingName } from "../../device/messages/topics.ts";
import type { Identity } from "../../host-sim/pki/authority.ts";
import { UserError } from "../command-line/user-error.ts";
import { listFolder, makePrivateFolder, readIfPresent, writeAtomically } from "./files.ts";
import { certificatesOf, privateKeyOf } from "./parse.ts";
import {
  caIdentity,
  claimFiles,
  type IdentityFiles,
  identityFiles,
  reservedIdentities,
} from "./paths.ts";

/** The files of the CA that a box trusts. */
export interface TrustFiles {
  readonly caPem: string;
  /** what Moddable XS reads */
  readonly caDer: string;
}

/** `certs/<thing>/ca.{pem,der}`. */
export function trustFiles(certsDirectory: string, thing: string): TrustFiles {
  return {
    caPem: join(certsDirectory, thing, "ca.pem"),
    caDer: join(certsDirectory, thing, "ca.der"),
  };
}

/** An identity from its folder, with the chain that it presents and the CAs that it trusts. */
export interface StoredIdentity extends Identity {
  /** what it presents in TLS: the leaf, then its issuers if the file holds any */
  readonly chainPem: string;
  /** one or more trusted CAs: from the identity's own `ca.pem`, else the folder's CA */
  readonly caPem: string;
  /** the first CA of `caPem` */
  readonly caDer: Uint8Array;
}

export interface WriteOptions {
  /** the leaf's issuers, nearest first, PEM: presented with it */
  readonly issuersPem?: string;
  /** a box's CA, PEM: written as `ca.pem` and `ca.der` */
  readonly trustPem?: string;
  /** overwrite an existing private key; default: refuse */
  readonly renew?: boolean;
}

/**
 * Writes `certs/<name>/…` atomically, with mode 0600. It writes keys before certificates, so that an
 * interrupted run leaves no certificate without its key. It does not touch files that are correct.
 * Returns the names of the written files.
 * @throws UserError when another private key exists (then it writes nothing), or the folder cannot be
 * written
 */
export async function writeIdentity(
  directory: string,
  name: string,
  identity: Identity,
  options: WriteOptions = {},
): Promise<string[]> {
  const files = identityFiles(directory, name);
  await makePrivateFolder(join(directory, name));
  const keys = await keysToWrite(files, identity, options.renew ?? false);
  const trust = trustFiles(directory, name);
  const wanted: [path: string, data: string | Uint8Array][] = [
    [files.certificateDer, identity.certificateDer],
    [files.certificatePem, identity.certificatePem + (options.issuersPem ?? "")],
  ];
  if (options.trustPem !== undefined) {
    const ca = certificatesOf(options.trustPem).at(0);
    if (ca === undefined) throw new Error("trustPem holds no certificate");
    wanted.push([trust.caDer, ca.raw], [trust.caPem, options.trustPem]);
  }
  const written: string[] = [];
  for (const [path, data] of [...keys, ...(await differing(wanted))]) {
    await writeAtomically(path, data);
    written.push(path.slice(join(directory, name).length + 1));
  }
  return written;
}

/**
 * Reads `certs/<name>/…` and checks that the key belongs to the certificate. `ensureCertificates`
 * checks dates and issuers.
 * @throws UserError when a file is missing or unreadable, or the key and the certificate do not match
 */
export async function readIdentity(directory: string, name: string): Promise<StoredIdentity> {
  const files = identityFiles(directory, name);
  const chain = await readChain(files.certificatePem, name);
  const [leaf] = chain;
  const pem = await required(files.keyPem, name);
  const key = privateKeyOf(pem, "pem");
  if (key === undefined)
    throw new UserError(`${files.keyPem} is not a private key: ${remedy(name)}`);
  if (!leaf.checkPrivateKey(key)) {
    throw new UserError(`${files.keyPem} is not the key of certificate.pem: ${remedy(name)}`);
  }
  const own = trustFiles(directory, name).caPem;
  const hasOwn = (await readIfPresent(own)) !== undefined;
  const ca = hasOwn ? own : identityFiles(directory, caIdentity).certificatePem;
  return storedIdentity(chain, key, await readChain(ca, name));
}

/** One or more certificates, the leaf first. */
export type Certificates = readonly [X509Certificate, ...X509Certificate[]];

/** An identity in every form that TLS on Node and on XS needs. */
export function storedIdentity(
  chain: Certificates,
  key: KeyObject,
  authorities: Certificates,
): StoredIdentity {
  return {
    certificatePem: chain[0].toString(),
    certificateDer: chain[0].raw,
    chainPem: chain.map(String).join(""),
    keyPem: key.export({ type: "pkcs8", format: "pem" }).toString(),
    keyDer: key.export({ type: "pkcs8", format: "der" }),
    caPem: authorities.map(String).join(""),
    caDer: authorities[0].raw,
  };
}

/** The boxes that have a folder with a key or a certificate, sorted. */
export async function listThings(directory: string): Promise<string[]> {
  const things: string[] = [];
  for (const name of await listFolder(directory)) {
    if (!isThingName(name) || reservedIdentities.some((reserved) => reserved === name)) continue;
    const { certificatePem, keyPem } = identityFiles(directory, name);
    // A box that claims its certificate has a key and a request, but gets no certificate here.
    if ((await readIfPresent(claimFiles(directory, name).requestPem)) !== undefined) continue;
    if ((await readIfPresent(certificatePem)) ?? (await readIfPresent(keyPem))) things.push(name);
  }
  return things;
}

async function keysToWrite(files: IdentityFiles, identity: Identity, renew: boolean) {
  const wanted = privateKeyOf(Buffer.from(identity.keyPem), "pem");
  const forms = [
    { path: files.keyDer, form: "der", data: identity.keyDer },
    { path: files.keyPem, form: "pem", data: identity.keyPem },
  ] as const;
  const toWrite: [path: string, data: string | Uint8Array][] = [];
  for (const { path, form, data } of forms) {
    const bytes = await readIfPresent(path);
    const there = bytes === undefined ? undefined : privateKeyOf(bytes, form);
    if (there && wanted?.equals(there)) continue;
    if (bytes !== undefined && !renew) {
      throw new UserError(`${path} holds another private key: move it away, or renew the identity`);
    }
    toWrite.push([path, data]);
  }
  return toWrite;
}

async function differing(wanted: readonly [path: string, data: string | Uint8Array][]) {
  const toWrite: [path: string, data: string | Uint8Array][] = [];
  for (const [path, data] of wanted) {
    const there = await readIfPresent(path);
    if (!there?.equals(Buffer.from(data))) toWrite.push([path, data]);
  }
  return toWrite;
}

async function readChain(path: string, name: string): Promise<Certificates> {
  const text = (await required(path, name)).toString("latin1");
  try {
    const [leaf, ...issuers] = certificatesOf(text);
    if (leaf !== undefined) return [leaf, ...issuers];
  } catch {
    // reported below, like other files without a certificate
  }
  throw new UserError(`${path} is not a certificate: ${remedy(name)}`);
}

async function required(path: string, name: string): Promise<Buffer> {
  const bytes = await readIfPresent(path);
  if (bytes === undefined) throw new UserError(`${path} is missing: ${remedy(name)}`);
  return bytes;
}

function remedy(name: string): string {
  const reserved = reservedIdentities.some((each) => each === name);
  return `run "boom-box certs${reserved ? "" : ` ${name}`}"`;
}
