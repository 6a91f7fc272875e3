import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { projectRoot } from "../paths.ts";
import { UserError } from "../user-error.ts";
import { readImageFiles } from "./credentials.ts";
import { run } from "./run.ts";
import { findSdk, type ModdableSdk } from "./sdk.ts";
import { readSettingsFile } from "./settings-file.ts";
import { stage } from "./stage.ts";

export interface BuildOptions {
  readonly thing: string;
  readonly certs: string;
  /** `lin`, `esp32`, or a board of the SDK's: `esp32/nodemcu` */
  readonly platform: string;
  readonly debug: boolean;
  readonly boardManifest?: string;
  readonly environment: NodeJS.ProcessEnv;
  /** one step that begins; and within a step, what it is at */
  onStep(step: string): void;
  onProgress(detail: string): void;
}

/** One platform's place below `build/firmware`, where mcconfig puts `bin` and `tmp`. */
export interface Output {
  readonly directory: string;
  /** of mcconfig: which kind of build, and its folder's name */
  readonly flags: readonly string[];
  readonly kind: "debug" | "instrument" | "release";
}

const staged = join(projectRoot, "build", "firmware");

export function outputOf({ platform, debug }: Pick<BuildOptions, "platform" | "debug">): Output {
  const directory = join(staged, platform.replaceAll("/", "-"));
  if (debug) return { directory, flags: ["-d"], kind: "debug" };
  // A plain release on the ESP32 tells neither its free heap nor anything over the serial port.
  if (platform.startsWith("esp32")) return { directory, flags: ["-i"], kind: "instrument" };
  return { directory, flags: [], kind: "release" };
}

export function mcconfigArguments(platform: string, output: Output, target: string): string[] {
  return [...output.flags, "-m", "-p", platform, "-t", target, "-o", output.directory];
}

/**
 * Checks everything, then bundles, compiles and links. Nothing is built of what is not sound.
 * @returns the SDK it was built with
 * @throws UserError of one line
 */
export async function build(options: BuildOptions): Promise<ModdableSdk> {
  const { thing, certs, platform, environment, onStep } = options;
  if (!/^(lin|esp32(\/\w+)?)$/.test(platform)) {
    throw new UserError(
      `${platform} is no platform of ours: take lin, esp32 or a board like esp32/nodemcu`,
    );
  }
  const boardManifest = options.boardManifest && resolve(options.boardManifest);
  if (boardManifest !== undefined && !existsSync(boardManifest)) {
    throw new UserError(
      `there is no ${boardManifest}: --manifest names a manifest of your board's`,
    );
  }
  onStep(`checking the settings and certificates of ${thing}`);
  const settingsFile = await readSettingsFile(certs, thing);
  const isClaiming = settingsFile.settings.claim !== undefined;
  const files = await readImageFiles(certs, thing, isClaiming);
  const sdk = findSdk(platform, environment);
  onStep("bundling the firmware");
  const output = outputOf(options);
  mkdirSync(output.directory, { recursive: true, mode: 0o700 });
  await stage({
    directory: staged,
    ...{ platform, sdk, files, settingsFile },
    ...(boardManifest === undefined ? {} : { boardManifest }),
  });
  onStep(`compiling and linking for ${platform} (some minutes the first time)`);
  await run({
    command: sdk.mcconfig,
    args: mcconfigArguments(platform, output, "build"),
    environment: sdk.environment,
    directory: projectRoot,
    log: join(output.directory, "build.log"),
    onLine: (line) => {
      const detail = /^# (\w.*)$/.exec(line)?.[1];
      if (detail !== undefined) options.onProgress(detail);
    },
  });
  return sdk;
}
