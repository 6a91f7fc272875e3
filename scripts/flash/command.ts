import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { BoxFiles } from "../../device/box-data.ts";
import { type Chip, chips } from "../../device/chips/table.ts";
import type { Settings } from "../../device/config.ts";
import { onStopSignal } from "../../host-sim/stop-signals.ts";
import { thingName } from "../broker/options.ts";
import { defaultCertsDirectory } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";
import {
  addBuildOptions,
  type BuildFlags,
  buildShown,
  requireBoard,
  variantOf,
} from "../firmware/build-options.ts";
import type { FirmwarePackage } from "../package/firmware-package.ts";
import { emulatorPortName, portName } from "../serial/port-name.ts";

interface FlashFlags extends BuildFlags {
  readonly package?: string;
  readonly thing?: string;
  readonly certs: string;
  readonly port?: string;
  readonly onlySettings?: boolean;
  readonly build?: boolean;
  readonly baud: number;
  readonly before?: "reset" | "no-reset";
  readonly stub: boolean;
}

/** Adds `boom-box flash`: exit code 0 when the firmware started, 1 when it was written but did not. */
export function registerFlashCommand(program: Command): void {
  const command = program
    .command("flash")
    .description("write the firmware, and what makes a box itself, to a board")
    .option("--package <path>", "the firmware: a folder or a zip (default: that of the last build)")
    .option("--thing <name>", "the box that the board becomes", thingName)
    .option(
      "--certs <dir>",
      "the folder of its certificates and settings.json",
      defaultCertsDirectory,
    )
    .option("--only-settings", "write the box's files alone, to a board that has the firmware")
    .option("--port <port>", "the board's serial port (default: found automatically)", portName)
    .option("--baud <rate>", "speed of the transfer", baudRate, 460_800)
    .addOption(
      new Option(
        "--before <what>",
        "no-reset: the board is in download mode already, an emulator or with BOOT held",
      ).choices(["reset", "no-reset"]),
    )
    .option("--no-stub", "use the loader in the chip's ROM alone, which is slower")
    .option("--build", "build the firmware first, with the Moddable SDK and the next options");
  addBuildOptions(
    command,
    "with --build: esp32 for a bare chip, or a board of the SDK: esp32/nodemcu",
  ).action(flash);
}

function baudRate(text: string): number {
  const value = /^\d{4,7}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 9_600 && value <= 3_000_000) return value;
  throw new InvalidArgumentError("It must be a speed, such as 115200, 460800 or 921600.");
}

/** On a busy machine, an emulated chip needs longer than a real one to start. */
const emulatedStartMs = 30_000;

async function flash(flags: FlashFlags): Promise<void> {
  requireBoard(flags);
  const firmware = await firmwareOf(flags);
  const chip = chips[firmware?.chip ?? flags.chip ?? "esp32"];
  const box = await boxOf(flags, chip);
  if (firmware !== undefined) requireAgreement(flags, firmware, box);
  if (box !== undefined && firmware !== undefined) {
    const { misfit } = await import("./box-fit.ts");
    const problem = misfit(box.thing, box.settings, firmware);
    if (problem !== undefined) throw new UserError(problem);
  }
  const { choosePort } = await import("../serial/choose-port.ts");
  const { flashBoard } = await import("./flash-board.ts");
  const { describeStage, describeStart, describeWritten, hasStarted } = await import("./words.ts");
  const { ProgressBar } = await import("./progress-bar.ts");
  const { name, port, hasControlLines, emulated, dispose } = await choosePort(flags.port);
  const bar = new ProgressBar(process.stdout);
  const ending = new AbortController();
  const release = onStopSignal(process, () => ending.abort());
  try {
    const result = await flashBoard({
      port,
      hasControlLines,
      before: flags.before ?? (hasControlLines ? "reset" : "no-reset"),
      stub: flags.stub ? "auto" : "never",
      chip,
      baudRate: flags.baud,
      ...(emulated === undefined ? {} : { startTimeoutMs: emulatedStartMs }),
      ...(firmware === undefined || flags.onlySettings === true ? {} : { firmware }),
      ...(box === undefined ? {} : { box: box.files }),
      onStage: (stage) => bar.step(describeStage(stage, name)),
      onProgress: (share) => bar.show(share),
      signal: ending.signal,
    });
    bar.clear();
    if (result.type === "failed") throw new UserError(`${result.message}; ${result.state}`);
    const who = box?.thing ?? "the board";
    const version = flags.onlySettings === true ? undefined : firmware?.version;
    process.stdout.write(`${describeWritten(result)}\n`);
    process.stdout.write(`${describeStart(result.start, who, version)}\n`);
    if (box === undefined) process.stdout.write(`${howToSetUp(flags)}\n`);
    process.exitCode = hasStarted(result.start) ? 0 : 1;
  } finally {
    bar.clear();
    release();
    await dispose();
  }
}

