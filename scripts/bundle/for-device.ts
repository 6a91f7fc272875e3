import type { NetworkKind } from "../../device/config.ts";
import { type BuiltModule, type BundleModule, bundle, library, sources } from "./bundle.ts";

/** What stands in, on a desktop, for hardware it has not: specifier's place to source. */
const desktop = ["digital", "interface", "key-value", "reset-reason"];

/** What stands behind the modules of the SDK's own names: whether a server is who it should be. */
export function tls(): BundleModule {
  const replacements = /\/(cert|ciphersuites|handshake)\.ts$/;
  return {
    name: "boom-box/tls",
    entries: sources("device/xs/tls").filter((name) => !replacements.test(name)),
  };
}

/**
 * The firmware for the Moddable SDK, each module in a file that `manifest.json` names. All but `main`
 * is preloaded.
 */
export function bundleForDevice(
  outputDirectory: string,
  network: NetworkKind,
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
      library(),
      tls(),
      { name: "hardware", entries: sources("device/xs"), isPreloaded: true },
      replacement("cert"),
      replacement("ciphersuites"),
      replacement("handshake"),
      { name: "boom-box/network", entries: [`device/xs/network/${network}.ts`], isPreloaded: true },
      { name: "board/esp32", entries: ["device/xs/esp32/board.ts"], isPreloaded: true },
      { name: "board/lin", entries: ["device/xs/lin/board.ts"], isPreloaded: true },
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
