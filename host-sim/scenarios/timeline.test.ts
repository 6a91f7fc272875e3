import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom, Timeline } from "./timeline.ts";

describe("Timeline", () => {
  it("calls timers in order, at their time", () => {
    const timeline = new Timeline();
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name}@${timeline.now}`);
    timeline.after(20, note("b"));
    timeline.after(10, () => {
      note("a")();
      timeline.after(10, note("c"));
      timeline.after(-5, note("at once"));
    });
    timeline.run(19);
    assert.deepEqual(seen, ["a@10", "at once@10"]);
    timeline.run(1);
    assert.deepEqual(seen.slice(2), ["b@20", "c@20"]);
    assert.equal(timeline.now, 20);
  });

  it("does not call cancelled timers, and reports whether there was one to cancel", () => {
    const timeline = new Timeline();
    const handle = timeline.after(10, () => assert.fail("was cancelled"));
    assert.ok(timeline.cancel(handle));
    assert.ok(!timeline.cancel(handle));
    timeline.run(100);
    const fired = timeline.after(1, () => {});
    timeline.run(1);
    assert.ok(!timeline.cancel(fired));
    assert.ok(!timeline.cancel(undefined));
  });

  it("runs until a condition holds, or reports that it never did", () => {
    const timeline = new Timeline();
    let isDone = false;
    timeline.after(95, () => {
      isDone = true;
    });
    assert.ok(!timeline.runUntil(() => isDone, 50));
    assert.equal(timeline.now, 50);
    assert.ok(timeline.runUntil(() => isDone, 50));
    assert.equal(timeline.now, 100);
  });

  it("keeps the order of times, and of insertion at one time", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.boolean()), { maxLength: 80 }), (delays) => {
        const timeline = new Timeline();
        const seen: { at: number; index: number }[] = [];
        const handles = delays.map(([delay], index) =>
          timeline.after(delay, () => seen.push({ at: timeline.now, index })),
        );
        for (const [index, [, isCancelled]] of delays.entries()) {
          if (isCancelled) timeline.cancel(handles[index]);
        }
        timeline.run(50);
        const expected = delays
          .map(([at, isCancelled], index) => ({ at, index, isCancelled }))
          .filter(({ isCancelled }) => !isCancelled)
          .sort((a, b) => a.at - b.at || a.index - b.index)
          .map(({ at, index }) => ({ at, index }));
        assert.deepEqual(seen, expected);
      }),
    );
  });
});

describe("seededRandom", () => {
  it("is the same for the same seed, uniform in [0, 1), and different for another seed", () => {
    const take = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 10_000 }, random);
    };
    const numbers = take(7);
    assert.deepEqual(take(7), numbers);
    assert.notDeepEqual(take(8), numbers);
    assert.ok(numbers.every((number) => number >= 0 && number < 1));
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    assert.ok(Math.abs(mean - 0.5) < 0.02, `mean ${mean}`);
  });
});
