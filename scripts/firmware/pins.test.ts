import assert from "node:assert/strict";
import { fitInputPins, fitPins, reasonAgainstInputPin, reasonAgainstPin } from "./pins.ts";

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

  it("refuses them for a contact too, except those that are inputs only", () => {
    for (const pin of [6, 11, 1, 3, 0, 2, 12, 15, 20, 40]) {
      assert.equal(reasonAgainstInputPin(pin), reasonAgainstPin(pin));
      assert.notEqual(reasonAgainstInputPin(pin), undefined);
    }
    const proposed = fitInputPins.match(/\d+/g) ?? [];
    assert.equal(proposed.length, 10);
    for (const pin of proposed) assert.equal(reasonAgainstInputPin(Number(pin)), undefined);
  });

  it("accepts the pins that it proposes", () => {
    const proposed = fitPins.match(/\d+/g) ?? [];
    assert.equal(proposed.length, 9);
    for (const pin of proposed) assert.equal(reasonAgainstPin(Number(pin)), undefined);
  });
});
