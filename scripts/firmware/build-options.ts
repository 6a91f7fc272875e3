import { type Command, Option } from "commander";
import { type NetworkKind, networkKinds } from "../../device/config.ts";
import { defaultCertsDirectory } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";
import type { Variant } from "./build.ts";

export const esp32 = "esp32";

/** What decides how a firmware is built. */
export interface BuildFlags {
  readonly platform: string;
  readonly network: NetworkKind;
  readonly debug?: boolean;
  readonly emulator?: boolean;
  readonly manifest?: string;
}

/** @param platforms what `--platform` takes here */
export function addBuildOptions(command: Command, platforms: string): Command {
  return command
    .option("--platform <name>", platforms, esp32)
    .addOption(
      new Option("--network <kind>", "how the boxes connect").choices(networkKinds).default("wifi"),
    )
    .option("--manifest <file>", "your board's manifest, for example with its Ethernet pins")
    .option("--debug", "include Moddable's debugger");
}

/** @throws UserError of one line when the platform is none that can be flashed */
export function requireBoard({ platform }: BuildFlags): void {
  if (platform.startsWith(esp32)) return;
  throw new UserError(
    `${platform} is not a board: use --platform ${esp32}, or a board of the SDK such as esp32/nodemcu`,
  );
}

export function variantOf({ platform, debug, emulator }: BuildFlags): Variant {
  return { platform, debug: debug === true, emulator: emulator === true };
}

/**
 * Builds, and shows the steps.
 * @param certs the folder with the keys that sign updates
 * @throws UserError with what is wrong, and what to do
 */
export async function buildShown(
  flags: BuildFlags,
  certs: string = defaultCertsDirectory,
): Promise<void> {
  const { build } = await import("./build.ts");
  const { readUpdateKeys } = await import("../signing/signing-key.ts");
  const updateKeys = await readUpdateKeys(certs);
  const isTerminal = process.stdout.isTTY === true;
  process.stdout.write(
    updateKeys.length === 0
      ? "no key signs updates: this firmware refuses all of them (boom-box signing-key)\n"
      : `updates: signed by ${updateKeys.length === 1 ? "one key" : "one of two keys"}\n`,
  );
  const clear = isTerminal ? "\r\x1b[K" : "";
  const variant = variantOf(flags);
  await build({
    ...variant,
    network: variant.emulator ? "ethernet" : flags.network,
    ...(flags.manifest === undefined ? {} : { boardManifest: flags.manifest }),
    updateKeys,
    environment: process.env,
    onStep: (step) => process.stdout.write(`${clear}${step}\n`),
    onProgress: (detail) => {
      if (isTerminal) process.stdout.write(`${clear}  ${detail.slice(0, 70)}`);
    },
  });
  process.stdout.write(clear);
}