/**
 * The package that was named, or what the last build made.
 * @throws UserError of one line when there is none
 */
async function firmwareOf(flags: FlashFlags): Promise<FirmwarePackage | undefined> {
  if (flags.package !== undefined) {
    if (flags.build === true) throw new UserError("use either --package or --build");
    const { readPackage } = await import("../package/read-package.ts");
    const firmware = await readPackage(flags.package);
    if (flags.chip === undefined || flags.chip === firmware.chip) return firmware;
    throw new UserError(
      `the package ${flags.package} is for the ${chips[firmware.chip].title}, not for the ${chips[flags.chip].title}: take the package for that chip, or leave out --chip`,
    );
  }
  const { firmwareOfBuild } = await import("../package/built-firmware.ts");
  // An emulated board starts no other image.
  const build = { ...flags, emulator: flags.port === emulatorPortName };
  if (flags.build === true) await buildShown(build);
  const built = firmwareOfBuild(variantOf(build));
  if (built !== undefined || flags.onlySettings === true) return built;
  throw new UserError(
    "there is no firmware here: name a package with --package, or build one with --build (which needs the Moddable SDK)",
  );
}

/** @throws UserError unless what cannot be undone is wanted, and complete */
function requireAgreement(flags: FlashFlags, { isSecure }: FirmwarePackage, box?: Box): void {
  if (!isSecure) {
    if (flags.secure !== true) return;
    throw new UserError(
      "this firmware is not a secure one: build it with --secure, or leave out --secure",
    );
  }
  if (flags.secure !== true) {
    throw new UserError(
      "this firmware locks the chip for good at its first start: read docs/security.md, then add --secure",
    );
  }
  if (box === undefined) {
    throw new UserError(
      "a secure chip takes no files over the port after its first start: name the box with --thing, and write its settings.json first",
    );
  }
}

interface Box {
  readonly thing: string;
  readonly files: BoxFiles;
  readonly settings: Settings;
}

/** @throws UserError of one line when the box's files are invalid */
async function boxOf(
  { thing, certs, onlySettings }: FlashFlags,
  chip: Chip,
): Promise<Box | undefined> {
  const { settingsPath } = await import("../firmware/settings-file.ts");
  const isThere = thing !== undefined && existsSync(settingsPath(certs, thing));
  if (thing === undefined && onlySettings === true) {
    throw new UserError(
      "--only-settings needs the box whose files it writes: name it with --thing",
    );
  }
  if (thing === undefined || (!isThere && onlySettings !== true)) return undefined;
  const { readBoxFiles } = await import("../firmware/box-files.ts");
  return { thing, ...(await readBoxFiles(certs, thing, chip)) };
}

/** After a firmware without a box's files. */
function howToSetUp({ thing, certs }: FlashFlags): string {
  const [what, name] =
    thing === undefined
      ? ["no --thing was named", "NAME"]
      : [`${join(certs, thing, "settings.json")} does not exist`, thing];
  return `${what}, so the box keeps the files that it has, if any: write its settings.json and certificates (device/README.md), then run "boom-box flash --only-settings --thing ${name}"`;
}
