import assert from "node:assert/strict";
import { numberLimits } from "../config.ts";
import { pulseSymbols } from "../xs/esp32/rmt-pulse.ts";
import { chipNames, chips, highestPin } from "./table.ts";

/** `SOC_GPIO_PIN_COUNT`, less one (ESP-IDF 6.0, soc/soc_caps.h). */
const highest = { esp32: 39, esp32s3: 48, esp32c3: 21 } as const;

describe("the table of chips", () => {
  for (const name of chipNames) {
    const chip = chips[name];
    const { pins } = chip;

    it(`has every GPIO of the ${chip.title} in exactly one class`, () => {
      const listed = [
        ...pins.free,
        ...pins.strapping.map(({ pin }) => pin),
        ...pins.inputOnly,
        ...pins.memory,
        pins.console.receive,
        pins.console.transmit,
        ...pins.usb,
        ...pins.missing,
      ].sort((a, b) => a - b);
      assert.deepEqual(
        listed,
        Array.from({ length: highest[name] + 1 }, (_, pin) => pin),
      );
      assert.equal(highestPin(chip), highest[name]);
    });

    it(`has for the ${chip.title} a pulse that ends by itself at each length`, () => {
      const symbols = pulseSymbols(numberLimits.pulseCapMs.maximum).byteLength / 4;
      assert.ok(symbols < chip.rmt.symbols, "one symbol is left for the end marker");
      assert.ok(chip.pulseChannels >= 1);
    });

    it(`proposes for the ${chip.title} only pins that are free, or harmless at the start`, () => {
      for (const pin of chip.fitPins) {
        const strap = pins.strapping.find((each) => each.pin === pin);
        assert.ok(pins.free.includes(pin) || strap?.isHarmless === true, `${pin}`);
      }
      const straps = pins.strapping.map(({ pin }) => pin);
      assert.ok(straps.includes(chip.bootPin), "BOOT selects the ROM's loader");
      if (chip.lightPin !== undefined) assert.ok(straps.includes(chip.lightPin));
    });
  }

  it("tells the chips apart by every name and number", () => {
    for (const key of ["name", "title", "imageId"] as const) {
      assert.equal(new Set(chipNames.map((name) => chips[name][key])).size, chipNames.length, key);
    }
    for (const name of chipNames) assert.equal(chips[name].name, name);
  });
});
