import assert from "node:assert/strict";
import type { RetainedMemory } from "./hal.ts";

/** A chip with retained memory. */
export interface RetainedMemoryUnderTest {
  /** Starts it again after a reset. */
  start(): RetainedMemory;
}

/** Every observable rule of {@link RetainedMemory}, for one implementation. */
export function describeRetainedMemory(name: string, make: () => RetainedMemoryUnderTest): void {
  describe(`${name} implements the contract of RetainedMemory`, () => {
    let chip: RetainedMemoryUnderTest;
    beforeEach(() => {
      chip = make();
    });

    it("keeps what was written, at once and across a reset, and nothing around it changes", () => {
      const memory = chip.start();
      const before = memory.read(0, memory.length);
      memory.write(100, Uint8Array.of(1, 2, 3));
      const expected = before.slice();
      expected.set([1, 2, 3], 100);
      assert.deepEqual(memory.read(0, memory.length), expected);
      assert.deepEqual(chip.start().read(0, memory.length), expected);
    });

    it("gives copies", () => {
      const memory = chip.start();
      memory.write(0, Uint8Array.of(7));
      memory.read(0, 1)[0] = 8;
      assert.deepEqual([...memory.read(0, 1)], [7]);
    });

    it("can be written to its end, and read in no bytes", () => {
      const memory = chip.start();
      memory.write(memory.length - 2, Uint8Array.of(4, 5));
      assert.deepEqual([...memory.read(memory.length - 2, 2)], [4, 5]);
      assert.equal(memory.read(memory.length, 0).length, 0);
    });

    it("throws where it ends, and changes nothing", () => {
      const memory = chip.start();
      const { length } = memory;
      const before = memory.read(0, length);
      for (const [offset, count] of [
        [-1, 1],
        [length, 1],
        [length - 1, 2],
        [0, length + 1],
      ] as const) {
        assert.throws(() => memory.read(offset, count), RangeError);
        assert.throws(() => memory.write(offset, new Uint8Array(count).fill(9)), RangeError);
      }
      assert.deepEqual(memory.read(0, length), before);
    });
  });
}
