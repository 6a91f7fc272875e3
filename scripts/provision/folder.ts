import { generateKeyPair, type KeyObject, X509Certificate } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Identity } from "../../host-sim/pki/authority.ts";
import {
  fileError,
  listFolder,
  makePrivateFolder,
  readIfPresent,
  removeLeftovers,
  setAside,
  tighten,
  writeAtomically,
} from "../certs/files.ts";
import { trustFiles, writeIdentity } from "../certs/identity.ts";
import { privateKeyOf } from "../certs/parse.ts";
import { type IdentityFiles, identityFiles } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";

const generate = promisify(generateKeyPair);

/** the folder of the identity that is not installed yet, in `certs/<name>/` */
const next = "next";
const requestFile = "request.pem";

/** A key and the request for its certificate, PEM. */
export interface KeyAndRequest {
  readonly key: KeyObject;
  readonly request: string;
}

/** Makes `certs/<name>` private, and removes temporary files that killed runs left. */
export async function tidyFolder(certsDirectory: string, name: string): Promise<void> {
  const folder = join(certsDirectory, name);
  await makePrivateFolder(folder);
  for (const each of [folder, join(folder, next)]) {
    await removeLeftovers(each);
    for (const file of await listFolder(each)) await tighten(join(each, file));
    await tighten(each);
  }
}

/** The key in `next/`, or undefined when there is none. */
export async function nextKey(
  certsDirectory: string,
  name: string,
): Promise<KeyObject | undefined> {
  const files = identityFiles(join(certsDirectory, name), next);
  const pem = await readIfPresent(files.keyPem);
  return pem && privateKeyOf(pem, "pem");
}

/**
 * Makes a key and its request in `next/`, or returns the existing ones. Both are on disk before the
 * request is sent, so that no certificate is ever without its key.
 */
export async function prepareNext(certsDirectory: string, name: string): Promise<KeyAndRequest> {
  const folder = join(certsDirectory, name);
  await makePrivateFolder(join(folder, next));
  let key = await nextKey(certsDirectory, name);
  if (key === undefined) {
    // RSA, because XS supports no other signatures as a TLS client.
    key = (await generate("rsa", { modulusLength: 2048 })).privateKey;
    await rm(join(folder, next, requestFile), { force: true });
    await writeAtomically(
      identityFiles(folder, next).keyPem,
      key.export({ type: "pkcs8", format: "pem" }),
    );
  }
  const path = join(folder, next, requestFile);
  const there = await readIfPresent(path);
  if (there !== undefined) return { key, request: there.toString("latin1") };
  const { createRequest } = await import("../../host-sim/pki/request.ts");
  const pem = key.export({ type: "pkcs8", format: "pem" }).toString();
  const request = await createRequest(pem, name);
  await writeAtomically(path, request);
  return { key, request };
}

/** Writes the certificate for the key in `next/`. */
export async function writeNext(
  certsDirectory: string,
  name: string,
  key: KeyObject,
  certificatePem: string,
): Promise<void> {
  const identity = identityOf(key, new X509Certificate(certificatePem));
  await writeIdentity(join(certsDirectory, name), next, identity);
}

