import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { BoxFiles } from "../../device/box-data.ts";
import { type NetworkKind, networkKinds } from "../../device/config.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import { thingName } from "../broker/options.ts";
import { defaultCertsDirectory } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";

interface BuildFlags {
  readonly thing?: string;
  readonly certs: string;
  readonly platform: string;
  readonly network: NetworkKind;
  readonly debug?: boolean;
  readonly emulator?: boolean;
  readonly manifest?: string;
}

interface PortFlags {
  readonly port?: string;
}

const esp32 = "esp32";

/** Adds `boom-box build`, `flash` and `monitor`. */
export function registerFirmwareCommands(program: Command): void {
  addBuildOptions(
    program.command("build"),
    `${esp32}, a board of the SDK, or lin for this computer`,
  )
    .description("build the firmware for every box with the Moddable SDK")
    .option("--emulator", "build for the emulated ESP32, which always uses Ethernet")
    .option("--thing <name>", "with --platform lin: the box that it runs as", thingName)
    .option("--certs <dir>", "the folder of its files", defaultCertsDirectory)
    .action(async (flags: BuildFlags) => {
      await buildShown(flags);
    });
  addBuildOptions(program.command("flash"), `${esp32}, or a board of the SDK: esp32/nodemcu`)
    .description("build the firmware and write it to the board")
    .option("--port <port>", "the board's serial port (default: found automatically)", portName)
    .action(flash);
  program
    .command("monitor")
    .description("show the board's serial output, until Ctrl-]")
    .option("--port <port>", "the board's serial port (default: found automatically)", portName)
    .option("--platform <name>", "as for flash", esp32)
    .option("--debug", "as for flash")
    .action(monitor);
}

function addBuildOptions(command: Command, platforms: string): Command {
  return command
    .option("--platform <name>", platforms, esp32)
    .addOption(
      new Option("--network <kind>", "how the boxes connect").choices(networkKinds).default("wifi"),
    )
    .option("--manifest <file>", "your board's manifest, for example with its Ethernet pins")
    .option("--debug", "include Moddable's debugger");
}

async function buildShown(flags: BuildFlags) {
  const { platform, thing } = flags;
  if (thing !== undefined && platform !== "lin") {
    throw new UserError(
      "an image is for every box: leave out --thing, and name the box when you flash it",
    );
  }
  const { build, outputOf } = await import("./build.ts");
  const files = thing === undefined ? undefined : await filesOf(flags.certs, thing);
  const isTerminal = process.stdout.isTTY === true;
  const clear = isTerminal ? "\r\x1b[K" : "";
  const variant = { platform, debug: flags.debug === true, emulator: flags.emulator === true };
  const sdk = await build({
    ...variant,
    network: variant.emulator ? "ethernet" : flags.network,
    ...(flags.manifest === undefined ? {} : { boardManifest: flags.manifest }),
    environment: process.env,
    onStep: (step) => process.stdout.write(`${clear}${step}\n`),
    onProgress: (detail) => {
      if (isTerminal) process.stdout.write(`${clear}  ${detail.slice(0, 70)}`);
    },
  });
  const output = outputOf(variant);
  if (files !== undefined) await writeBoxFile(output, files);
  process.stdout.write(`${clear}built: ${output.bin}\n`);
  return { sdk, output };
}

/** @throws UserError of one line when settings or certificates are missing or invalid */
async function filesOf(certs: string, thing: string): Promise<BoxFiles> {
  const { readBoxFiles } = await import("./box-files.ts");
  return (await readBoxFiles(certs, thing)).files;
}

/** A desktop has no flash: a file takes the place of the box's partition. */
async function writeBoxFile(output: { readonly directory: string }, files: BoxFiles) {
  const { boxFileOf } = await import("./build.ts");
  const { boxPartition } = await import("./box-files.ts");
  const { writeAtomically } = await import("../certs/files.ts");
  await writeAtomically(boxFileOf(output), boxPartition(files));
}

async function flash(flags: BuildFlags & PortFlags): Promise<void> {
  if (!flags.platform.startsWith(esp32)) {
    throw new UserError(
      `${flags.platform} is not a board: use --platform ${esp32}, or a board of the SDK`,
    );
  }
  requirePort(flags.port);
  const { sdk, output } = await buildShown(flags);
  const { mcconfigArguments } = await import("./build.ts");
  const { run } = await import("./run.ts");
  process.stdout.write("writing it to the board\n");
  await run({
    command: sdk.mcconfig,
    args: mcconfigArguments(flags.platform, output, "deploy"),
    environment: {
      ...sdk.environment,
      ...(flags.port === undefined ? {} : { UPLOAD_PORT: flags.port }),
    },
    directory: projectRoot,
    log: join(output.directory, "flash.log"),
    onLine: (line) => {
      if (/^(Writing at|Wrote|Hash|Connecting|Serial port)/.test(line))
        process.stdout.write(`  ${line}\n`);
    },
  });
  process.stdout.write('flashed; "boom-box monitor" shows its serial output\n');
}

async function monitor(flags: PortFlags & { platform: string; debug?: boolean }): Promise<void> {
  const { outputOf } = await import("./build.ts");
  const { requireIdf } = await import("./sdk.ts");
  requireIdf(process.env);
  requirePort(flags.port);
  const { platform } = flags;
  const { project } = outputOf({ platform, debug: flags.debug === true, emulator: false });
  if (!existsSync(project)) {
    throw new UserError(`nothing has been built for ${flags.platform}: run "boom-box flash" first`);
  }
  const port = flags.port === undefined ? [] : ["-p", flags.port];
  const child = spawn("idf.py", ["-C", project, ...port, "monitor"], { stdio: "inherit" });
  await new Promise<void>((resolve, reject) => {
    child.on("error", (cause) => {
      const words = 'idf.py is not on the path: run ". $IDF_PATH/export.sh" in this terminal first';
      reject(new UserError(words, { cause }));
    });
    child.on("close", (code) => {
      process.exitCode = code === 0 ? 0 : 1;
      resolve();
    });
  });
}

/** Restricted, because the SDK's make passes it to a shell. */
function portName(text: string): string {
  if (/^[\w./-]{1,100}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be a serial port, such as /dev/ttyUSB0 or COM3.");
}

/** @throws UserError when the port does not exist */
function requirePort(port: string | undefined): void {
  if (port === undefined || process.platform === "win32" || existsSync(port)) return;
  throw new UserError(
    `there is no serial port ${port}: connect the board, and list the ports with "ls /dev/tty*"`,
  );
}
