import { BoxData, type BoxFiles, boxPartitionLength } from "../../device/box-data.ts";
import type { Chip } from "../../device/chips/table.ts";
import type { Settings } from "../../device/config.ts";
import { settingsFile, writeSettings } from "../../device/settings-text.ts";
import { MemoryFlash } from "../../host-sim/hardware/flash.ts";
import { readImageFiles } from "./credentials.ts";
import { readSettingsFile } from "./settings-file.ts";

/**
 * What makes a box itself, from `certs/<thing>/`: the files for its partition, checked for a board.
 * @param chip of the board; default: the ESP32
 * @throws UserError of one line: which file, what is wrong with it, what to do
 */
export async function readBoxFiles(
  certsDirectory: string,
  thing: string,
  chip?: Chip,
): Promise<{ readonly files: BoxFiles; readonly settings: Settings }> {
  const { settings, input } = await readSettingsFile(certsDirectory, thing, chip);
  const credentials = await readImageFiles(certsDirectory, thing, settings.claim !== undefined);
  return { files: new Map([[settingsFile, writeSettings(input)], ...credentials]), settings };
}

/** A whole partition with only these files. */
export function boxPartition(files: BoxFiles): Uint8Array {
  const flash = MemoryFlash.erased(boxPartitionLength);
  new BoxData(flash).write(files);
  return flash.bytes;
}
