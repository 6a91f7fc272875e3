import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ChipName, chipNames, chips } from "../../device/chips/table.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import { UserError } from "../command-line/user-error.ts";
import { pinsInManifest, type UsedPin } from "./pin-conflicts.ts";
import type { ModdableSdk } from "./sdk.ts";

const esp32Folder = join(projectRoot, "device", "xs", "esp32");

/** The board of the emulated ESP32, with an Ethernet MAC that only the emulator has. */
export const emulatorManifest = join(esp32Folder, "emulator", "manifest.json");

const secureFolder = join(esp32Folder, "secure");

/** The partition table of an image, with both slots. */
export function partitionsFileOf(isSecure: boolean): string {
  return join(isSecure ? secureFolder : esp32Folder, "partitions.csv");
}

export interface SdkConfigOptions {
  readonly sdk: ModdableSdk;
  readonly platform: string;
  /** default: the ESP32 */
  readonly chip?: ChipName;
  readonly boardManifest?: string;
  /** the file of the key that signs what the chip starts; with it, the image is a secure one */
  readonly secureBootKey?: string;
}

/**
 * ESP-IDF's options for one build: the SDK's for the board, then ours, then those of the
 * chip, then those in `sdkconfig.defaults` next to the user's manifest. Later values override earlier ones. A check of the
 * final sdkconfig ensures the options that must not be overridden.
 */
export function sdkconfigOf(options: SdkConfigOptions): string {
  const { sdk, platform, chip = "esp32", boardManifest, secureBootKey } = options;
  const sdkBoard = sdkBoardFolder(sdk, platform);
  const files = [
    ...(sdkBoard === undefined ? [] : [join(sdkBoard, "sdkconfig", "sdkconfig.defaults")]),
    join(esp32Folder, "sdkconfig.defaults"),
    join(esp32Folder, `sdkconfig.${chip}.defaults`),
    ...(secureBootKey === undefined ? [] : [join(secureFolder, "sdkconfig.defaults")]),
    ...(boardManifest === undefined ? [] : [join(dirname(boardManifest), "sdkconfig.defaults")]),
  ];
  const texts = files
    .filter((file) => existsSync(file))
    .map((file) => `${readFileSync(file, "utf8").trimEnd()}\n`);
  const key =
    secureBootKey === undefined ? [] : [`CONFIG_SECURE_BOOT_SIGNING_KEY="${secureBootKey}"\n`];
  return [...texts, ...key].join("\n");
}

/**
 * The pins that the manifests of the SDK's board and of the user's board use.
 * @throws UserError of one line when a manifest is not JSON
 */
export function usedPinsOf(sdk: ModdableSdk, platform: string, boardManifest?: string): UsedPin[] {
  const sdkBoard = sdkBoardFolder(sdk, platform);
  const files = [
    ...(sdkBoard === undefined ? [] : [join(sdkBoard, "manifest.json")]),
    ...(boardManifest === undefined ? [] : [boardManifest]),
  ];
  return files
    .filter((each) => existsSync(each))
    .flatMap((file) =>
      pinsInManifest(parseManifest(file)).map(({ pin, by }) => ({ pin, by: `${by} of ${file}` })),
    );
}

/** @throws UserError of one line when the SDK's board has another chip */
export function requireBoardChip(sdk: ModdableSdk, platform: string, chip: ChipName): void {
  const sdkBoard = sdkBoardFolder(sdk, platform);
  const file = sdkBoard && join(sdkBoard, "manifest.json");
  if (file === undefined || !existsSync(file)) return;
  const { build } = Object(parseManifest(file)) as { readonly build?: unknown };
  const { ESP32_SUBCLASS: its = "esp32" } = Object(build) as { readonly ESP32_SUBCLASS?: unknown };
  if (its === chip) return;
  const known = chipNames.find((name) => name === its);
  throw new UserError(
    known === undefined
      ? `${platform} is a board with the chip ${its}, for which there is no firmware: use one with ${titles()}`
      : `${platform} is a board with an ${chips[known].title}: use --chip ${known}`,
  );
}

const titles = () => chipNames.map((name) => chips[name].title).join(", ");

function sdkBoardFolder(sdk: ModdableSdk, platform: string): string | undefined {
  const board = /^esp32\/(\w+)$/.exec(platform)?.[1];
  if (board === undefined) return undefined;
  return join(sdk.directory, "build", "devices", "esp32", "targets", board);
}

function parseManifest(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new UserError(`${file} is not valid JSON: correct it`, { cause });
  }
}
