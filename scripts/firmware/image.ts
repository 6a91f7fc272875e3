import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootloaderAt, layOutFlash, partitionTableAt } from "../../host-sim/esp32/flash-image.ts";
import { UserError } from "../command-line/user-error.ts";
import { parsePartitions, partitionProblems, slotUse } from "./partitions.ts";
import { pinConflictsOf } from "./pin-conflicts.ts";
import { brokenPromises, parseSdkConfig } from "./sdkconfig.ts";

/** The output folders of the SDK's build for the ESP32. */
export interface ImagePlaces {
  /** the image, bootloader and partition table to flash */
  readonly bin: string;
  /** the ESP-IDF project that the SDK writes */
  readonly project: string;
}

const image = "xs_esp32.bin";

/** The whole flash as one file, for an emulator. */
export const flashFile = "flash.bin";

/**
 * Removes the image of an earlier build. The SDK's make continues after a failed ESP-IDF build, and
 * would treat the old image as the new one.
 */
export function removeImage({ bin, project }: ImagePlaces): void {
  const built = join(project, "build");
  for (const file of [join(bin, image), join(built, image), join(built, "xs_esp32.elf")]) {
    rmSync(file, { force: true });
  }
}

/**
 * Checks the built image, because a board's own files may have changed it.
 * @returns how full a slot is
 * @throws UserError with one line for each reason not to flash the image
 */
export function checkImage(places: ImagePlaces, pin: number): string {
  const { bin, project } = places;
  const file = join(bin, image);
  const sdkconfig = join(project, "sdkconfig");
  if (!existsSync(sdkconfig)) {
    throw new UserError(
      `the build made no ${sdkconfig}: use a board with the original ESP32, not an S2, S3, C3 or later`,
    );
  }
  const config = parseSdkConfig(readFileSync(sdkconfig, "utf8"));
  const partitions = parsePartitions(readFileSync(join(project, "partitions.csv"), "utf8"));
  const problems = [
    ...brokenPromises(config),
    ...pinConflictsOf(config, pin).map(
      (option) => `${option} uses the gate's pin ${pin}: change one of the two pins`,
    ),
    ...("problems" in partitions ? partitions.problems : partitionProblems(partitions)),
  ];
  if ("problems" in partitions || problems.length > 0) {
    throw new UserError(`the image is refused:\n${problems.join("\n")}`);
  }
  if (!existsSync(file)) throw new UserError(`the build made no ${file}: check its build.log`);
  const { fits, text } = slotUse(statSync(file).size, partitions);
  if (!fits) throw new UserError(`${text}, so it does not fit: make the firmware smaller`);
  return text;
}

/** Writes bootloader, partition table and image to one file for an emulator. */
export function writeFlash({ bin, project }: ImagePlaces): void {
  const partitions = parsePartitions(readFileSync(join(project, "partitions.csv"), "utf8"));
  if ("problems" in partitions) throw new UserError(partitions.problems.join("\n"));
  const offsetOf = (name: string) => partitions.find((each) => each.name === name)?.offset ?? 0;
  const read = (name: string): Uint8Array => readFileSync(join(bin, name));
  const flash = layOutFlash(
    new Map([
      [bootloaderAt, read("bootloader.bin")],
      [partitionTableAt, read("partition-table.bin")],
      [offsetOf("otadata"), read("ota_data_initial.bin")],
      [offsetOf("ota_0"), read(image)],
    ]),
  );
  writeFileSync(join(bin, flashFile), flash, { mode: 0o600 });
}
