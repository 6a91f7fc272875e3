import assert from "node:assert/strict";
import { XsSystem } from "./system.ts";

const make = (string: string, bytes?: number, index: number | undefined = 3) =>
  new XsSystem({
    getResetReason: () => ({ reason: 0, string }),
    instrumentation: {
      map: (name) => (name === "System Free Memory" ? index : undefined),
      get: () => bytes,
    },
  });

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

  it("tells free heap where there are instruments that know it", () => {
    assert.equal(make("Panic", 90_000).freeHeap(), 90_000);
    assert.equal(make("Panic", undefined).freeHeap(), undefined);
    assert.equal(make("Panic", 0).freeHeap(), undefined, "a desktop");
  });
});
