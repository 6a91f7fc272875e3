import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { chips } from "../../device/chips/table.ts";
import { isVersion } from "../../device/messages/update.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import { defaultCertsDirectory } from "../certs/paths.ts";
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
  /** true: the key in certs/ */
  readonly sign?: string | true;
  readonly minimumVersion: string;
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
    .option("--sign [key]", "also sign it as an update over the air (default: the key in certs/)")
    .option(
      "--minimum-version <version>",
      "with --sign: boxes with an older firmware refuse it",
      version,
      "0.0.0",
    )
    .option("--emulator", "the build for the emulated chip");
  addBuildOptions(command, "esp32 for a bare chip, or a board of the SDK: esp32/nodemcu").action(
    makePackage,
  );
}

async function makePackage(flags: PackageFlags): Promise<void> {
  requireBoard(flags);
  const { firmwareOfBuild } = await import("./built-firmware.ts");
  const { addToZip, writePackage, writeSymbols } = await import("./write-package.ts");
  const { updateFile } = await import("../signing/update-file.ts");
  const { outputOf } = await import("../firmware/build.ts");
  const { builtSymbols } = await import("../firmware/keep-symbols.ts");
  const { removeUpdate, writeUpdate } = await import("../signing/write-update.ts");
  const { readSigningKey, signingFiles } = await import("../signing/signing-key.ts");
  const { sign, minimumVersion } = flags;
  const keyFile = sign === true ? signingFiles(defaultCertsDirectory).privateKey : sign;
  // A build takes minutes: what would stop it afterwards is found first.
  if (keyFile !== undefined) await readSigningKey(keyFile);
  const variant = variantOf(flags);
  let firmware = flags.build === true ? undefined : firmwareOfBuild(variant);
  if (firmware === undefined) {
    await buildShown(flags);
    firmware = firmwareOfBuild(variant);
  }
  if (firmware === undefined) throw new UserError("the build made no image: check its build.log");
  const { folder, zip } = await writePackage(flags.output, firmware);
  await removeUpdate(folder);
  const symbols = await writeSymbols(folder, builtSymbols(outputOf(variant)));
  process.stdout.write(
    `${firmware.name} ${firmware.version} for ${firmware.network} on the ${chips[firmware.chip].title}: ${folder}\nzip: ${zip}\n`,
  );
  if (symbols !== undefined) process.stdout.write(`symbols for boom-box explain: ${symbols}\n`);
  if (keyFile === undefined) return;
  const update = await writeUpdate({ folder, firmware, keyFile, minimumVersion });
  await addToZip(zip, updateFile, await readFile(update, "utf8"));
  process.stdout.write(`update: ${update}\n`);
}

function version(text: string): string {
  if (isVersion(text)) return text;
  throw new InvalidArgumentError("It must be three numbers, such as 1.0.0.");
}
