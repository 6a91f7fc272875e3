import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSettings } from "../../device/config.ts";
import { emulatorBrokerPort, emulatorHost } from "../../host-sim/esp32/addresses.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import { UserError } from "../command-line/user-error.ts";
import { manifestPinConflicts } from "./pin-conflicts.ts";
import type { ModdableSdk } from "./sdk.ts";
import type { SettingsFile } from "./settings-file.ts";

const esp32Folder = join(projectRoot, "device", "xs", "esp32");

/** The board of the emulated ESP32, with an Ethernet MAC that only the emulator has. */
export const emulatorManifest = join(esp32Folder, "emulator", "manifest.json");

/**
 * ESP-IDF's options for one build: the SDK's for the board, then ours, then those in
 * `sdkconfig.defaults` next to the user's manifest. Later values override earlier ones. A check of the
 * final sdkconfig ensures the options that must not be overridden.
 */
export function sdkconfigOf(sdk: ModdableSdk, platform: string, boardManifest?: string): string {
  const sdkBoard = sdkBoardFolder(sdk, platform);
  const files = [
    ...(sdkBoard === undefined ? [] : [join(sdkBoard, "sdkconfig", "sdkconfig.defaults")]),
    join(esp32Folder, "sdkconfig.defaults"),
    ...(boardManifest === undefined ? [] : [join(dirname(boardManifest), "sdkconfig.defaults")]),
  ];
  return files
    .filter((file) => existsSync(file))
    .map((file) => `${readFileSync(file, "utf8").trimEnd()}\n`)
    .join("\n");
}

/** @throws UserError of one line when a board's manifest uses the gate's pin */
export function requireFreePin(
  sdk: ModdableSdk,
  platform: string,
  pin: number,
  boardManifest?: string,
): void {
  const sdkBoard = sdkBoardFolder(sdk, platform);
  const files = [
    ...(sdkBoard === undefined ? [] : [join(sdkBoard, "manifest.json")]),
    ...(boardManifest === undefined ? [] : [boardManifest]),
  ];
  for (const file of files.filter((each) => existsSync(each))) {
    const conflicts = manifestPinConflicts(parseManifest(file), pin);
    if (conflicts.length === 0) continue;
    throw new UserError(
      `${file} uses the gate's pin ${pin} (${conflicts.join(", ")}): change "pin" in settings.json, or the pin in the board's manifest`,
    );
  }
}

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

/**
 * The settings for an emulated box: with Ethernet, without WiFi passwords, and with this machine as its
 * broker and time server.
 */
export function forEmulator({ text }: SettingsFile): SettingsFile {
  const { networks: _, alpn: __, ...rest } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const input = {
    ...rest,
    network: "ethernet",
    endpoint: emulatorHost,
    port: emulatorBrokerPort,
    timeServers: [emulatorHost],
  };
  const result = parseSettings(input);
  if (result.type === "problems") throw new UserError(result.problems.join("; "));
  return { settings: result.settings, text: JSON.stringify(input) };
}
