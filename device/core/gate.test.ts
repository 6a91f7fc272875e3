import assert from "node:assert/strict";
import fc from "fast-check";
import { Gate, type GateEffect } from "./gate.ts";

const options = { pulseMs: 500, cooldownMs: 3_000 };
const rise: GateEffect = { type: "write", value: 1 };
const fall: GateEffect = { type: "write", value: 0 };
const refused = (reason: "busy" | "cooldown"): GateEffect => ({ type: "refused", reason });
const pulsed = (pulseMs: number): GateEffect => ({ type: "pulsed", pulseMs });

describe("Gate", () => {
  let gate: Gate;

  beforeEach(() => {
    gate = new Gate(options);
  });

  it("is quiet until it is asked", () => {
    assert.equal(gate.deadline, undefined);
    assert.deepEqual(gate.handleTimeout(0), []);
    assert.deepEqual(gate.release(10), []);
  });

  it("releases at the deadline, not before", () => {
    assert.deepEqual(gate.handleOpen(1_000), [rise]);
    assert.equal(gate.deadline, 1_500);
    assert.deepEqual(gate.handleTimeout(1_499), []);
    assert.equal(gate.deadline, 1_500);
    assert.deepEqual(gate.handleTimeout(1_500), [fall, pulsed(500)]);
    assert.equal(gate.deadline, undefined);
    assert.deepEqual(gate.handleTimeout(1_501), []);
  });

  it("counts the pulse from the edge, which may come late after the command", () => {
    gate.handleOpen(1_000);
    gate.rose(1_040);
    assert.equal(gate.deadline, 1_540);
    assert.deepEqual(gate.handleTimeout(1_539), []);
    assert.deepEqual(gate.handleTimeout(1_540), [fall, pulsed(500)]);
  });

  it("does not let a word of an edge end or begin a pulse, nor shorten it", () => {
    gate.rose(500);
    assert.equal(gate.deadline, undefined);
    gate.handleOpen(1_000);
    gate.rose(900);
    assert.equal(gate.deadline, 1_500);
  });

  it("reports how long a late pulse really lasted", () => {
    gate.handleOpen(1_000);
    assert.deepEqual(gate.handleTimeout(1_730), [fall, pulsed(730)]);
  });

  it("refuses an overlapping command and never queues it", () => {
    gate.handleOpen(1_000);
    assert.deepEqual(gate.handleOpen(1_000), [refused("busy")]);
    assert.deepEqual(gate.handleOpen(1_499), [refused("busy")]);
    assert.equal(gate.deadline, 1_500, "the pulse is not prolonged");
    assert.deepEqual(gate.handleTimeout(1_500), [fall, pulsed(500)]);
    assert.deepEqual(gate.handleTimeout(10_000), []);
  });

  it("cools down from the falling edge, to the millisecond", () => {
    gate.handleOpen(1_000);
    gate.handleTimeout(1_600);
    assert.deepEqual(gate.handleOpen(1_600), [refused("cooldown")]);
    assert.deepEqual(gate.handleOpen(4_599), [refused("cooldown")]);
    assert.deepEqual(gate.handleOpen(4_600), [rise], "a refusal does not prolong the cooldown");
  });

  it("ends an overdue pulse before it answers the next command", () => {
    gate.handleOpen(1_000);
    assert.deepEqual(gate.handleOpen(1_500), [fall, pulsed(500), refused("cooldown")]);
  });

  it("without a cooldown pulses again, but only after the falling edge", () => {
    gate = new Gate({ pulseMs: 500, cooldownMs: 0 });
    gate.handleOpen(1_000);
    assert.deepEqual(gate.handleOpen(1_499), [refused("busy")]);
    assert.deepEqual(gate.handleOpen(1_500), [fall, pulsed(500), rise]);
  });

  it("ends the pulse when the clock runs backwards", () => {
    gate.handleOpen(1_000);
    assert.deepEqual(gate.handleTimeout(999), [fall, pulsed(0)]);
  });

  it("releases early when told to, and cools down from there", () => {
    gate.handleOpen(1_000);
    assert.deepEqual(gate.release(1_100), [fall, pulsed(100)]);
    assert.deepEqual(gate.release(1_100), []);
    assert.deepEqual(gate.handleOpen(4_099), [refused("cooldown")]);
    assert.deepEqual(gate.handleOpen(4_100), [rise]);
  });

  const input = fc.record({
    type: fc.constantFrom("open", "open", "timeout", "release"),
    step: fc.oneof(
      fc.integer({ min: 0, max: 50 }),
      fc.constantFrom(0, 1, 499, 500, 501, 2_999, 3_000),
    ),
    backward: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });
  const settings = fc.record({
    pulseMs: fc.constantFrom(20, 500),
    cooldownMs: fc.constantFrom(0, 1, 3_000),
  });

  it("is never HIGH past a pulse's end once any input came, whatever the order and the clock", () => {
    fc.assert(
      fc.property(settings, fc.array(input, { maxLength: 60 }), (chosen, inputs) => {
        gate = new Gate(chosen);
        let now = 10_000;
        let level = 0;
        let roseAt = 0;
        let fellAt = Number.NEGATIVE_INFINITY;
        let opens = 0;
        let answers = 0;
        for (const { type, step, backward } of inputs) {
          now += backward ? -step : step;
          if (type === "open") opens += 1;
          const effects =
            type === "open"
              ? gate.handleOpen(now)
              : type === "timeout"
                ? gate.handleTimeout(now)
                : gate.release(now);
          for (const [index, effect] of effects.entries()) {
            if (effect.type === "refused") answers += 1;
            if (effect.type !== "write") continue;
            assert.notEqual(effect.value, level, "every write is an edge");
            level = effect.value;
            if (level === 1) {
              answers += 1;
              roseAt = now;
              assert.equal(type, "open", "only a command raises the pin");
              assert.ok(now >= fellAt + chosen.cooldownMs, "cooldown");
            } else {
              fellAt = now;
              assert.equal(effects[index + 1]?.type, "pulsed", "each falling edge is reported");
            }
          }
          assert.equal(answers, opens, "each command is answered once");
          assert.equal(gate.deadline, level === 1 ? roseAt + chosen.pulseMs : undefined);
          if (level === 1) {
            assert.ok(now >= roseAt && now < roseAt + chosen.pulseMs, "overdue and still HIGH");
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("never rises twice within one pulse while the clock runs forward", () => {
    fc.assert(
      fc.property(settings, fc.array(input, { maxLength: 60 }), (chosen, inputs) => {
        gate = new Gate(chosen);
        let now = 0;
        let roseAt = Number.NEGATIVE_INFINITY;
        for (const { type, step } of inputs) {
          now += step;
          // Without `release`, which ends a pulse early by right.
          const effects = type === "open" ? gate.handleOpen(now) : gate.handleTimeout(now);
          if (!effects.some((effect) => effect.type === "write" && effect.value === 1)) continue;
          assert.ok(now >= roseAt + chosen.pulseMs + chosen.cooldownMs);
          roseAt = now;
        }
      }),
    );
  });
});
