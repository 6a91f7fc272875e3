import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findEsptoolProgram } from "../esp32/esptool-programs.ts";

export const neededForEsptool = "esptool from PyPI";

export const findEsptool = () => findEsptoolProgram("esptool");

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
