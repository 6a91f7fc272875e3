import assert from "node:assert/strict";
import fc from "fast-check";
import { TokenBucket } from "./token-bucket.ts";

describe("TokenBucket", () => {
  it("starts full, and refills at its rate", () => {
    const bucket = new TokenBucket(2, 10, 1_000);
    assert.equal(bucket.msUntil(1, 1_000), 0);
    assert.equal(bucket.take(1, 1_000), true);
    assert.equal(bucket.take(1, 1_000), true);
    assert.equal(bucket.take(1, 1_000), false);
    assert.equal(bucket.msUntil(1, 1_000), 100);
    assert.equal(bucket.take(1, 1_099), false);
    assert.equal(bucket.msUntil(1, 1_099), 1);
    assert.equal(bucket.take(1, 1_100), true);
    assert.equal(bucket.take(1, 1_100), false);
  });

  it("never exceeds its capacity, even after a long idle time", () => {
    const bucket = new TokenBucket(2, 10, 0);
    assert.equal(bucket.take(2, 3_600_000), true);
    assert.equal(bucket.take(1, 3_600_000), false);
  });

  it("takes all or nothing", () => {
    const bucket = new TokenBucket(3, 1, 0);
    assert.equal(bucket.take(2, 0), true);
    assert.equal(bucket.take(2, 0), false);
    assert.equal(bucket.take(1, 0), true);
  });

  it("supplies more than its capacity if full, and goes into debt", () => {
    const bucket = new TokenBucket(2, 10, 0);
    assert.equal(bucket.take(5, 0), true);
    assert.equal(bucket.msUntil(1, 0), 400);
    assert.equal(bucket.take(1, 399), false);
    assert.equal(bucket.take(1, 400), true);
    assert.equal(bucket.msUntil(5, 400), 200);
  });

  it("rounds up to the millisecond at which there is enough", () => {
    const bucket = new TokenBucket(1, 3, 0);
    bucket.take(1, 0);
    assert.equal(bucket.msUntil(1, 0), 334);
    assert.equal(bucket.take(1, 333), false);
    assert.equal(bucket.take(1, 334), true);
  });

  it("is not affected when the clock is set back", () => {
    const bucket = new TokenBucket(1, 10, 10_000);
    bucket.take(1, 10_000);
    assert.equal(bucket.take(1, 0), false);
    assert.equal(bucket.take(1, 99), false);
    assert.equal(bucket.take(1, 100), true);
  });

  it("with an infinite rate never refuses", () => {
    const bucket = new TokenBucket(Infinity, Infinity, 0);
    assert.equal(bucket.take(1e9, 0), true);
    assert.equal(bucket.take(1, 0), true);
    assert.equal(bucket.msUntil(1e9, 0), 0);
  });

  it("never supplies more than its content plus the inflow", () => {
    const step = fc.record({ waitMs: fc.nat(300), count: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1 }), (steps) => {
        const bucket = new TokenBucket(5, 20, 0);
        let now = 0;
        let taken = 0;
        for (const { waitMs, count } of steps) {
          now += waitMs;
          if (bucket.take(count, now)) taken += count;
          else assert.ok(bucket.msUntil(count, now) > 0);
        }
        assert.ok(taken <= 5 + (now * 20) / 1_000 + 1e-9);
        assert.equal(bucket.take(5, now + bucket.msUntil(5, now)), true);
      }),
    );
  });
});
