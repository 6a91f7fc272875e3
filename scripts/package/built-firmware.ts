import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { firmwareVersion } from "../../device/version.ts";
import { UserError } from "../command-line/user-error.ts";
import { outputOf, type Variant } from "../firmware/build.ts";
import { type ImageFacts, imageFile, readImageFacts } from "../firmware/image.ts";
import { firmwareProblem, placesIn } from "./check-firmware.ts";
import { type FirmwarePackage, type PartFile, partFiles } from "./firmware-package.ts";

/** The name that the firmware also gives to Improv, so that ESP Web Tools knows it again. */
const firmwareName = "Boom Box";

/** The SDK's names of the parts. */
const builtFiles: Readonly<Record<PartFile, string>> = {
  "bootloader.bin": "bootloader.bin",
  "partition-table.bin": "partition-table.bin",
  "ota_data_initial.bin": "ota_data_initial.bin",
  "firmware.bin": imageFile,
};

/**
 * What the last build of this kind made; undefined if there is none.
 * @throws UserError of one line when it is not complete
 */
export function firmwareOfBuild(variant: Variant): FirmwarePackage | undefined {
  const output = outputOf(variant);
  if (!existsSync(join(output.bin, imageFile))) return undefined;
  return firmwareIn(output.bin, readImageFacts(output));
}

/** @throws UserError of one line when the folder's build is not complete */
export function firmwareIn(folder: string, facts: ImageFacts): FirmwarePackage {
  const { chip = "esp32", network, usedPins, isSecure } = facts;
  const read = (file: PartFile): Uint8Array => {
    const path = join(folder, builtFiles[file]);
    if (existsSync(path)) return readFileSync(path);
    throw new UserError(`there is no ${path}: build the firmware again`);
  };
  const places = placesIn(read("partition-table.bin"), isSecure, chip);
  if (places === undefined) {
    throw new UserError(
      `the partition table in ${folder} is not a box's: build the firmware again`,
    );
  }
  const { offsets, box, slotBytes } = places;
  const parts = partFiles.map((file) => ({ file, offset: offsets[file], bytes: read(file) }));
  const firmware: FirmwarePackage = {
    name: firmwareName,
    version: firmwareVersion,
    chip,
    network,
    isSecure,
    parts,
    box,
    slotBytes,
    usedPins,
  };
  const problem = firmwareProblem(firmware);
  if (problem === undefined) return firmware;
  throw new UserError(`the build in ${folder} ${problem}: build the firmware again`);
}
