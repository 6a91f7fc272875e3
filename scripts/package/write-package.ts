import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, UserError } from "../command-line/user-error.ts";
import { symbolsPath } from "../explain/symbols.ts";
import type { FirmwarePackage } from "./firmware-package.ts";
import { descriptionFile, packageFiles, webManifestFile } from "./package-files.ts";

/** Where a package was written. */
export interface WrittenPackage {
  readonly folder: string;
  readonly zip: string;
}

/**
 * Writes a package as a folder and, next to it, as a zip. The description is written last: a folder
 * without it is no package.
 * @throws UserError when it cannot be written
 */
export async function writePackage(
  folder: string,
  firmware: FirmwarePackage,
): Promise<WrittenPackage> {
  const files = packageFiles(firmware);
  const zip = `${folder}.zip`;
  const { zipSync } = await import("fflate");
  // The earliest time that a zip can have, so that the same firmware makes the same file.
  const packed = zipSync(Object.fromEntries(files), { level: 9, mtime: new Date(1980, 0, 1) });
  try {
    await mkdir(folder, { recursive: true });
    for (const name of [descriptionFile, webManifestFile]) {
      await rm(join(folder, name), { force: true });
    }
    for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
    await writeFile(zip, packed);
  } catch (cause) {
    throw new UserError(
      `the package cannot be written to ${folder} (${messageOf(cause)}): name another folder with --output`,
      { cause },
    );
  }
  return { folder, zip };
}

/**
 * Puts the symbols of a build beside its package. They are not part of it: nobody flashes them.
 * @returns the file; undefined if the build has none
 * @throws UserError when it cannot be written
 */
export async function writeSymbols(folder: string, built: string): Promise<string | undefined> {
  const path = symbolsPath(folder);
  try {
    // Those of another build would explain this one wrongly.
    await rm(path, { force: true });
    if (!existsSync(built)) return undefined;
    await copyFile(built, path);
  } catch (cause) {
    throw new UserError(
      `${path} cannot be written (${messageOf(cause)}): name another folder with --output`,
      { cause },
    );
  }
  return path;
}

/**
 * Adds a text to a package's zip.
 * @throws UserError when it cannot be written
 */
export async function addToZip(zip: string, name: string, text: string): Promise<void> {
  const { strToU8, unzipSync, zipSync } = await import("fflate");
  try {
    const files = { ...unzipSync(await readFile(zip)), [name]: strToU8(text) };
    await writeFile(zip, zipSync(files, { level: 9, mtime: new Date(1980, 0, 1) }));
  } catch (cause) {
    throw new UserError(`${zip} cannot be written (${messageOf(cause)}): make the package again`, {
      cause,
    });
  }
}
