import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../project-root.ts";

export const neededForEsptool = "esptool from PyPI";

/** The path of Python's esptool: on `$PATH`, or where `.ci/run` installs it. */
export function findEsptool(): string | undefined {
  const own = join(projectRoot, "build", "esptool", "bin", "esptool");
  if (existsSync(own)) return own;
  try {
    return execFileSync("which", ["esptool"], { stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

export interface EsptoolRun {
  readonly isOk: boolean;
  readonly output: string;
}

/** Runs esptool, with the loader in the ROM alone. */
export async function runEsptool(
  program: string,
  url: string,
  ...args: readonly string[]
): Promise<EsptoolRun> {
  const all = ["--no-stub", "--port", url, ...args];
  try {
    const { stdout, stderr } = await promisify(execFile)(program, all);
    return { isOk: true, output: stdout + stderr };
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return { isOk: false, output: stdout + stderr };
  }
}
