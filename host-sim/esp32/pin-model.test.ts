import assert from "node:assert/strict";
import { esp32c3, esp32s3 } from "../../device/chips/table.ts";
import { pulseSymbols } from "../../device/xs/esp32/rmt-pulse.ts";
import { type PinChange, PinModel } from "./pin-model.ts";

const gpio = 0x3ff4_4000;
const rmt = 0x3ff5_6000;
const pin5 = 1 << 5;

describe("the level of an ESP32's pin", () => {
  let pin: PinModel;
  let changes: PinChange[];

  beforeEach(() => {
    pin = new PinModel(5);
    changes = [];
  });

  const write = (at: number, address: number, value: number) =>
    changes.push(...pin.write({ at, address, value }));

  /** Like ECMA-419's Digital on the board: level, then direction. */
  function becomeOutput(): void {
    write(1, gpio + 0x0c, pin5);
    write(1, gpio + 0x24, pin5);
    write(1, gpio + 0x530 + 4 * 5, 256);
  }

  /** Like ESP-IDF's driver: REF_TICK divided by 100, symbols, an end, the matrix, start. */
  function pulse(at: number, durationMs: number): void {
    write(at, rmt + 0x20, 100);
    const words = [...new Uint32Array(pulseSymbols(durationMs)), 0];
    for (const [index, word] of words.entries()) write(at, rmt + 0x800 + 4 * index, word);
    write(at, gpio + 0x530 + 4 * 5, 87);
    write(at, rmt + 0x24, 1 | (1 << 19));
  }

  it("is LOW until it is driven HIGH", () => {
    write(0, gpio + 0x08, pin5);
    assert.deepEqual(changes, [], "it is not an output yet");
    write(1, gpio + 0x24, pin5);
    assert.deepEqual(changes, [{ value: 1, at: 1 }]);
    write(2, gpio + 0x08, 1 << 6);
    write(3, gpio + 0x0c, pin5);
    assert.deepEqual(changes.slice(1), [{ value: 0, at: 3 }]);
  });

  it("follows the RMT if the matrix selects it, and the RMT ends the pulse by itself", () => {
    becomeOutput();
    pulse(100, 500);
    assert.equal(pin.level, 1);
    assert.equal(pin.changesAt, 600);
    assert.deepEqual(pin.advance(599), []);
    assert.deepEqual(pin.advance(10_000), [{ value: 0, at: 600 }]);
    assert.deepEqual(changes, [{ value: 1, at: 100 }]);
  });

  it("times a pulse of ten seconds from its four halves", () => {
    becomeOutput();
    pulse(100, 10_000);
    assert.deepEqual(pin.advance(60_000), [{ value: 0, at: 10_100 }]);
  });

  it("falls at once when the matrix selects the GPIO again", () => {
    becomeOutput();
    pulse(100, 500);
    write(300, gpio + 0x530 + 4 * 5, 256);
    assert.deepEqual(changes.at(-1), { value: 0, at: 300 });
    assert.deepEqual(pin.advance(60_000), []);
  });

  it("is unchanged after a CPU reset, and LOW after a reset of the whole chip", () => {
    becomeOutput();
    pulse(100, 500);
    assert.deepEqual(pin.reset(200), [{ value: 0, at: 200 }]);
    assert.deepEqual(pin.advance(60_000), []);
  });

  it("does not rise again when restarted firmware resets and connects the RMT", () => {
    becomeOutput();
    pulse(100, 5_000);
    write(300, gpio + 0x530 + 4 * 5, 256);
    write(310, 0x3ff0_00c4, 1 << 9);
    write(311, 0x3ff0_00c4, 0);
    write(320, gpio + 0x530 + 4 * 5, 87);
    assert.deepEqual(changes.slice(1), [{ value: 0, at: 300 }]);
  });

  it("counts in the selected clock", () => {
    becomeOutput();
    write(1, rmt + 0x20, 80);
    write(1, rmt + 0x800, 0x8000 | 1_000);
    write(1, gpio + 0x530 + 4 * 5, 87);
    write(1, rmt + 0x24, 1 | (1 << 17));
    assert.equal(pin.changesAt, 2, "1,000 ticks of 1 µs");
  });
});

for (const { chip, conf, clock, memory, reset } of [
  { chip: esp32s3, conf: 0x20, clock: 0xc0, memory: 0x800, reset: 0x600c_0020 },
  { chip: esp32c3, conf: 0x10, clock: 0x68, memory: 0x400, reset: 0x600c_0018 },
]) {
  const newer = { gpio: 0x6000_4000, rmt: 0x6001_6000 } as const;
  // The second gate's channel: its registers, memory and signal follow those of the first.
  for (const index of [0, 1]) {
    const channel = newer.rmt + conf + 4 * index;

    describe(`the level of an ${chip.title}'s pin, by channel ${index} of the RMT`, () => {
      let pin: PinModel;
      const write = (at: number, address: number, value: number) =>
        pin.write({ at, address, value });

      beforeEach(() => {
        pin = new PinModel(5, chip);
        write(1, newer.gpio + 0x24, pin5);
        // The crystal divided by 16 for all channels, then by 250: 10 kHz.
        write(2, newer.rmt + clock, (3 << 24) | (15 << 4));
        write(3, channel, 250 << 8);
      });

      function pulse(at: number, durationMs: number): void {
        const words = [...new Uint32Array(pulseSymbols(durationMs)), 0];
        const start = newer.rmt + memory + 4 * chip.rmt.symbols * index;
        for (const [number, word] of words.entries()) write(at, start + 4 * number, word);
        write(at, newer.gpio + 0x554 + 4 * 5, chip.rmt.signal + index);
        write(at, channel, (250 << 8) | (1 << 24) | 1);
      }

      for (const durationMs of [20, 500, 10_000]) {
        it(`falls by itself after a pulse of ${durationMs} ms`, () => {
          pulse(100, durationMs);
          assert.equal(pin.level, 1);
          assert.deepEqual(pin.advance(60_000), [{ value: 0, at: 100 + durationMs }]);
        });
      }

      it("falls at once when the RMT is reset, as ESP-IDF does at its start", () => {
        pulse(100, 500);
        assert.deepEqual(write(300, reset, 1 << 9), [{ value: 0, at: 300 }]);
        assert.deepEqual(pin.advance(60_000), []);
      });

      it("falls at once when the matrix selects the GPIO again", () => {
        pulse(100, 500);
        assert.deepEqual(write(300, newer.gpio + 0x554 + 4 * 5, chip.rmt.gpioSignal), [
          { value: 0, at: 300 },
        ]);
      });
    });
  }
}
