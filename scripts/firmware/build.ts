import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type ChipName, chips } from "../../device/chips/table.ts";
import type { NetworkKind } from "../../device/config.ts";
import { firmwareVersion } from "../../device/version.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import { UserError } from "../command-line/user-error.ts";
import { checkImage, describeImage, type ImagePlaces, removeImage, writeFlash } from "./image.ts";
import { keepSymbols } from "./keep-symbols.ts";
import { requireFreePin } from "./pin-conflicts.ts";
import { requireRetainedMemory } from "./retained-memory.ts";
import { run, ToolError } from "./run.ts";
import { findSdk, type ModdableSdk } from "./sdk.ts";
import { stage } from "./stage.ts";
import {
  emulatorManifest,
  partitionsFileOf,
  requireBoardChip,
  sdkconfigOf,
  usedPinsOf,
} from "./variant.ts";

export interface BuildOptions {
  /** `lin`, `esp32`, or a board of the SDK: `esp32/nodemcu` */
  readonly platform: string;
  /** default: the ESP32 */
  readonly chip?: ChipName;
  readonly debug: boolean;
  /** build for the emulated chip instead of a board */
  readonly emulator: boolean;
  readonly network: NetworkKind;
  readonly boardManifest?: string;
  /** the file of the key for Secure Boot: the image locks its chip for good (docs/security.md) */
  readonly secureBootKey?: string;
  /** the public keys that may sign updates, as device/update-keys.ts has them */
  readonly updateKeys: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** a step begins; then details within that step */
  onStep(step: string): void;
  onProgress(detail: string): void;
}

/** One variant's folder below `build/firmware`, where mcconfig writes `bin` and `tmp`. */
export interface Output extends ImagePlaces {
  readonly directory: string;
  /** mcconfig's flags, which select the kind of build and its folder */
  readonly flags: readonly string[];
  readonly kind: "debug" | "release";
}

const staged = join(projectRoot, "build", "firmware");

export interface Variant extends Pick<BuildOptions, "platform" | "chip" | "debug" | "emulator"> {
  readonly secure: boolean;
}

export function outputOf({ platform, chip, debug, emulator, secure }: Variant): Output {
  const name = chip ?? "esp32";
  const words = [(platform === "esp32" ? name : platform).replaceAll("/", "-")];
  if (emulator) words.push("emulator");
  if (secure) words.push("secure");
  const directory = join(staged, words.join("-"));
  const kind = debug ? "debug" : "release";
  const folders = [...(platform === "lin" ? ["lin", "mc"] : platform.split("/")), kind, "boom-box"];
  return {
    directory,
    flags: debug ? ["-d"] : [],
    kind,
    bin: join(directory, "bin", ...folders),
    project: join(directory, "tmp", ...folders, `xsProj-${name}`),
  };
}

/** A file that replaces the box's partition: on a desktop, there is no flash. */
export function boxFileOf({ directory }: Pick<Output, "directory">): string {
  return join(directory, "box.bin");
}

export function mcconfigArguments(platform: string, output: Output, target: string): string[] {
  return [...output.flags, "-m", "-p", platform, "-t", target, "-o", output.directory];
}

/**
 * Checks all inputs, then bundles, compiles and links. The result is for every box: settings and
 * certificates are not part of it. It refuses an image that lacks a required option.
 * @returns the SDK it was built with
 * @throws UserError with what is wrong, and what to do
 */
