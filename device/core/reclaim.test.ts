import assert from "node:assert/strict";
import { Reclaim } from "./reclaim.ts";

const hour = 60 * 60_000;

describe("Reclaim", () => {
  it("is due after eight refusals in a row, then after 1 h, 2 h, 4 h, and so on up to a day", () => {
    const reclaim = new Reclaim();
    assert.equal(reclaim.isDue(7, 1_000), false);
    assert.equal(reclaim.isDue(8, 1_000), true);
    let now = 1_000;
    for (const hours of [1, 2, 4, 8, 16, 24, 24]) {
      reclaim.begun(now);
      assert.equal(reclaim.isDue(99, now + hours * hour - 1), false, `${hours} h`);
      now += hours * hour;
      assert.equal(reclaim.isDue(8, now), true, `${hours} h`);
    }
  });
});
