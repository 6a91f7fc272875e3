import assert from "node:assert/strict";
import { fuzz } from "./fuzz.ts";
import { simulateReconnects } from "./reconnects.ts";
import { simulateYear } from "./year.ts";

/** `npm run soak` is the long version. */
describe("soak test, short version", function () {
  this.timeout(60_000);

  it("two months of a busy gate: no unexpected edge, one event per command", () => {
    const result = simulateYear(60, 11);
    assert.deepEqual(result.problems, []);
    assert.equal(result.powerCuts, 2);
    assert.equal(result.brokerRestarts, 8);
    assert.equal(result.wifiLosses, 60);
    assert.ok(result.opened > 4_500 && result.refused > 300, JSON.stringify(result));
    assert.equal(result.opened + result.refused + result.lostOnTheWay, result.sent);
    assert.deepEqual(result.gate, {
      "opened-by-hand": { caused: 60, told: 60 },
      "left-open": { caused: 60, told: 60 },
      "did-not-open": { caused: 60, told: 60 },
    });
    assert.ok(result.longestReturnMs < 130_000, `${result.longestReturnMs} ms`);
  });

  it("ten thousand hostile packets: no unexpected edge, one event per command", () => {
    const result = fuzz(10_000, 14);
    assert.deepEqual(result.problems, []);
    assert.ok(result.commands > 3_000);
    assert.ok(
      result.pulses > 100,
      "some damaged commands must still open, or the check proves nothing",
    );
    assert.ok(result.pulses <= result.mayHaveOpened);
  });

  it("five hundred reconnects leave nothing behind", () => {
    assert.deepEqual(simulateReconnects(500, 13), { reconnects: 500, problems: [] });
  });
});
