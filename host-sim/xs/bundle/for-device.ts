import { dirname } from "node:path";
import type { Plugin } from "esbuild";
import { type ChipName, chips } from "../../../device/chips/table.ts";
import type { NetworkKind } from "../../../device/config.ts";
import { type BuiltModule, type BundleModule, bundle, library, sources } from "./bundle.ts";

/** Replacements for hardware that a desktop lacks: specifier to source. */
const desktop = ["digital", "interface", "key-value", "reset-reason"];

/** The modules with the SDK's names that verify the server's identity. */
export function tls(): BundleModule {
  const replacements = /\/(cert|ciphersuites|handshake)\.ts$/;
  return {
    name: "boom-box/tls",
    entries: sources("device/xs/tls").filter((name) => !replacements.test(name)),
  };
}

/** The differences between two images of the firmware, apart from settings. */
export interface FirmwareVariant {
  readonly network: NetworkKind;
  /** the folder of `device/xs` that has its `boom-box/board` */
  readonly board: "esp32" | "esp32/emulator" | "lin";
  /** the row of device/chips/table.ts that the image has; default: the ESP32 */
  readonly chip?: ChipName;
  /** the public keys that may sign updates, as device/update-keys.ts has them; default: none */
  readonly updateKeys?: readonly string[];
}

/**
 * The firmware for the Moddable SDK, each module in a file that `manifest.json` names. All but
 * `main` are preloaded.
 */
export function bundleForDevice(
  outputDirectory: string,
  { network, board, chip = "esp32", updateKeys = [] }: FirmwareVariant,
): Promise<BuiltModule[]> {
  const replacement = (name: string) => ({
    name: `ssl/${name}`,
    entries: [`device/xs/tls/${name}.ts`],
    hasDefault: true,
    isPreloaded: true,
  });
  return bundle({
    outputDirectory,
    modules: [
      { ...library(), plugins: [withUpdateKeys(updateKeys), withChip(chip)] },
      tls(),
      { name: "hardware", entries: sources("device/xs"), isPreloaded: true },
      replacement("cert"),
      replacement("ciphersuites"),
      replacement("handshake"),
      { name: "boom-box/network", entries: [`device/xs/network/${network}.ts`], isPreloaded: true },
      { name: "boom-box/board", entries: [`device/xs/${board}/board.ts`], isPreloaded: true },
      ...desktop.map((name) => ({
        name: `desktop/${name}`,
        entries: [`device/xs/lin/${name}.ts`],
        hasDefault: true,
        isPreloaded: true,
      })),
      {
        name: "esp32/provider",
        entries: ["device/xs/esp32/provider.ts"],
        hasDefault: true,
        isPreloaded: true,
      },
      { name: "main", entries: ["device/main.ts"] },
    ],
  });
}

/** Replaces device/update-keys.ts. */
function withUpdateKeys(keys: readonly string[]): Plugin {
  return {
    name: "update-keys",
    setup(build) {
      build.onLoad({ filter: /[/\\]device[/\\]update-keys\.ts$/ }, () => ({
        contents: `export const updateKeys = ${JSON.stringify(keys)};`,
        loader: "js",
      }));
    },
  };
}

/** Replaces device/chip.ts. */
function withChip(chip: ChipName): Plugin {
  return {
    name: "chip",
    setup(build) {
      build.onLoad({ filter: /[/\\]device[/\\]chip\.ts$/ }, ({ path }) => ({
        contents: `export { ${chips[chip].name} as thisChip } from "./chips/table.ts";`,
        loader: "js",
        resolveDir: dirname(path),
      }));
    },
  };
}
