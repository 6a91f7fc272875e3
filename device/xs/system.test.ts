import assert from "node:assert/strict";
import { XsSystem } from "./system.ts";

const make = (string: string, bytes?: number) =>
  new XsSystem({ getResetReason: () => ({ reason: 0, string }), freeHeap: () => bytes });

describe("the system on Moddable", () => {
  for (const [text, reason] of [
    ["Power-On", "power-on"],
    ["External Pin", "external"],
    ["Software", "software"],
    ["Panic", "panic"],
    ["Interrupt WDT", "watchdog"],
    ["Task WDT", "watchdog"],
    ["Other WDT", "watchdog"],
    ["Brownout", "brownout"],
    ["Deep Sleep", "deep-sleep"],
    ["SDIO", "unknown"],
    ["Unknown", "unknown"],
  ] as const) {
    it(`calls "${text}" ${reason}`, () => assert.equal(make(text).resetReason, reason));
  }

  it("reports free heap if the platform can", () => {
    assert.equal(make("Panic", 90_000).freeHeap(), 90_000);
    assert.equal(make("Panic").freeHeap(), undefined, "a desktop");
  });
});
