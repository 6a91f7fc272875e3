import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ChipName, chips } from "../../device/chips/table.ts";
import type { NetworkKind } from "../../device/config.ts";
import { layOutFlash, partitionTableAt } from "../../host-sim/esp32/flash-image.ts";
import { UserError } from "../command-line/user-error.ts";
import { parsePartitions, partitionProblems, slotUse } from "./partitions.ts";
import { pinProblems, pinsInConfig, type UsedPin } from "./pin-conflicts.ts";
import { brokenPromises, parseSdkConfig } from "./sdkconfig.ts";

/** The output folders of the SDK's build for a chip. */
export interface ImagePlaces {
  /** the image, bootloader and partition table to flash */
  readonly bin: string;
  /** the ESP-IDF project that the SDK writes */
  readonly project: string;
}

/** The application, as the SDK names it. */
export const imageFile = "xs_esp32.bin";

/** The whole flash as one file, for an emulator. */
export const flashFile = "flash.bin";

/**
 * Removes the image of an earlier build. The SDK's make continues after a failed ESP-IDF build, and
 * would treat the old image as the new one.
 */
export function removeImage({ bin, project }: ImagePlaces): void {
  const built = join(project, "build");
  for (const file of [join(bin, imageFile), join(built, imageFile), join(built, "xs_esp32.elf")]) {
    rmSync(file, { force: true });
  }
}

/**
 * Checks the built image, because a board's own files may have changed it.
 * @returns how full a slot is, as text for the user, and the pins that the image uses
 * @throws UserError with one line for each reason not to flash the image
 */
export function checkImage(
  places: ImagePlaces,
  isSecure: boolean,
  chip: ChipName = "esp32",
): {
  readonly text: string;
  readonly usedPins: readonly UsedPin[];
} {
  const { bin, project } = places;
  const file = join(bin, imageFile);
  const sdkconfig = join(project, "sdkconfig");
  if (!existsSync(sdkconfig)) {
    throw new UserError(
      `the build made no ${sdkconfig}: name the chip of the board with --chip, or use a board that has one of ${Object.keys(chips).join(", ")}`,
    );
  }
  const config = parseSdkConfig(readFileSync(sdkconfig, "utf8"));
  const target = config.get("CONFIG_IDF_TARGET") ?? chip;
  if (target !== chip) {
    throw new UserError(`the build is for ${target} instead of ${chip}: use --chip ${target}`);
  }
  const partitions = parsePartitions(readFileSync(join(project, "partitions.csv"), "utf8"));
  const usedPins = pinsInConfig(config);
  const problems = [
    ...brokenPromises(config, isSecure, chip),
    ...pinProblems(usedPins),
    ...("problems" in partitions ? partitions.problems : partitionProblems(partitions, isSecure)),
  ];
  if ("problems" in partitions || problems.length > 0) {
    throw new UserError(`the image is refused:\n${problems.join("\n")}`);
  }
  if (!existsSync(file)) throw new UserError(`the build made no ${file}: check its build.log`);
  const { fits, text } = slotUse(statSync(file).size, partitions);
  if (!fits) throw new UserError(`${text}, so it does not fit: make the firmware smaller`);
  return { text, usedPins };
}

/** What `flash` must know about an image, apart from its bytes. */
export interface ImageFacts {
  /** absent: the ESP32, of an older build */
  readonly chip?: ChipName;
  readonly network: NetworkKind;
  readonly usedPins: readonly UsedPin[];
  /** it locks its chip for good, and starts on no other */
  readonly isSecure: boolean;
}

const factsFile = "image.json";

export function describeImage({ bin }: ImagePlaces, facts: ImageFacts): void {
  writeFileSync(join(bin, factsFile), `${JSON.stringify(facts)}\n`);
}

/** @throws UserError when nothing has been built */
export function readImageFacts({ bin }: ImagePlaces): ImageFacts {
  const file = join(bin, factsFile);
  if (!existsSync(file)) throw new UserError(`there is no ${file}: run "boom-box build" first`);
  return JSON.parse(readFileSync(file, "utf8")) as ImageFacts;
}

/** Writes bootloader, partition table and image to one file for an emulator, without a box's files. */
export function writeFlash({ bin, project }: ImagePlaces, chip: ChipName): void {
  const partitions = parsePartitions(readFileSync(join(project, "partitions.csv"), "utf8"));
  if ("problems" in partitions) throw new UserError(partitions.problems.join("\n"));
  const offsetOf = (name: string) => partitions.find((each) => each.name === name)?.offset ?? 0;
  const read = (name: string): Uint8Array => readFileSync(join(bin, name));
  const flash = layOutFlash(
    new Map([
      [chips[chip].bootloaderAt, read("bootloader.bin")],
      [partitionTableAt, read("partition-table.bin")],
      [offsetOf("otadata"), read("ota_data_initial.bin")],
      [offsetOf("ota_0"), read(imageFile)],
    ]),
  );
  writeFileSync(join(bin, flashFile), flash, { mode: 0o600 });
}
