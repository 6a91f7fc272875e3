import assert from "node:assert/strict";
import { event, Heard } from "./gate-link.contract.ts";
import { deliverReport } from "./reports.ts";

describe("what a box publishes", () => {
  function eventOf(json: string) {
    const heard = new Heard();
    deliverReport("gate", "gate/lot-1/event", Buffer.from(json), heard);
    return heard.events.map(([, report]) => report);
  }

  it("has null for numbers that a clock or a database cannot represent", () => {
    const json = JSON.stringify({ ...event, at: 1, pulseMs: 2 });
    for (const [at, pulseMs] of [
      ["1e999", "1e999"],
      ["-1", "-1e999"],
      ["8.64e15001", "1e300"],
      ["9007199254740993", "3600001"],
    ]) {
      const strange = json
        .replace('"at":1', `"at":${at}`)
        .replace('"pulseMs":2', `"pulseMs":${pulseMs}`);
      assert.deepEqual(eventOf(strange), [{ ...event, at: null, pulseMs: null }], strange);
    }
    const halves = json.replace('"pulseMs":2', '"pulseMs":500.6');
    assert.deepEqual(eventOf(halves), [{ ...event, at: 1, pulseMs: 501 }]);
  });
});
