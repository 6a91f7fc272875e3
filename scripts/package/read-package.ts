import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { flashBytes } from "../../host-sim/esp32/flash-image.ts";
import { messageOf, UserError } from "../command-line/user-error.ts";
import { type FirmwarePackage, partFiles } from "./firmware-package.ts";
import { descriptionFile, parsePackage } from "./package-files.ts";

const neededFiles: readonly string[] = [descriptionFile, ...partFiles];
/** A flash, and the description. */
const largestZip = flashBytes + 0x1_0000;

/**
 * Reads and checks a package: a folder, or a zip of its files.
 * @throws UserError of one line: what is wrong with it, and what to do
 */
export async function readPackage(path: string): Promise<FirmwarePackage> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new UserError(`there is no package ${path}: make one with "boom-box package"`);
  }
  if (!found.isDirectory() && !found.isFile())
    throw refusal(path, "is neither a folder nor a file");
  const files = found.isDirectory() ? await readFolder(path) : await readZip(path, found.size);
  const parsed = parsePackage((name) => files.get(name));
  if (parsed.type === "package") return parsed.firmware;
  throw refusal(path, parsed.problem);
}

/** A small text next to the parts of a package. */
const largestText = 0x1_0000;

/**
 * A file of a package that is not one of its parts.
 * @returns undefined if it has none of that name, or a longer one than a text
 */
export async function readPackageText(path: string, name: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) {
    const bytes = await readLimited(join(path, name), largestText);
    return bytes === "too large" ? undefined : bytes?.toString();
  }
  const bytes = await readLimited(path, largestZip);
  if (bytes === undefined || bytes === "too large") return undefined;
  const { strFromU8, unzipSync } = await import("fflate");
  try {
    const filter = (entry: { readonly name: string; readonly originalSize: number }) =>
      entry.name === name && entry.originalSize <= largestText;
    const entry = unzipSync(bytes, { filter })[name];
    return entry && strFromU8(entry);
  } catch {
    return undefined;
  }
}

const refusal = (path: string, problem: string, cause?: unknown) =>
  new UserError(
    `the package ${path} ${problem}: download it again, or make it again with "boom-box package"`,
    { cause },
  );

async function readFolder(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of neededFiles) {
    const bytes = await readLimited(join(folder, name));
    if (bytes === "too large") throw refusal(folder, `has a ${name} that is larger than a flash`);
    if (bytes !== undefined) files.set(name, bytes);
  }
  return files;
}

async function readZip(path: string, size: number): Promise<ReadonlyMap<string, Uint8Array>> {
  if (size > largestZip) throw refusal(path, "is larger than a flash");
  const bytes = await readLimited(path, largestZip);
  if (bytes === undefined || bytes === "too large") throw refusal(path, "cannot be read");
  const { unzipSync } = await import("fflate");
  try {
    // Only these names are unpacked, to memory, so no name can lead out of a folder. Nothing is larger
    // than it says: fflate writes no more than that.
    const entries = unzipSync(bytes, {
      filter: ({ name, originalSize }) => neededFiles.includes(name) && originalSize <= flashBytes,
    });
    return new Map(Object.entries(entries));
  } catch (error) {
    throw refusal(
      path,
      `is no folder and no zip file that can be read (${messageOf(error)})`,
      error,
    );
  }
}

/** Undefined if there is no such file, or it is none that can be read. */
async function readLimited(
  path: string,
  limit = flashBytes,
): Promise<Buffer | "too large" | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    if (size > limit) return "too large";
    return await file.readFile();
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
