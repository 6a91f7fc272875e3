import assert from "node:assert/strict";
import fc from "fast-check";
import { RateLimiter } from "./rate-limit.ts";

const allowed = { allowed: true };

describe("rate limit", () => {
  it("allows a burst, then one every two seconds, and says how long to wait", () => {
    const limiter = new RateLimiter({ burst: 5, everyMs: 2000 });
    for (let i = 0; i < 5; i++) assert.deepEqual(limiter.take("ada", 1000), allowed);
    assert.deepEqual(limiter.take("ada", 1000), { allowed: false, retryAfterMs: 2000 });
    assert.deepEqual(limiter.take("ada", 2999), { allowed: false, retryAfterMs: 1 });
    assert.deepEqual(limiter.take("ada", 3000), allowed);
    assert.deepEqual(limiter.take("ada", 3000), { allowed: false, retryAfterMs: 2000 });
    assert.deepEqual(limiter.take("ben", 3000), allowed);
    for (let i = 0; i < 5; i++) assert.deepEqual(limiter.take("ada", 13_000), allowed);
    assert.equal(limiter.take("ada", 13_000).allowed, false);
  });

  it("blocks nobody for longer than an empty bucket does when the clock was set back", () => {
    const limiter = new RateLimiter({ burst: 2, everyMs: 1000 });
    limiter.take("ada", 1_000_000);
    limiter.take("ada", 1_000_000);
    assert.deepEqual(limiter.take("ada", 0), { allowed: false, retryAfterMs: 1000 });
    assert.deepEqual(limiter.take("ada", 1000), allowed);
  });

  it("drops full buckets, and beyond its bound the least recently used one", () => {
    const limiter = new RateLimiter({ burst: 1, everyMs: 1000, maximumKeys: 3 });
    for (const key of ["a", "b", "c"]) limiter.take(key, 0);
    assert.equal(limiter.take("a", 1).allowed, false);
    assert.deepEqual(limiter.take("d", 1), allowed);
    assert.equal(limiter.size, 3);
    assert.equal(limiter.take("a", 2).allowed, false, "used recently, so it is kept");
    assert.deepEqual(limiter.take("b", 2), allowed, "forgotten");
    limiter.take("e", 5000);
    limiter.take("e", 5001);
    assert.equal(limiter.size, 1);
  });

  it("never exceeds its bound or its rate", () => {
    const uses = fc.array(
      fc.record({
        key: fc.constantFrom("a", "b", "c", "d", "e"),
        afterMs: fc.integer({ min: 0, max: 400 }),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(uses, (all) => {
        const small = new RateLimiter({ burst: 3, everyMs: 500, maximumKeys: 2 });
        const limiter = new RateLimiter({ burst: 3, everyMs: 500 });
        const passed = new Map<string, number[]>();
        let now = 0;
        for (const { key, afterMs } of all) {
          now += afterMs;
          small.take(key, now);
          assert.ok(small.size <= 2);
          const verdict = limiter.take(key, now);
          const times = passed.get(key) ?? [];
          passed.set(key, times);
          if (!verdict.allowed) continue;
          times.push(now);
          // In any period: at most the burst plus what was refilled.
          for (const [i, begin] of times.entries()) {
            assert.ok(times.length - i <= 3 + (now - begin) / 500);
          }
        }
      }),
    );
  });
});
