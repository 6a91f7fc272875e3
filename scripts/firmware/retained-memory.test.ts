import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { esp32, esp32c3 } from "../../device/chips/table.ts";
import { UserError } from "../command-line/user-error.ts";
import { requireRetainedMemory } from "./retained-memory.ts";

/** An ELF file with these sections alone. */
function elfOf(sections: readonly (readonly [flags: number, address: number, size: number])[]) {
  const bytes = Buffer.alloc(52 + 40 * sections.length);
  bytes.writeUInt32BE(0x7f45_4c46, 0);
  bytes.writeUInt32LE(52, 0x20);
  bytes.writeUInt16LE(40, 0x2e);
  bytes.writeUInt16LE(sections.length, 0x30);
  for (const [index, [flags, address, size]] of sections.entries()) {
    const at = 52 + 40 * index;
    bytes.writeUInt32LE(flags, at + 8);
    bytes.writeUInt32LE(address, at + 12);
    bytes.writeUInt32LE(size, at + 20);
  }
  return bytes;
}

describe("the memory for what is known of a crash", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  const elf = join(directory, "xs_esp32.elf");
  after(() => rmSync(directory, { recursive: true }));
  const { address, bytes } = esp32c3.retained;

  it("is free in an image with other sections, and with debug sections at any address", () => {
    writeFileSync(
      elf,
      elfOf([
        [2, address - 64, 64],
        [2, address + bytes, 16],
        [2, address + 16, 0],
        [0, address, 100],
      ]),
    );
    requireRetainedMemory(elf, esp32c3);
    requireRetainedMemory(join(directory, "none.elf"), esp32);
  });

  for (const [what, section] of [
    ["begins before", [2, address - 64, 65]],
    ["is inside", [3, address + 100, 4]],
    ["ends after", [6, address + bytes - 1, 100]],
  ] as const) {
    it(`is not free when a section ${what} it`, () => {
      writeFileSync(elf, elfOf([section]));
      assert.throws(
        () => requireRetainedMemory(elf, esp32c3),
        (error) =>
          error instanceof UserError && /the image uses 0x5000\w+, .* ESP32-C3/.test(error.message),
      );
    });
  }
});
