import assert from "node:assert/strict";
import type { DigitalInput } from "./hal.ts";

/** One implementation of an input, and the wire that a test can put a level on. */
export interface InputUnderTest {
  readonly input: DigitalInput;
  /** it starts HIGH */
  become(level: 0 | 1): void;
  /** Until every callback that is due has run. */
  settle(): Promise<void>;
  dispose?(): Promise<void>;
}

/** What every input promises, on any hardware. */
export function describeDigitalInput(
  name: string,
  make: () => InputUnderTest | Promise<InputUnderTest>,
): void {
  describe(`${name} is an input as hal.ts describes it`, () => {
    let wire: InputUnderTest;
    let seen: (0 | 1)[];

    beforeEach(async () => {
      wire = await make();
      seen = [];
      wire.input.onReadable = () => seen.push(wire.input.read());
    });

    afterEach(() => wire.dispose?.());

    it("reads the level, and calls back for both edges", async () => {
      assert.equal(wire.input.read(), 1);
      wire.become(0);
      await wire.settle();
      assert.deepEqual([seen, wire.input.read()], [[0], 0]);
      wire.become(1);
      await wire.settle();
      assert.deepEqual([seen, wire.input.read()], [[0, 1], 1]);
    });

    it("calls back at least once after the last of many edges, and not more often than there are", async () => {
      for (let edge = 0; edge < 1_001; edge++) wire.become(edge % 2 === 0 ? 0 : 1);
      await wire.settle();
      assert.equal(seen.at(-1), 0);
      assert.ok(seen.length <= 1_001);
      assert.equal(wire.input.read(), 0);
    });

    it("may be read without an observer, and has one observer", async () => {
      wire.input.onReadable = undefined;
      wire.become(0);
      await wire.settle();
      assert.deepEqual([seen, wire.input.read()], [[], 0]);
      let calls = 0;
      wire.input.onReadable = () => {
        calls += 1;
      };
      wire.become(1);
      await wire.settle();
      assert.deepEqual([seen, calls], [[], 1]);
    });
  });
}
