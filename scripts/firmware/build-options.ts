import { type Command, Option } from "commander";
import { type ChipName, chipNames } from "../../device/chips/table.ts";
import { type NetworkKind, networkKinds } from "../../device/config.ts";
import { defaultCertsDirectory } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";
import type { Variant } from "./build.ts";

export const esp32 = "esp32";

/** What decides how a firmware is built. */
export interface BuildFlags {
  readonly platform: string;
  /** undefined: the ESP32, or the chip of a package */
  readonly chip?: ChipName;
  readonly network: NetworkKind;
  readonly debug?: boolean;
  readonly emulator?: boolean;
  readonly secure?: boolean;
  readonly manifest?: string;
}

/** @param platforms what `--platform` takes here */
export function addBuildOptions(command: Command, platforms: string): Command {
  return command
    .option("--platform <name>", platforms, esp32)
    .addOption(chipOption("the chip of the board (default: esp32)"))
    .addOption(
      new Option("--network <kind>", "how the boxes connect").choices(networkKinds).default("wifi"),
    )
    .option("--manifest <file>", "your board's manifest, for example with its Ethernet pins")
    .option("--secure", "Secure Boot and flash encryption: cannot be undone (docs/security.md)")
    .option("--debug", "include Moddable's debugger");
}

export function chipOption(description: string): Option {
  return new Option("--chip <name>", description).choices(chipNames);
}

/** @throws UserError of one line when the platform is none that can be flashed */
export function requireBoard({ platform }: Pick<BuildFlags, "platform">): void {
  if (platform.startsWith(esp32)) return;
  throw new UserError(
    `${platform} is not a board: use --platform ${esp32}, or a board of the SDK such as esp32/nodemcu`,
  );
}

export function variantOf({ platform, chip, debug, emulator, secure }: BuildFlags): Variant {
  return {
    platform,
    chip: chip ?? "esp32",
    debug: debug === true,
    emulator: emulator === true,
    secure: secure === true,
  };
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
  const { requireSecureBootKey } = await import("../signing/secure-boot-key.ts");
  const updateKeys = await readUpdateKeys(certs);
  const variant = variantOf(flags);
  const secureBootKey = variant.secure ? await requireSecureBootKey(certs) : undefined;
  if (variant.secure) requireSecureVariant(variant, updateKeys);
  const isTerminal = process.stdout.isTTY === true;
  process.stdout.write(
    updateKeys.length === 0
      ? "no key signs updates: this firmware refuses all of them (boom-box signing-key)\n"
      : `updates: signed by ${updateKeys.length === 1 ? "one key" : "one of two keys"}\n`,
  );
  const clear = isTerminal ? "\r\x1b[K" : "";
  const { platform, chip, debug, emulator } = variant;
  await build({
    platform,
    ...(chip === undefined ? {} : { chip }),
    debug,
    emulator,
    network: emulator ? "ethernet" : flags.network,
    ...(secureBootKey === undefined ? {} : { secureBootKey }),
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

/** @throws UserError of one line when such an image would be of no use, or of harm */
function requireSecureVariant(
  { platform, chip = "esp32", debug }: Variant,
  updateKeys: readonly string[],
): void {
  requireBoard({ platform });
  if (chip !== "esp32") {
    throw new UserError(
      `--secure is for the ESP32 only: its eFuses are known, and those of ${chip} have not been tried`,
    );
  }
  if (debug)
    throw new UserError("--debug opens the firmware to anybody: leave it out, or --secure");
  if (updateKeys.length > 0) return;
  throw new UserError(
    'a secure box takes a new firmware over the air only, and no key signs updates yet: make one with "boom-box signing-key"',
  );
}
