import assert from "node:assert/strict";
import fc from "fast-check";
import type { PulseOutput } from "../../hal.ts";
import { pulseSymbols, type RmtFunctions, RmtPulseOutput } from "./rmt-pulse.ts";

/** Each half of a symbol: duration in ticks of 100 µs, and level. */
function halvesOf(symbols: ArrayBuffer): { readonly ticks: number; readonly level: number }[] {
  const words = [...new Uint32Array(symbols)];
  return words.flatMap((word) => [
    { ticks: word & 0x7fff, level: (word >>> 15) & 1 },
    { ticks: (word >>> 16) & 0x7fff, level: word >>> 31 },
  ]);
}

/** The ESP-IDF functions that are called: records the calls, and returns set results. */
class FakeIdf implements RmtFunctions {
  readonly calls: unknown[][] = [];
  answers: Partial<Record<keyof RmtFunctions, number>> = {};

  rmt_new_tx_channel(config: ArrayBuffer, channel: ArrayBuffer): number {
    new Uint32Array(channel)[0] = 0x3ffb_1000;
    return this.#call("rmt_new_tx_channel", ...new Uint32Array(config));
  }

  rmt_new_copy_encoder(_config: ArrayBuffer, encoder: ArrayBuffer): number {
    new Uint32Array(encoder)[0] = 0x3ffb_2000;
    return this.#call("rmt_new_copy_encoder");
  }

  rmt_enable(channel: number): number {
    return this.#call("rmt_enable", channel);
  }

  rmt_transmit(
    channel: number,
    encoder: number,
    symbols: ArrayBuffer,
    byteLength: number,
    config: ArrayBuffer,
  ): number {
    assert.equal(byteLength, symbols.byteLength);
    const ticks = halvesOf(symbols).reduce((sum, half) => sum + half.ticks, 0);
    return this.#call("rmt_transmit", channel, encoder, ticks, ...new Uint32Array(config));
  }

  rmt_tx_wait_all_done(channel: number, timeoutMs: number): number {
    return this.#call("rmt_tx_wait_all_done", channel, timeoutMs);
  }

  esp_rom_gpio_connect_out_signal(...values: number[]): void {
    this.calls.push(["connect", ...values]);
  }

  #call(name: keyof RmtFunctions, ...values: unknown[]): number {
    this.calls.push([name, ...values]);
    return this.answers[name] ?? 0;
  }
}

const toRmt = ["connect", 5, 87, 0, 0];
const toGpio = ["connect", 5, 256, 0, 0];

describe("a pulse made by the RMT", () => {
  let idf: FakeIdf;
  let gpio: PulseOutput;

  beforeEach(() => {
    idf = new FakeIdf();
    gpio = { write: (value) => void idf.calls.push(["gpio", value]) };
  });

  it("is prepared while the GPIO drives the pin LOW", () => {
    new RmtPulseOutput(gpio, 5, 0, idf);
    assert.deepEqual(idf.calls, [
      ["rmt_new_tx_channel", 5, 11, 10_000, 64, 1, 0, 0],
      toGpio,
      ["rmt_new_copy_encoder"],
      ["rmt_enable", 0x3ffb_1000],
    ]);
  });

  it("is passed to the RMT as a whole, with the pin, and ends without another call", () => {
    const output = new RmtPulseOutput(gpio, 5, 0, idf);
    idf.calls.length = 0;
    output.pulse(500);
    assert.deepEqual(idf.calls, [
      ["rmt_tx_wait_all_done", 0x3ffb_1000, 20],
      toRmt,
      ["rmt_transmit", 0x3ffb_1000, 0x3ffb_2000, 5_000, 0, 2],
    ]);
  });

  it("ends at once when LOW is written: the pin is disconnected from the RMT first", () => {
    const output = new RmtPulseOutput(gpio, 5, 0, idf);
    output.pulse(500);
    idf.calls.length = 0;
    output.write(0);
    assert.deepEqual(idf.calls, [toGpio, ["gpio", 0]]);
  });

  it("refuses a HIGH without an end", () => {
    const output = new RmtPulseOutput(gpio, 5, 0, idf);
    idf.calls.length = 0;
    assert.throws(() => output.write(1), TypeError);
    assert.deepEqual(idf.calls, []);
  });

  for (const name of ["rmt_new_tx_channel", "rmt_new_copy_encoder", "rmt_enable"] as const) {
    it(`is not made when ${name} fails, and the GPIO keeps the pin`, () => {
      idf.answers = { [name]: 0x105 };
      assert.throws(() => new RmtPulseOutput(gpio, 5, 0, idf), new RegExp(`${name}.*0x105`));
      const connections = idf.calls.filter(([call]) => call === "connect");
      assert.deepEqual(connections.at(-1), toGpio);
    });
  }

  it("does not start while the last one runs, and leaves the pin LOW if the RMT refuses it", () => {
    const output = new RmtPulseOutput(gpio, 5, 0, idf);
    idf.answers = { rmt_tx_wait_all_done: 0x107 };
    idf.calls.length = 0;
    assert.throws(() => output.pulse(500), /rmt_tx_wait_all_done.*0x107/);
    assert.ok(!idf.calls.some(([call]) => call === "connect"));
    idf.answers = { rmt_transmit: 0x103 };
    assert.throws(() => output.pulse(500), /rmt_transmit.*0x103/);
    assert.deepEqual(idf.calls.at(-1), ["gpio", 0]);
    assert.deepEqual(idf.calls.at(-2), toGpio);
  });

  it("has the requested length, is HIGH throughout, and fits one channel's memory", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 10_000 }), (durationMs) => {
        const halves = halvesOf(pulseSymbols(durationMs));
        assert.equal(
          halves.reduce((sum, { ticks }) => sum + ticks, 0),
          durationMs * 10,
        );
        // A half of zero length would end it.
        for (const { ticks, level } of halves) assert.ok(ticks > 0 && level === 1);
        // One symbol is reserved for the end.
        assert.ok(halves.length / 2 < 64);
      }),
    );
  });
});
