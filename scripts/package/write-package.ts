import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { firmwareVersion } from "../../device/version.ts";
import { UserError } from "../command-line/user-error.ts";
import { firmwareProblem, placesIn } from "./check-firmware.ts";
import {
  type FirmwarePackage,
  type PackageNetwork,
  type PartFile,
  partFiles,
  type UsedPin,
} from "./firmware-package.ts";
import { descriptionFile, packageFiles } from "./package-files.ts";

/** The name that the firmware also gives to Improv, so that ESP Web Tools knows it again. */
const firmwareName = "Boom Box";

/** The SDK's names of the parts. */
const builtFiles: Readonly<Record<PartFile, string>> = {
  "bootloader.bin": "bootloader.bin",
  "partition-table.bin": "partition-table.bin",
  "ota_data_initial.bin": "ota_data_initial.bin",
  "firmware.bin": "xs_esp32.bin",
};

/**
 * The firmware that a build left in a folder.
 * @throws UserError of one line when the build is not complete
 */
export function builtFirmware(
  folder: string,
  facts: { readonly network: PackageNetwork; readonly usedPins: readonly UsedPin[] },
): FirmwarePackage {
  const read = (file: PartFile): Uint8Array => {
    const path = join(folder, builtFiles[file]);
    if (existsSync(path)) return readFileSync(path);
    throw new UserError(`there is no ${path}: build the firmware with "boom-box build" first`);
  };
  const places = placesIn(read("partition-table.bin"));
  if (places === undefined) {
    throw new UserError(`the partition table in ${folder} is not a box's: build it again`);
  }
  const { offsets, box, slotBytes } = places;
  const parts = partFiles.map((file) => ({ file, offset: offsets[file], bytes: read(file) }));
  const firmware = {
    name: firmwareName,
    version: firmwareVersion,
    parts,
    box,
    slotBytes,
    ...facts,
  };
  const problem = firmwareProblem(firmware);
  if (problem !== undefined)
    throw new UserError(`the build in ${folder} ${problem}: build it again`);
  return firmware;
}

/** Where the package of the last build is. */
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
    await rm(join(folder, descriptionFile), { force: true });
    for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
    await writeFile(zip, packed);
  } catch (cause) {
    throw new UserError(
      `the package cannot be written to ${folder} (${cause instanceof Error ? cause.message : cause}): name another folder with --output`,
      { cause },
    );
  }
  return { folder, zip };
}
