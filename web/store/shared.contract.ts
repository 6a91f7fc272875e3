/** The contract of every store: what all instances of the service count and tell each other. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { RateLimiter } from "../domain/rate-limit.ts";
import { noon, type StorePlace } from "./place.rig.ts";
import type { Store } from "./store.ts";

export function sharedContract(
  now: () => { readonly place: StorePlace; readonly store: Store },
): void {
  const store = () => now().store;

  describe("rates", () => {
    it("are those of the limiter, attempt by attempt", async function () {
      this.timeout(30_000);
      const attempt = fc.record({ key: fc.constantFrom("a", "b"), pauseMs: fc.nat(4_000) });
      const rate = fc.record({
        burst: fc.integer({ min: 1, max: 4 }),
        everyMs: fc.integer({ min: 1, max: 3_000 }),
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(rate, fc.array(attempt, { maxLength: 20 }), async (limit, attempts) => {
          run += 1;
          const limiter = new RateLimiter(limit);
          let at = noon;
          for (const { key, pauseMs } of attempts) {
            at += pauseMs;
            const kept = await store().takeRate(`${run} ${key}`, limit, at);
            assert.deepEqual(kept, limiter.take(key, at));
          }
        }),
        { numRuns: 25 },
      );
    });

    it("count no more than the limit when many ask at once", async () => {
      const rate = { burst: 5, everyMs: 60_000 };
      const asked = Array.from({ length: 40 }, () => store().takeRate("ada", rate, noon));
      const allowed = (await Promise.all(asked)).filter((verdict) => verdict.allowed);
      assert.equal(allowed.length, 5);
    });

    it("are the same for the connections of taps", async () => {
      const rate = { burst: 1, everyMs: 60_000 };
      assert.ok((await store().takeRate("ada", rate, noon)).allowed);
      assert.ok(!(await store().forTaps.takeRate("ada", rate, noon)).allowed);
    });

    it("are forgotten when they are full again", async () => {
      const rate = { burst: 1, everyMs: 10 };
      await store().takeRate("ada", rate, noon);
      await store().prune(noon, noon + 10);
      assert.ok((await store().takeRate("ada", rate, noon + 10)).allowed);
    });
  });
}
