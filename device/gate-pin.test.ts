import assert from "node:assert/strict";
import fc from "fast-check";
import { Gate } from "./core/gate.ts";
import { GatePin } from "./gate-pin.ts";
import type { Digital } from "./hal.ts";
import { ManualTimer } from "./manual-timer.fake.ts";

/** Every write with its time, including those without an edge. */
class WrittenPin implements Digital {
  readonly writes: { readonly value: 0 | 1; readonly at: number }[] = [];
  readonly #timer: ManualTimer;

  constructor(timer: ManualTimer) {
    this.#timer = timer;
  }

  get value(): 0 | 1 {
    return this.writes.at(-1)?.value ?? 0;
  }

  write(value: 0 | 1): void {
    this.writes.push({ value, at: this.#timer.now });
  }

  /** The length of each HIGH; the last may still continue. */
  highs(): number[] {
    const lengths: number[] = [];
    let roseAt: number | undefined;
    for (const { value, at } of [...this.writes, { value: 0, at: this.#timer.now }]) {
      if (value === 1) roseAt ??= at;
      else if (roseAt !== undefined) {
        lengths.push(at - roseAt);
        roseAt = undefined;
      }
    }
    return lengths;
  }
}

describe("GatePin", () => {
  let timer: ManualTimer;
  let pin: WrittenPin;
  let capped: number[];
  let gatePin: GatePin;

  beforeEach(() => {
    timer = new ManualTimer();
    pin = new WrittenPin(timer);
    capped = [];
    const onCapped = () => capped.push(pin.value);
    gatePin = new GatePin(pin, timer, { pulseMs: 500, capMs: 1_500, onCapped });
  });

  it("does nothing by itself", () => {
    timer.advance(10_000);
    assert.deepEqual(pin.writes, []);
    assert.equal(timer.armed, 0);
  });

  it("falls at the cap without any input, and reports it afterwards", () => {
    gatePin.write(1);
    timer.advance(1_499);
    assert.equal(pin.value, 1);
    assert.deepEqual(capped, []);
    timer.advance(1);
    assert.equal(pin.value, 0);
    assert.deepEqual(capped, [0], "the pin was already LOW when it was reported");
    timer.advance(10_000);
    assert.equal(pin.writes.length, 2);
  });

  it("disarms the cap at the falling edge", () => {
    gatePin.write(1);
    timer.advance(500);
    gatePin.write(0);
    assert.equal(timer.armed, 0);
    timer.advance(10_000);
    assert.deepEqual(capped, []);
    assert.deepEqual(pin.writes, [
      { value: 1, at: 0 },
      { value: 0, at: 500 },
    ]);
  });

  it("counts the cap from the rising edge: a second HIGH does not extend it", () => {
    gatePin.write(1);
    timer.advance(1_400);
    gatePin.write(1);
    assert.equal(timer.armed, 1);
    timer.advance(100);
    assert.equal(pin.value, 0);
  });

  it("caps each pulse separately", () => {
    gatePin.write(1);
    timer.advance(1_500);
    gatePin.write(1);
    timer.advance(1_499);
    assert.equal(pin.value, 1);
    timer.advance(1);
    assert.equal(pin.value, 0);
    assert.equal(capped.length, 2);
  });

  it("writes LOW even if the pin is LOW, for error paths", () => {
    gatePin.write(0);
    assert.deepEqual(pin.writes, [{ value: 0, at: 0 }]);
  });

  it("writes LOW before anything that could fail", () => {
    gatePin.write(1);
    timer.clear = () => {
      throw new Error("no timer");
    };
    assert.throws(() => gatePin.write(0), /no timer/);
    assert.equal(pin.value, 0);
  });

  it("does not rise if no cap can be armed", () => {
    timer.set = () => {
      throw new Error("no timer");
    };
    assert.throws(() => gatePin.write(1), /no timer/);
    assert.deepEqual(pin.writes, []);
  });

  it("passes the pulse to pulse hardware, and ends it like any other", () => {
    const pulses: number[] = [];
    const pulsing = Object.assign(pin, { pulse: (durationMs: number) => pulses.push(durationMs) });
    gatePin = new GatePin(pulsing, timer, { pulseMs: 500, capMs: 1_500, onCapped: () => {} });
    gatePin.write(1);
    assert.deepEqual([pulses, pin.writes], [[500], []]);
    timer.advance(500);
    gatePin.write(0);
    assert.deepEqual(pin.writes, [{ value: 0, at: 500 }]);
    gatePin.write(1);
    timer.advance(1_500);
    assert.deepEqual(pulses, [500, 500]);
    assert.deepEqual(pin.writes.at(-1), { value: 0, at: 2_000 }, "the cap is above the hardware");
  });

  it("is never HIGH for longer than the cap, even if a pulse's own timer is lost", () => {
    const step = fc.record({
      waitMs: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.constantFrom(0, 499, 500, 1_500)),
      isLost: fc.boolean(),
      opens: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        timer = new ManualTimer();
        pin = new WrittenPin(timer);
        const gate = new Gate({ pulseMs: 500, cooldownMs: 700 });
        const release = () => {
          if (gate.handleTimeout(timer.now).length === 0) return;
          gatePin.write(0);
          gate.fell(timer.now);
        };
        const onCapped = () => gate.fell(timer.now);
        gatePin = new GatePin(pin, timer, { pulseMs: 500, capMs: 1_500, onCapped });
        for (const { waitMs, isLost, opens } of steps) {
          timer.advance(waitMs);
          if (!opens) continue;
          release();
          if (gate.handleOpen(timer.now).type === "write") gatePin.write(1);
          if (gate.deadline === undefined) continue;
          const handle = timer.set(release, gate.deadline - timer.now);
          if (isLost) timer.lose(handle);
        }
        timer.advance(1_500);
        assert.equal(pin.value, 0);
        for (const length of pin.highs()) assert.ok(length <= 1_500, `HIGH for ${length} ms`);
      }),
      { numRuns: 500 },
    );
  });
});
