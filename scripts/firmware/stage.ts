import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { bundleForDevice, type FirmwareVariant } from "../../host-sim/xs/bundle/for-device.ts";
import { UserError } from "../command-line/user-error.ts";
import type { ImageFiles } from "./credentials.ts";
import type { ModdableSdk } from "./sdk.ts";
import type { SettingsFile } from "./settings-file.ts";

export interface StageOptions {
  /** `build/firmware`, to which `manifest.json` leads */
  readonly directory: string;
  readonly platform: string;
  readonly emulator: boolean;
  readonly sdk: ModdableSdk;
  readonly files: ImageFiles;
  readonly settingsFile: SettingsFile;
  /** a manifest of the maker's own, for what is on the board */
  readonly boardManifest?: string;
  /** for the ESP32: ESP-IDF's options, the last of two counts */
  readonly sdkconfig: string;
}

/**
 * Lays out what `manifest.json` names: modules, the box's files, and what this variant adds. There are
 * secrets in it: folders 0700, files 0600. What an earlier build left there goes first.
 */
export async function stage(options: StageOptions): Promise<void> {
  const { directory, files, settingsFile } = options;
  const modules = join(directory, "modules");
  const data = join(directory, "data");
  const sdkconfig = join(directory, "sdkconfig");
  for (const folder of [modules, data, sdkconfig]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const secret = { mode: 0o600 };
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(join(data, name), bytes, secret);
  }
  writeFileSync(join(data, "settings.json"), settingsFile.text, secret);
  await bundleForDevice(modules, {
    network: settingsFile.settings.network,
    board: boardOf(options),
  });
  copyHandshake(options.sdk, join(modules, "sdk"));
  writeFileSync(join(sdkconfig, "sdkconfig.defaults"), options.sdkconfig);
  const idf = { SDKCONFIGPATH: sdkconfig, PARTITIONS_FILE: partitionsFile };
  writeFileSync(join(directory, "idf.json"), JSON.stringify({ build: idf }));
  writeFileSync(join(directory, "variant.json"), JSON.stringify(variantManifest(options)), secret);
}

function boardOf({ platform, emulator }: StageOptions): FirmwareVariant["board"] {
  if (emulator) return "esp32/emulator";
  return platform === "lin" ? "lin" : "esp32";
}

/** The SDK's own handshake, which ours is around: it must have another name and another place. */
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

/** The partition table, from which both slots of every image come. */
export const partitionsFile = join(projectRoot, "device", "xs", "esp32", "partitions.csv");

/**
 * What of the manifest depends on settings, platform and board.
 */
function variantManifest({ platform, settingsFile, boardManifest }: StageOptions) {
  const { network } = settingsFile.settings;
  const include = boardManifest === undefined ? [] : [boardManifest];
  if (platform.startsWith("esp32")) {
    return {
      // A manifest's own variables are taken before those of what it includes; the last one wins.
      include: [`$(MODDABLE)/modules/io/${network}/manifest.json`, ...include, "./idf.json"],
    };
  }
  const specifier = `embedded:network/interface/${network}`;
  const modules = { [specifier]: "./modules/desktop/interface" };
  return { include, modules, preload: [specifier] };
}
