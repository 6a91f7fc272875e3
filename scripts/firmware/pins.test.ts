import assert from "node:assert/strict";
import { fitPins, reasonAgainstPin } from "./pins.ts";

describe("pins of the ESP32", () => {
  for (const [pins, reason] of [
    [[34, 35, 36, 39], /input-only/],
    [[6, 7, 8, 9, 10, 11], /flash/],
    [[1, 3], /serial/],
    [[0, 2, 12, 15], /boot mode/],
    [[20, 24, 28, 31, 40, 48], /does not exist/],
  ] as const) {
    it(`refuses ${pins.join(", ")}`, () => {
      for (const pin of pins) assert.match(reasonAgainstPin(pin) ?? "", reason);
    });
  }

  it("accepts the pins that it proposes", () => {
    const proposed = fitPins.match(/\d+/g) ?? [];
    assert.equal(proposed.length, 9);
    for (const pin of proposed) assert.equal(reasonAgainstPin(Number(pin)), undefined);
  });
});
