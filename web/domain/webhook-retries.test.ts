import assert from "node:assert/strict";
import { retryPauseMs } from "./webhook-retries.ts";

describe("the retries of a webhook", () => {
  it("come later and later for about a day, and then end", () => {
    const pauses: number[] = [];
    for (let failures = 1; ; failures++) {
      const pause = retryPauseMs(failures, 0.5);
      if (pause === undefined) break;
      pauses.push(pause);
    }
    assert.deepEqual(
      pauses,
      [...pauses].sort((a, b) => a - b),
    );
    const hours = pauses.reduce((sum, pause) => sum + pause, 0) / 3_600_000;
    assert.ok(hours > 24 && hours < 48, String(hours));
  });

  it("are spread, so that a receiver that comes back does not get everything at once", () => {
    assert.deepEqual([retryPauseMs(1, 0), retryPauseMs(1, 0.999_999)], [4_500, 5_500]);
  });
});