/** The identity for a connection, PEM. */
export interface PemIdentity {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** The identity in `next/`, for a trial connection before it is installed. */
export function readNext(certsDirectory: string, name: string): Promise<PemIdentity> {
  return readPem(identityFiles(join(certsDirectory, name), next));
}

/** The installed identity. */
export function readInstalled(certsDirectory: string, name: string): Promise<PemIdentity> {
  return readPem(identityFiles(certsDirectory, name));
}

async function readPem(files: IdentityFiles): Promise<PemIdentity> {
  const certificate = await readIfPresent(files.certificatePem);
  const key = await readIfPresent(files.keyPem);
  return { certificatePem: String(certificate ?? ""), keyPem: String(key ?? "") };
}

/**
 * Restores installed files that are missing or wrong, if the key exists.
 * @returns the names of the restored files
 * @throws UserError when the key is missing
 */
export async function restoreInstalled(
  certsDirectory: string,
  name: string,
  certificatePem: string,
): Promise<string[]> {
  const { keyPem, keyDer } = identityFiles(certsDirectory, name);
  const certificate = new X509Certificate(certificatePem);
  const pem = await readIfPresent(keyPem);
  const der = await readIfPresent(keyDer);
  const key = [pem && privateKeyOf(pem, "pem"), der && privateKeyOf(der, "der")].find(
    (each) => each && certificate.checkPrivateKey(each),
  );
  if (key === undefined) {
    throw new UserError(
      `${keyPem} is not the key of the certificate in the cloud: restore it from a backup, or get a new certificate with "boom-box rotate"`,
    );
  }
  for (const [path, other] of [
    [keyPem, pem && privateKeyOf(pem, "pem")],
    [keyDer, der && privateKeyOf(der, "der")],
  ] as const) {
    if (other !== undefined && !other.equals(key)) await setAside(path);
  }
  return writeIdentity(certsDirectory, name, identityOf(key, certificate), { renew: true });
}

/**
 * Installs the files of `next/`. It first copies the old files to `aside`, once and completely. Then it
 * replaces each file atomically, keys first. After an interruption it can be called again. `next/`
 * stays until {@link clearNext}.
 * @param aside the folder for the old files; the same at every attempt
 * @returns the name of the folder with the old files; undefined when there were none
 */
export async function installNext(
  certsDirectory: string,
  name: string,
  aside: string,
): Promise<string | undefined> {
  const folder = join(certsDirectory, name);
  const kept = await keepOld(folder, aside);
  for (const file of identityFileNames(next)) {
    const bytes = await readIfPresent(join(folder, next, file));
    const there = await readIfPresent(join(folder, file));
    if (bytes !== undefined && !there?.equals(bytes))
      await writeAtomically(join(folder, file), bytes);
  }
  return kept;
}

export async function clearNext(certsDirectory: string, name: string): Promise<void> {
  await rm(join(certsDirectory, name, next), { recursive: true, force: true });
}

/** Writes the box's trusted CAs: all of them to `ca.pem`, the first one to `ca.der`. */
export async function writeTrust(
  certsDirectory: string,
  name: string,
  trustPem: string,
): Promise<void> {
  const { caDer, caPem } = trustFiles(certsDirectory, name);
  const der = new X509Certificate(trustPem).raw;
  if (!(await readIfPresent(caDer))?.equals(der)) await writeAtomically(caDer, der);
  if (String(await readIfPresent(caPem)) !== trustPem) await writeAtomically(caPem, trustPem);
}

/**
 * Removes from the folder what provisioning wrote, except `settings.json`. Files from before
 * provisioning and from earlier removals stay.
 * @returns the folder that the files were moved to; undefined when they were deleted, or none existed
 */
export async function emptyFolder(
  certsDirectory: string,
  name: string,
  isDeleting: boolean,
): Promise<string | undefined> {
  const folder = join(certsDirectory, name);
  const names = (await listFolder(folder)).filter(
    (each) =>
      !each.startsWith(".") &&
      !/^(settings\.json|deprovisioned-.*|before-.*|.*\.replaced-.*)$/.test(each),
  );
  if (names.length === 0) return undefined;
  if (isDeleting) {
    for (const each of names) await rm(join(folder, each), { recursive: true, force: true });
    return undefined;
  }
  const aside = `deprovisioned-${new Date()
    .toISOString()
    .replaceAll(/[^0-9]/g, "")
    .slice(0, 14)}`;
  await makePrivateFolder(join(folder, aside));
  try {
    for (const each of names) await rename(join(folder, each), join(folder, aside, each));
  } catch (error) {
    throw fileError(folder, "moved", error);
  }
  return aside;
}

/** Deletes the copy of replaced files. */
export async function removeReplaced(
  certsDirectory: string,
  name: string,
  replaced: string,
): Promise<void> {
  await rm(join(certsDirectory, name, replaced), { recursive: true, force: true });
}

function identityOf(key: KeyObject, certificate: X509Certificate): Identity {
  return {
    certificatePem: certificate.toString(),
    certificateDer: certificate.raw,
    keyPem: key.export({ type: "pkcs8", format: "pem" }).toString(),
    keyDer: key.export({ type: "pkcs8", format: "der" }),
  };
}

const identityFileNames = (name: string) =>
  Object.values(identityFiles("", name))
    .map((path) => path.slice(name.length + 1))
    // keys before certificates
    .sort()
    .reverse();

async function keepOld(folder: string, aside: string): Promise<string | undefined> {
  const names = await listFolder(folder);
  if (names.includes(aside)) return aside;
  const old: string[] = [];
  for (const file of [...identityFileNames(next), "ca.der", "ca.pem"]) {
    if (names.includes(file)) old.push(file);
  }
  if (!old.some((file) => file.startsWith("private-key") || file.startsWith("certificate"))) {
    return undefined;
  }
  const unfinished = join(folder, `.${aside}`);
  await rm(unfinished, { recursive: true, force: true });
  await makePrivateFolder(unfinished);
  for (const file of old) {
    const bytes = await readIfPresent(join(folder, file));
    if (bytes !== undefined) await writeAtomically(join(unfinished, file), bytes);
  }
  await rename(unfinished, join(folder, aside));
  return aside;
}
