import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../../host-sim/project-root.ts";
import { type Chip, chips, esp32 } from "../../chips/table.ts";
import { CrashMemory } from "../../crash-memory.ts";
import { describeRetainedMemory } from "../../retained-memory.contract.ts";
import { type CopyFunctions, XsRetainedMemory } from "./retained-memory.ts";

/** What is reserved in the chip's RTC memory, and nothing else. */
class FakeChip implements CopyFunctions {
  readonly #chip: Chip;
  readonly memory: Uint8Array;

  constructor(chip: Chip = esp32) {
    this.#chip = chip;
    this.memory = new Uint8Array(chip.retained.bytes).fill(0xa5);
  }

  memcpy(address: number, source: ArrayBuffer, count: number): number {
    assert.equal(source.byteLength, count, "the whole buffer, from its beginning");
    this.#memoryAt(address, count).set(new Uint8Array(source));
    return address;
  }

  memmove(target: ArrayBuffer, address: number, count: number): number {
    assert.equal(target.byteLength, count);
    new Uint8Array(target).set(this.#memoryAt(address, count));
    return address;
  }

  #memoryAt(address: number, count: number): Uint8Array {
    const offset = address - this.#chip.retained.address;
    const isInside = offset >= 0 && offset + count <= this.memory.length;
    assert.ok(isInside, `0x${address.toString(16)}`);
    return this.memory.subarray(offset, offset + count);
  }
}

for (const chip of Object.values(chips)) {
  describeRetainedMemory(`the memory of the ${chip.title}`, () => {
    const fake = new FakeChip(chip);
    return { start: () => new XsRetainedMemory(fake, chip.retained) };
  });
}

describe("XsRetainedMemory", () => {
  it("is as large as ESP-IDF's linker script is told to keep free", () => {
    for (const chip of ["esp32", "esp32s3"] as const) {
      const file = join(projectRoot, "device", "xs", "esp32", `sdkconfig.${chip}.defaults`);
      const { bytes } = chips[chip].retained;
      assert.match(
        readFileSync(file, "utf8"),
        new RegExp(`^CONFIG_ULP_COPROC_RESERVE_MEM=${bytes}$`, "m"),
      );
    }
  });

  it("is enough for what is known of a crash", () => {
    const chip = new FakeChip();
    const crashes = new CrashMemory(new XsRetainedMemory(chip));
    crashes.begin("power-on", "1.0.0");
    for (let i = 0; i < 300; i++) crashes.note(`line ${i}`);
    const next = new CrashMemory(new XsRetainedMemory(chip));
    next.begin("watchdog", "1.0.0");
    assert.equal(next.report().lines.at(-1), "line 299");
  });
});
