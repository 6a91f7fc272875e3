import type { Command } from "commander";
import type { BoxFiles } from "../../device/box-data.ts";
import { thingName } from "../broker/options.ts";
import { defaultCertsDirectory } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";
import { addBuildOptions, type BuildFlags, buildShown, esp32, variantOf } from "./build-options.ts";

interface BuildCommandFlags extends BuildFlags {
  readonly thing?: string;
  readonly certs: string;
}

/** Adds `boom-box build`, which uses the Moddable SDK. */
export function registerBuildCommand(program: Command): void {
  addBuildOptions(
    program.command("build"),
    `${esp32}, a board of the SDK, or lin for this computer`,
  )
    .description("build the firmware for every box with the Moddable SDK")
    .option("--emulator", "build for the emulated ESP32, which always uses Ethernet")
    .option("--thing <name>", "with --platform lin: the box that it runs as", thingName)
    .option("--certs <dir>", "the folder of its files and keys", defaultCertsDirectory)
    .action(buildCommand);
}

async function buildCommand(flags: BuildCommandFlags): Promise<void> {
  const { platform, thing, certs } = flags;
  if (thing !== undefined && platform !== "lin") {
    throw new UserError(
      "an image is for every box: leave out --thing, and name the box when you flash it",
    );
  }
  const files = thing === undefined ? undefined : await filesOf(certs, thing);
  await buildShown(flags, certs);
  const { outputOf } = await import("./build.ts");
  const output = outputOf(variantOf(flags));
  if (files !== undefined) await writeBoxFile(output, files);
  process.stdout.write(`built: ${output.bin}\n`);
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
