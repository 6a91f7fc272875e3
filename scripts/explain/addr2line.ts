import { spawnSync } from "node:child_process";

/** of the ESP32's compiler, which ESP-IDF installs */
const tool = "xtensa-esp32-elf-addr2line";

/**
 * Asks the compiler's tool for the source lines of addresses.
 * @returns for each address its line, or undefined; an empty array if the tool is not there
 */
export function linesOf(elf: string, addresses: readonly number[]): (string | undefined)[] {
  if (addresses.length === 0) return [];
  const words = addresses.map((address) => `0x${address.toString(16)}`);
  const { status, stdout } = spawnSync(tool, ["-e", elf, ...words], { encoding: "utf8" });
  if (status !== 0) return [];
  return stdout.split("\n").map((line) => (/^[^?].*:\d+/.test(line) ? line.trim() : undefined));
}
