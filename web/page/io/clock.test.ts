import assert from "node:assert/strict";
import { WakefulClock } from "./clock.ts";

describe("the page's clock", () => {
  it("goes on while the device sleeps and the monotonic clock does not", () => {
    const clock = new WakefulClock({ monotonicMs: 100, dateMs: 1_000_000 });
    assert.equal(clock.at({ monotonicMs: 150, dateMs: 1_000_050 }), 50);
    assert.equal(clock.at({ monotonicMs: 160, dateMs: 1_600_060 }), 600_060);
  });

  it("does not go back when the date is set back", () => {
    const clock = new WakefulClock({ monotonicMs: 0, dateMs: 1_000_000 });
    assert.equal(clock.at({ monotonicMs: 40, dateMs: 400_000 }), 40);
    assert.equal(clock.at({ monotonicMs: 90, dateMs: 400_050 }), 90);
  });
});
