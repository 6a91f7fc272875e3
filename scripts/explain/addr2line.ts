import { spawnSync } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";

/** Of the chips' compilers, which ESP-IDF installs. */
const tools = {
  xtensa: "xtensa-esp32-elf-addr2line",
  riscv: "riscv32-esp-elf-addr2line",
} as const;

/** `e_machine` of an ELF file, at byte 18: EM_RISCV */
const riscv = 0xf3;

function toolFor(elf: string): string {
  const head = Buffer.alloc(20);
  try {
    const file = openSync(elf, "r");
    readSync(file, head);
    closeSync(file);
  } catch {
    return tools.xtensa;
  }
  return head.readUInt16LE(18) === riscv ? tools.riscv : tools.xtensa;
}

/**
 * Asks the compiler's tool for the source lines of addresses.
 * @returns for each address its line, or undefined; an empty array if the tool is not there
 */
export function linesOf(elf: string, addresses: readonly number[]): (string | undefined)[] {
  if (addresses.length === 0) return [];
  const words = addresses.map((address) => `0x${address.toString(16)}`);
  const { status, stdout } = spawnSync(toolFor(elf), ["-e", elf, ...words], { encoding: "utf8" });
  if (status !== 0) return [];
  return stdout.split("\n").map((line) => (/^[^?].*:\d+/.test(line) ? line.trim() : undefined));
}
