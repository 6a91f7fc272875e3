import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../project-root.ts";

/** Python's esptool, and a mock of the loader that it talks to. */
export type EsptoolProgram = "esptool" | "esp32-mock-bootloader";

/** The path of a program: where `.ci/run` installs it, or on `$PATH`. */
export function findEsptoolProgram(name: EsptoolProgram): string | undefined {
  const own = join(projectRoot, "build", "esptool", "bin", name);
  if (existsSync(own)) return own;
  try {
    const found = execFileSync("which", [name], { stdio: ["ignore", "pipe", "ignore"] });
    return found.toString().trim();
  } catch {
    return undefined;
  }
}