export async function build(options: BuildOptions): Promise<ModdableSdk> {
  const {
    platform,
    chip = "esp32",
    environment,
    network,
    updateKeys,
    secureBootKey,
    onStep,
  } = options;
  const isSecure = secureBootKey !== undefined;
  const boardManifest = boardManifestOf(options);
  requireOneVersion(readFileSync(join(projectRoot, "package.json"), "utf8"));
  const sdk = findSdk(platform, environment);
  requireBoardChip(sdk, platform, chip);
  const manifestPins = usedPinsOf(sdk, platform, boardManifest);
  requireFreePin(manifestPins);
  onStep("bundling the firmware");
  const output = outputOf({ ...options, secure: isSecure });
  mkdirSync(output.directory, { recursive: true, mode: 0o700 });
  await stage({
    directory: staged,
    platform,
    chip,
    emulator: options.emulator,
    network,
    updateKeys,
    sdk,
    boxFile: boxFileOf(output),
    sdkconfig: sdkconfigOf({
      sdk,
      platform,
      chip,
      ...(boardManifest === undefined ? {} : { boardManifest }),
      ...(secureBootKey === undefined ? {} : { secureBootKey }),
    }),
    partitions: partitionsFileOf(isSecure),
    ...(boardManifest === undefined ? {} : { boardManifest }),
  });
  onStep(
    `compiling and linking for ${platform === "esp32" ? chip : platform} (some minutes the first time)`,
  );
  const isForChip = platform !== "lin";
  if (isForChip) removeImage(output);
  await compile(options, sdk, output);
  if (isForChip) {
    const { text, usedPins } = checkImage(output, isSecure, chip);
    requireRetainedMemory(join(output.project, "build", "xs_esp32.elf"), chips[chip]);
    onStep(text);
    const pins = [...manifestPins, ...usedPins];
    describeImage(output, { chip, network, usedPins: pins, isSecure });
    const missing = await keepSymbols(output, join(staged, "modules"), sdk);
    if (missing !== undefined) {
      onStep(`a crash report of this image will name no lines of JavaScript: ${missing}`);
    }
  }
  if (options.emulator && !isSecure) writeFlash(output, chip);
  return sdk;
}

/**
 * An update with the old version would be refused by every box.
 * @param packageJson the text of package.json
 * @throws UserError when the firmware would say another version
 */
export function requireOneVersion(packageJson: string): void {
  const { version } = JSON.parse(packageJson) as { readonly version?: string };
  if (version === firmwareVersion) return;
  throw new UserError(
    `package.json has version ${version}, and device/version.ts has ${firmwareVersion}: write the new one into both`,
  );
}

/** @throws UserError when platform and board do not match, or do not exist */
function boardManifestOf(options: BuildOptions): string | undefined {
  const { platform, emulator } = options;
  if (!/^(lin|esp32(\/\w+)?)$/.test(platform)) {
    throw new UserError(
      `${platform} is not a supported platform: use lin, esp32 or a board such as esp32/nodemcu`,
    );
  }
  const boardManifest = options.boardManifest && resolve(options.boardManifest);
  if (emulator && (platform !== "esp32" || boardManifest !== undefined)) {
    throw new UserError(
      "--emulator has its own board: leave out --manifest, and use no --platform except esp32",
    );
  }
  if (boardManifest !== undefined && !existsSync(boardManifest)) {
    throw new UserError(
      `${boardManifest} does not exist: name your board's manifest with --manifest`,
    );
  }
  return emulator ? emulatorManifest : boardManifest;
}

async function compile(options: BuildOptions, sdk: ModdableSdk, output: Output): Promise<void> {
  try {
    await run({
      command: sdk.mcconfig,
      args: mcconfigArguments(options.platform, output, "build"),
      environment: sdk.environment,
      directory: projectRoot,
      log: join(output.directory, "build.log"),
      onLine: (line) => {
        const detail = /^# (\w.*)$/.exec(line)?.[1];
        if (detail !== undefined) options.onProgress(detail);
      },
    });
  } catch (error) {
    clearAfter(error, output);
    throw error;
  }
}

/**
 * Clears the build folder after ESP-IDF's configure step fails. CMake removes its cache but leaves
 * `sdkconfig.h`, so the SDK's make would treat the step as complete.
 */
export function clearAfter(error: unknown, { directory }: Pick<Output, "directory">): void {
  const isConfigureFailure =
    error instanceof ToolError &&
    error.lines.some((line) => /^CMake Error|^-- Configuring incomplete/.test(line));
  if (isConfigureFailure) rmSync(join(directory, "tmp"), { recursive: true, force: true });
}
