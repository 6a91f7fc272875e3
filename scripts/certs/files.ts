import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../command-line/user-error.ts";

const privateFile = 0o600;
const privateFolder = 0o700;
const leftover = /^\..+\.tmp$/;

/** The file's bytes, or undefined when there is none. @throws UserError when it cannot be read */
export async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw fileError(path, "read", error);
  }
}

/**
 * Replaces a file atomically, with mode 0600: readers see the old bytes or the new ones, even after a
 * power cut. A failure leaves no other file behind. A killed process may leave a temporary file,
 * which {@link removeLeftovers} removes.
 * @throws UserError when the folder cannot be written
 */
export async function writeAtomically(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = join(
    dirname(path),
    `.${basename(path)}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`,
  );
  try {
    const file = await open(temporary, "wx", privateFile);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileError(path, "written", error);
  }
}

/** Makes a folder and its parents with mode 0700. An existing folder keeps its mode. */
export async function makePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: privateFolder });
  } catch (error) {
    throw fileError(path, "made", error);
  }
}

/** Removes temporary files that killed runs left. Call it only while nobody else writes. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await listFolder(folder)) {
    if (leftover.test(name)) await rm(join(folder, name), { force: true });
  }
}

/** The names in a folder; none when it does not exist. */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw fileError(folder, "read", error);
  }
}

/**
 * Removes the permissions of group and others. Returns the old mode (`private-key.pem was 0644`), or
 * undefined when it was private, the file does not exist, or the platform has no such permissions.
 */
export async function tighten(path: string): Promise<string | undefined> {
  if (process.platform === "win32") return undefined;
  try {
    const mode = (await stat(path)).mode & 0o777;
    if ((mode & 0o077) === 0) return undefined;
    await chmod(path, mode & 0o700);
    return `${basename(path)} was 0${mode.toString(8)}`;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw fileError(path, "made private", error);
  }
}

/**
 * Renames a file within its folder, so that no key is deleted without a request. Returns the new
 * name.
 */
export async function setAside(path: string): Promise<string> {
  const aside = `${path}.replaced-${randomBytes(4).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch (error) {
    throw fileError(path, "moved", error);
  }
  return basename(aside);
}

/** The `code` of a system error (`ENOENT`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

const explanations: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EEXIST: "a file with that name exists",
  EISDIR: "it is a folder",
  ENOSPC: "the disk is full",
  ENOTDIR: "part of its path is a file",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
};

/** A UserError of one line for a file system error; any other error unchanged. */
export function fileError(path: string, verb: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  return new UserError(`${path} cannot be ${verb}: ${explanations[code] ?? code}`, {
    cause: error,
  });
}
