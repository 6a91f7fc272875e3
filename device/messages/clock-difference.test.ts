import assert from "node:assert/strict";
import { clockDifferenceMs } from "./clock-difference.ts";

describe("the difference between a box's clock and the sender's", () => {
  it("is none if the box's time is between sending and hearing, or unset", () => {
    for (const at of [1_000, 1_500, 2_000, null]) {
      assert.equal(clockDifferenceMs(at, 1_000, 2_000), 0);
    }
  });

  it("is the least that explains a time outside", () => {
    assert.equal(clockDifferenceMs(-5_000, 1_000, 2_000), -6_000);
    assert.equal(clockDifferenceMs(13_000, 1_000, 2_000), 11_000);
  });
});
