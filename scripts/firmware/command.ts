import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { projectRoot } from "../../host-sim/project-root.ts";
import { defaultThing, thingName } from "../broker/options.ts";
import { defaultCertsDirectory } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";

interface BuildFlags {
  readonly thing: string;
  readonly certs: string;
  readonly platform: string;
  readonly debug?: boolean;
  readonly emulator?: boolean;
  readonly manifest?: string;
}

interface PortFlags {
  readonly port?: string;
}

const esp32 = "esp32";

/** Adds `boom-box build`, `flash` and `monitor`, which use the Moddable SDK. */
export function registerFirmwareCommands(program: Command): void {
  addBuildOptions(
    program.command("build"),
    `${esp32}, a board of the SDK, or lin for this computer`,
  )
    .description("check settings and certificates, and build the firmware with the Moddable SDK")
    .option("--emulator", "build for the emulated ESP32, which always uses Ethernet")
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
    .option("--thing <name>", "the box's thing name", thingName, defaultThing)
    .option(
      "--certs <dir>",
      "the folder of its certificates and settings.json",
      defaultCertsDirectory,
    )
    .option("--platform <name>", platforms, esp32)
    .option("--manifest <file>", "your board's manifest, for example with its Ethernet pins")
    .option("--debug", "include Moddable's debugger");
}

async function buildShown(flags: BuildFlags) {
  const { build, outputOf } = await import("./build.ts");
  const isTerminal = process.stdout.isTTY === true;
  const clear = isTerminal ? "\r\x1b[K" : "";
  const sdk = await build({
    thing: flags.thing,
    certs: flags.certs,
    platform: flags.platform,
    debug: flags.debug === true,
    emulator: flags.emulator === true,
    ...(flags.manifest === undefined ? {} : { boardManifest: flags.manifest }),
    environment: process.env,
    onStep: (step) => process.stdout.write(`${clear}${step}\n`),
    onProgress: (detail) => {
      if (isTerminal) process.stdout.write(`${clear}  ${detail.slice(0, 70)}`);
    },
  });
  const output = outputOf({
    platform: flags.platform,
    debug: flags.debug === true,
    emulator: flags.emulator === true,
  });
  process.stdout.write(`${clear}built: ${output.bin}\n`);
  return { sdk, output };
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
