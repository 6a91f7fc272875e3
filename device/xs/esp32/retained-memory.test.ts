import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../../host-sim/project-root.ts";
import { CrashMemory } from "../../crash-memory.ts";
import { type CopyFunctions, reservedBytes, XsRetainedMemory } from "./retained-memory.ts";

/** The chip's RTC slow memory, and nothing else. */
class FakeChip implements CopyFunctions {
  readonly memory = new Uint8Array(reservedBytes).fill(0xa5);

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
    const offset = address - 0x5000_0000;
    assert.ok(offset >= 0 && offset + count <= reservedBytes, `0x${address.toString(16)}`);
    return this.memory.subarray(offset, offset + count);
  }
}

describe("XsRetainedMemory", () => {
  it("keeps what was written across a reset", () => {
    const chip = new FakeChip();
    new XsRetainedMemory(chip).write(100, Uint8Array.of(1, 2, 3));
    assert.deepEqual([...new XsRetainedMemory(chip).read(99, 5)], [0xa5, 1, 2, 3, 0xa5]);
  });

  it("touches nothing outside of what is reserved", () => {
    const memory = new XsRetainedMemory(new FakeChip());
    for (const [offset, count] of [
      [-1, 1],
      [reservedBytes, 1],
      [reservedBytes - 1, 2],
      [0, reservedBytes + 1],
    ] as const) {
      assert.throws(() => memory.read(offset, count), RangeError);
      assert.throws(() => memory.write(offset, new Uint8Array(count)), RangeError);
    }
    assert.equal(memory.read(0, 0).length, 0);
  });

  it("is as large as ESP-IDF's linker script is told to keep free", () => {
    const file = join(projectRoot, "device", "xs", "esp32", "sdkconfig.defaults");
    assert.match(
      readFileSync(file, "utf8"),
      new RegExp(`^CONFIG_ULP_COPROC_RESERVE_MEM=${reservedBytes}$`, "m"),
    );
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
