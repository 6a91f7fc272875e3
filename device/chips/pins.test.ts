import assert from "node:assert/strict";
import {
  fitInputPins,
  fitPins,
  reasonAgainstAnyUse,
  reasonAgainstInputPin,
  reasonAgainstOutput,
  reasonAgainstPin,
} from "./pins.ts";
import { type Chip, chips, esp32, esp32c3, esp32s3 } from "./table.ts";

const numbersIn = (text: string) => (text.match(/\d+/g) ?? []).map(Number);

describe("pins of a chip", () => {
  const cases: readonly (readonly [Chip, readonly number[], RegExp])[] = [
    [esp32, [34, 35, 36, 39], /^is input-only$/],
    [esp32, [6, 7, 8, 9, 10, 11], /^is connected to the flash memory$/],
    [esp32, [1, 3], /^is the serial port for flashing$/],
    [esp32, [0, 2, 12, 15], /^is a strapping pin that selects the boot mode$/],
    [esp32, [20, 24, 28, 31, 40, 48], /^does not exist on the ESP32$/],
    [esp32s3, [26, 32, 33, 37], /flash/],
    [esp32s3, [43, 44], /serial/],
    [esp32s3, [19, 20], /^is the chip's own USB port$/],
    [esp32s3, [0, 3, 45, 46], /boot mode/],
    [esp32s3, [22, 25, 49], /^does not exist on the ESP32-S3$/],
    [esp32c3, [11, 12, 17], /flash/],
    [esp32c3, [20, 21], /serial/],
    [esp32c3, [18, 19], /USB/],
    [esp32c3, [2, 8, 9], /boot mode/],
    [esp32c3, [22, 34], /^does not exist on the ESP32-C3$/],
  ];
  for (const [chip, pins, reason] of cases) {
    it(`${chip.title} refuses ${pins.join(", ")}: ${reason.source}`, () => {
      for (const pin of pins) assert.match(reasonAgainstPin(pin, chip) ?? "", reason);
    });
  }

  for (const chip of Object.values(chips)) {
    it(`${chip.title} allows the gate's default pin, and those that it proposes`, () => {
      const proposed = numbersIn(fitPins(chip));
      assert.equal(proposed[0], 5);
      assert.equal(proposed.length, chip.fitPins.length);
      for (const pin of proposed) assert.equal(reasonAgainstPin(pin, chip), undefined, `${pin}`);
      for (const pin of numbersIn(fitInputPins(chip)))
        assert.equal(reasonAgainstInputPin(pin, chip), undefined, `${pin}`);
    });

    it(`${chip.title} refuses for an output what it refuses for any use, and inputs alone`, () => {
      for (let pin = 0; pin <= 50; pin++) {
        const isInputOnly = chip.pins.inputOnly.includes(pin);
        const expected = isInputOnly ? "is input-only" : reasonAgainstAnyUse(pin, chip);
        assert.equal(reasonAgainstOutput(pin, chip), expected, `${pin}`);
      }
    });
  }

  it("a contact may be on an input, and otherwise nowhere where the gate may not be", () => {
    for (let pin = 0; pin <= 48; pin++) {
      if (esp32.pins.inputOnly.includes(pin)) {
        assert.equal(reasonAgainstInputPin(pin, esp32), undefined);
      } else assert.equal(reasonAgainstInputPin(pin, esp32), reasonAgainstPin(pin, esp32));
    }
    assert.deepEqual(numbersIn(fitInputPins(esp32)).slice(-2), [34, 35]);
  });
});
