import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChipName } from "../../device/chips/table.ts";
import type { NetworkKind } from "../../device/config.ts";
import { bundleForDevice, type FirmwareVariant } from "../../host-sim/xs/bundle/for-device.ts";
import { UserError } from "../command-line/user-error.ts";
import type { ModdableSdk } from "./sdk.ts";

export interface StageOptions {
  /** `build/firmware`, which `manifest.json` refers to */
  readonly directory: string;
  readonly platform: string;
  /** default: the ESP32 */
  readonly chip?: ChipName;
  readonly emulator: boolean;
  readonly sdk: ModdableSdk;
  readonly network: NetworkKind;
  /** the public keys that may sign updates, as device/update-keys.ts has them */
  readonly updateKeys: readonly string[];
  /** for `lin`: the file that replaces the box's partition */
  readonly boxFile: string;
  /** the user's manifest for the board */
  readonly boardManifest?: string;
  /** for the ESP32: ESP-IDF's options; the last of two values counts */
  readonly sdkconfig: string;
  /** for the ESP32: the file of the partition table */
  readonly partitions: string;
}

/** Writes the files that `manifest.json` names, and removes those of an earlier build first. */
export async function stage(options: StageOptions): Promise<void> {
  const { directory, network, updateKeys, chip = "esp32" } = options;
  const modules = join(directory, "modules");
  const sdkconfig = join(directory, "sdkconfig");
  for (const folder of [modules, sdkconfig]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  await bundleForDevice(modules, { network, board: boardOf(options), chip, updateKeys });
  copyHandshake(options.sdk, join(modules, "sdk"));
  writeFileSync(join(sdkconfig, "sdkconfig.defaults"), options.sdkconfig);
  const idf = {
    ESP32_SUBCLASS: chip,
    SDKCONFIGPATH: sdkconfig,
    PARTITIONS_FILE: options.partitions,
  };
  writeFileSync(join(directory, "idf.json"), JSON.stringify({ build: idf }));
  writeFileSync(join(directory, "variant.json"), JSON.stringify(variantManifest(options)));
}

function boardOf({ platform, emulator }: StageOptions): FirmwareVariant["board"] {
  if (emulator) return "esp32/emulator";
  return platform === "lin" ? "lin" : "esp32";
}

/** Copies the SDK's handshake under another name, because our module with its name wraps it. */
function copyHandshake({ directory }: ModdableSdk, folder: string): void {
  const original = join(directory, "modules", "crypt", "ssl", "ssl_handshake.js");
  if (!existsSync(original)) {
    throw new UserError(
      `the Moddable SDK at ${directory} has no ${original}: install SDK 8.2 or later`,
    );
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  copyFileSync(original, join(folder, "handshake.js"));
}

/** The part of the manifest that depends on network, platform and board. */
function variantManifest(options: StageOptions) {
  const { platform, network, boardManifest, boxFile } = options;
  const include = boardManifest === undefined ? [] : [boardManifest];
  if (platform.startsWith("esp32")) {
    return {
      // A manifest's own variables are read before those of its includes; the last value wins.
      include: [`$(MODDABLE)/modules/io/${network}/manifest.json`, ...include, "./idf.json"],
    };
  }
  const specifier = `embedded:network/interface/${network}`;
  const modules = { [specifier]: "./modules/desktop/interface" };
  return { include, modules, preload: [specifier], config: { boxFile } };
}
