import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { UserError } from "../command-line/user-error.ts";

/** The installed Moddable SDK. */
export interface ModdableSdk {
  readonly directory: string;
  readonly mcconfig: string;
  /** the environment for its tools: `$MODDABLE`, and the tools on the path */
  readonly environment: NodeJS.ProcessEnv;
}

const toolFolders: Readonly<Record<string, string>> = { linux: "lin", darwin: "mac", win32: "win" };

/** @throws UserError with the install command when the SDK or ESP-IDF is missing */
export function findSdk(platform: string, environment: NodeJS.ProcessEnv): ModdableSdk {
  const directory = environment.MODDABLE ?? "";
  const install = 'install it with "npx xs-dev setup", then open a new terminal';
  if (directory === "")
    throw new UserError(`the Moddable SDK is missing ($MODDABLE is not set): ${install}`);
  if (!existsSync(join(directory, "tools", "mcconfig"))) {
    throw new UserError(`there is no Moddable SDK at ${directory} ($MODDABLE): ${install}`);
  }
  const folder = toolFolders[process.platform] ?? "lin";
  const tools = join(directory, "build", "bin", folder, "release");
  const mcconfig = join(tools, process.platform === "win32" ? "mcconfig.bat" : "mcconfig");
  if (!existsSync(mcconfig)) {
    throw new UserError(
      `the Moddable SDK at ${directory} is not built: build it with "npx xs-dev setup"`,
    );
  }
  if (platform.startsWith("esp32")) requireIdf(environment);
  const path = `${tools}${delimiter}${environment.PATH ?? ""}`;
  return { directory, mcconfig, environment: { ...environment, MODDABLE: directory, PATH: path } };
}

/** @throws UserError when ESP-IDF is missing */
export function requireIdf(environment: NodeJS.ProcessEnv): string {
  const directory = environment.IDF_PATH ?? "";
  if (directory !== "" && existsSync(directory)) return directory;
  const what = directory === "" ? "$IDF_PATH is not set" : `there is nothing at ${directory}`;
  throw new UserError(
    `ESP-IDF is missing (${what}): install it with "npx xs-dev setup --device esp32", then open a new terminal`,
  );
}
