import { join } from "node:path";
import type { Command } from "commander";
import { projectRoot } from "../../host-sim/project-root.ts";
import { UserError } from "../command-line/user-error.ts";
import {
  addBuildOptions,
  type BuildFlags,
  buildShown,
  requireBoard,
  variantOf,
} from "../firmware/build-options.ts";

interface PackageFlags extends BuildFlags {
  readonly output: string;
  readonly build?: boolean;
}

/** Adds `boom-box package`, which needs the Moddable SDK only to build. */
export function registerPackageCommand(program: Command): void {
  const command = program
    .command("package")
    .description("make a package of the last build, which flashes any board")
    .option(
      "--output <dir>",
      "the folder for it; the zip goes next to it",
      join(projectRoot, "build", "package"),
    )
    .option("--build", "build first, also when there is a build already")
    .option("--emulator", "the build for the emulated ESP32");
  addBuildOptions(command, "esp32, or a board of the SDK: esp32/nodemcu").action(makePackage);
}

async function makePackage(flags: PackageFlags): Promise<void> {
  requireBoard(flags);
  const { firmwareOfBuild } = await import("./built-firmware.ts");
  const { writePackage } = await import("./write-package.ts");
  const variant = variantOf(flags);
  let firmware = flags.build === true ? undefined : firmwareOfBuild(variant);
  if (firmware === undefined) {
    await buildShown(flags);
    firmware = firmwareOfBuild(variant);
  }
  if (firmware === undefined) throw new UserError("the build made no image: check its build.log");
  const { folder, zip } = await writePackage(flags.output, firmware);
  process.stdout.write(
    `${firmware.name} ${firmware.version} for ${firmware.network}: ${folder}\nzip: ${zip}\n`,
  );
}
