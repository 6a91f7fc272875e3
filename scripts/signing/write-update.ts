import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readIfPresent, writeAtomically } from "../certs/files.ts";
import { UserError } from "../command-line/user-error.ts";
import type { FirmwarePackage } from "../package/firmware-package.ts";
import { readPackageText } from "../package/read-package.ts";
import { readSigningKey } from "./signing-key.ts";
import {
  isUpdateTo,
  readUpdateFile,
  signUpdate,
  type UpdateFile,
  updateFile,
  writeUpdateFile,
} from "./update-file.ts";

/** An update of an earlier firmware does not fit another one. */
export async function removeUpdate(folder: string): Promise<void> {
  await rm(join(folder, updateFile), { force: true });
}

export interface SignOptions {
  /** the package's */
  readonly folder: string;
  readonly firmware: FirmwarePackage;
  /** the file of the private key */
  readonly keyFile: string;
  readonly minimumVersion: string;
}

/**
 * Signs the firmware of a package, writes the update next to it, and reads it back.
 * @returns the file's path
 * @throws UserError when the key cannot be used, or the file cannot be written
 */
export async function writeUpdate(options: SignOptions): Promise<string> {
  const { folder, firmware, keyFile, minimumVersion } = options;
  const key = await readSigningKey(keyFile);
  const path = join(folder, updateFile);
  await writeAtomically(path, writeUpdateFile(signUpdate(firmware, key, minimumVersion)));
  const update = readUpdateFile((await readIfPresent(path))?.toString() ?? "", key);
  if (typeof update === "string" || !isUpdateTo(update, firmware)) {
    const problem = typeof update === "string" ? update : "is about another firmware";
    throw new UserError(`${path} ${problem}: make the package again`);
  }
  return path;
}

/**
 * The update in a package: a folder, or its zip.
 * @throws UserError when there is none, or it does not belong to this firmware
 */
export async function readUpdate(
  packagePath: string,
  firmware: FirmwarePackage,
): Promise<UpdateFile> {
  const path = join(packagePath, updateFile);
  const again = 'make it with "boom-box package --sign"';
  const text = await readPackageText(packagePath, updateFile);
  if (text === undefined) throw new UserError(`there is no ${path}: ${again}`);
  const update = readUpdateFile(text);
  if (typeof update === "string") throw new UserError(`${path} ${update}: ${again}`);
  if (isUpdateTo(update, firmware)) return update;
  throw new UserError(`${path} is about another firmware than the package: ${again}`);
}
