import assert from "node:assert/strict";
import fc from "fast-check";
import { Backoff } from "./backoff.ts";

const options = { minimumMs: 1_000, maximumMs: 120_000 };
const delays = (backoff: Backoff, count: number) =>
  Array.from({ length: count }, () => backoff.next());

describe("Backoff", () => {
  it("doubles the ceiling with each failure, up to the maximum", () => {
    const almostOne = () => 1 - Number.EPSILON;
    assert.deepEqual(
      delays(new Backoff(options, almostOne), 9),
      [2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 120_000, 120_000, 120_000],
    );
  });

  it("never goes below the minimum that AWS IoT Core requires", () => {
    assert.deepEqual(delays(new Backoff(options, () => 0), 4), [1_000, 1_000, 1_000, 1_000]);
  });

  it("jitters over the whole range", () => {
    const numbers = [0, 0.25, 0.5, 0.75];
    const backoff = new Backoff(options, () => numbers.shift() ?? 0);
    assert.deepEqual(delays(backoff, 4), [1_000, 1_750, 4_500, 12_250]);
  });

  it("counts failures until it is reset", () => {
    const backoff = new Backoff(options, () => 0.5);
    delays(backoff, 3);
    assert.equal(backoff.attempts, 3);
    backoff.reset();
    assert.equal(backoff.attempts, 0);
    assert.equal(backoff.next(), 1_500);
  });

  it("stays within minimum, ceiling and maximum for any failures and random values", () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(chance, { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        (chances, minimumMs, maximumMs) => {
          let turn = 0;
          const backoff = new Backoff({ minimumMs, maximumMs }, () => chances[turn] ?? 0);
          for (; turn < chances.length; turn++) {
            const delay = backoff.next();
            assert.ok(Number.isInteger(delay));
            assert.ok(delay >= minimumMs);
            assert.ok(
              delay <= Math.max(minimumMs, Math.min(maximumMs, minimumMs * 2 ** (turn + 1))),
            );
          }
        },
      ),
    );
  });

  it("does not overflow after years of failures", () => {
    const backoff = new Backoff(options, () => 0.999);
    for (let i = 0; i < 100_000; i++) backoff.next();
    assert.ok(backoff.next() <= options.maximumMs);
  });
});
