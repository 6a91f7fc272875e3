import assert from "node:assert/strict";
import fc from "fast-check";
import { readGateInput } from "../gate-input-settings.ts";
import { Gate, type GateAnswer, type GateWrite } from "./gate.ts";
import { GateWatch } from "./gate-state.ts";

const options = { pulseMs: 500, cooldownMs: 3_000 };
const rise: GateWrite = { type: "write", gate: 0, value: 1 };
const fall: GateWrite = { type: "write", gate: 0, value: 0 };
const refused = (reason: "busy" | "cooldown"): GateAnswer => ({ type: "refused", reason });

describe("Gate", () => {
  let gate: Gate;

  beforeEach(() => {
    gate = new Gate(options);
  });

  it("is busy while a contact shows that it moves, and until the contact shows that it has arrived", () => {
    const input = readGateInput({ pin: 4, shows: "open" });
    assert.ok(input !== undefined);
    const watch = new GateWatch({ input, pulseMs: 500, travelMs: 8_000 });
    gate = new Gate({ pulseMs: 500, cooldownMs: 1_000, travelMs: 8_000, watch });
    watch.handleLevel(1, 0);
    watch.handleTime(50);
    assert.deepEqual(gate.handleOpen(60_000), rise);
    gate.rose(60_000);
    gate.fell(60_500);
    assert.deepEqual(gate.handleOpen(64_000), refused("busy"), "travelMs is not over");
    watch.handleLevel(0, 65_000);
    watch.handleTime(65_050);
    assert.deepEqual(gate.handleOpen(65_050), rise, "it has arrived");
    gate.rose(65_050);
    gate.fell(65_550);
    watch.handleLevel(1, 90_000);
    watch.handleTime(90_050);
    assert.deepEqual(gate.handleOpen(90_100), refused("busy"), "it closes by itself");
    watch.handleTime(98_000);
    assert.deepEqual(gate.handleOpen(98_000), rise);
  });

  it("does nothing until a command", () => {
    assert.equal(gate.deadline, undefined);
    assert.deepEqual(gate.handleTimeout(0), []);
    assert.deepEqual(gate.release(), []);
    assert.equal(gate.fell(10), undefined);
  });

  it("releases at the deadline, not before", () => {
    assert.deepEqual(gate.handleOpen(1_000), rise);
    assert.equal(gate.deadline, 1_500);
    assert.deepEqual(gate.handleTimeout(1_499), []);
    assert.equal(gate.deadline, 1_500);
    assert.deepEqual(gate.handleTimeout(1_500), [fall]);
    assert.equal(gate.fell(1_500), 500);
    assert.equal(gate.deadline, undefined);
    assert.deepEqual(gate.handleTimeout(1_501), []);
    assert.equal(gate.fell(1_501), undefined, "one pulse has one end");
  });

  it("counts the pulse from the edge, not from the command", () => {
    gate.handleOpen(1_000);
    gate.rose(1_040);
    assert.equal(gate.deadline, 1_540);
    assert.deepEqual(gate.handleTimeout(1_539), []);
    assert.deepEqual(gate.handleTimeout(1_540), [fall]);
    assert.equal(gate.fell(1_540), 500);
  });

  it("does not start, end or shorten a pulse because of an edge report", () => {
    gate.rose(500);
    assert.equal(gate.deadline, undefined);
    gate.handleOpen(1_000);
    gate.rose(900);
    assert.equal(gate.deadline, 1_500);
  });

  it("reports the real length of a late pulse: until its edge, not its deadline", () => {
    gate.handleOpen(1_000);
    assert.deepEqual(gate.handleTimeout(1_730), [fall]);
    assert.equal(gate.fell(1_741), 741);
  });

  it("refuses an overlapping command and never queues it", () => {
    gate.handleOpen(1_000);
    assert.deepEqual(gate.handleOpen(1_000), refused("busy"));
    assert.deepEqual(gate.handleOpen(1_499), refused("busy"));
    assert.equal(gate.deadline, 1_500, "the pulse is not prolonged");
    assert.deepEqual(gate.handleTimeout(1_500), [fall]);
    gate.fell(1_500);
    assert.deepEqual(gate.handleTimeout(10_000), []);
  });

  it("is busy until the pin has fallen, even if the edge is overdue", () => {
    gate.handleOpen(1_000);
    assert.deepEqual(gate.handleOpen(9_000), refused("busy"));
    assert.deepEqual(gate.handleTimeout(9_000), [fall], "it is still requested");
  });

  it("cools down from the falling edge, to the millisecond", () => {
    gate.handleOpen(1_000);
    gate.handleTimeout(1_590);
    gate.fell(1_600);
    assert.deepEqual(gate.handleOpen(1_600), refused("cooldown"));
    assert.deepEqual(gate.handleOpen(4_599), refused("cooldown"));
    assert.deepEqual(gate.handleOpen(4_600), rise, "a refusal does not prolong the cooldown");
  });

  it("without a cooldown, pulses again only after the falling edge", () => {
    gate = new Gate({ pulseMs: 500, cooldownMs: 0 });
    gate.handleOpen(1_000);
    assert.deepEqual(gate.handleOpen(1_500), refused("busy"));
    gate.fell(1_500);
    assert.deepEqual(gate.handleOpen(1_500), rise);
  });

  it("is busy while the gate moves, and cools down after that if it takes longer", () => {
    gate = new Gate({ pulseMs: 500, cooldownMs: 3_000, travelMs: 8_000 });
    gate.handleOpen(1_000);
    gate.fell(1_500);
    assert.deepEqual(gate.handleOpen(1_500), refused("busy"));
    assert.deepEqual(gate.handleOpen(9_499), refused("busy"));
    assert.deepEqual(gate.handleOpen(9_500), rise, "a refusal does not prolong it");
    gate = new Gate({ pulseMs: 500, cooldownMs: 3_000, travelMs: 1_000 });
    gate.handleOpen(1_000);
    gate.fell(1_500);
    assert.deepEqual(gate.handleOpen(2_499), refused("busy"));
    assert.deepEqual(gate.handleOpen(2_500), refused("cooldown"));
    assert.deepEqual(gate.handleOpen(4_500), rise);
  });

  it("ends the pulse when the clock runs backwards", () => {
    gate.handleOpen(1_000);
    assert.deepEqual(gate.handleTimeout(999), [fall]);
    assert.equal(gate.fell(999), 0);
  });

  it("releases early on request, and cools down from there", () => {
    gate.handleOpen(1_000);
    assert.deepEqual(gate.release(), [fall]);
    assert.equal(gate.fell(1_100), 100);
    assert.deepEqual(gate.release(), []);
    assert.deepEqual(gate.handleOpen(4_099), refused("cooldown"));
    assert.deepEqual(gate.handleOpen(4_100), rise);
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
    travelMs: fc.constantFrom(0, 2_000, 8_000),
  });

  it("is never HIGH past a pulse's end after an input, whatever the order and the clock", () => {
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
          // Like the box: a due edge comes before anything else.
          const writes = type === "release" ? gate.release() : gate.handleTimeout(now);
          if (writes.length > 0) {
            assert.equal(level, 1, "every write is an edge");
            level = 0;
            fellAt = now;
            assert.equal(
              gate.fell(now),
              Math.max(0, now - roseAt),
              "each falling edge is reported",
            );
          }
          if (type === "open") {
            opens += 1;
            answers += 1;
            const answer = gate.handleOpen(now);
            if (answer.type === "write") {
              assert.deepEqual([level, answer.value], [0, 1], "every write is an edge");
              level = 1;
              roseAt = now;
              assert.ok(now >= fellAt + chosen.cooldownMs, "cooldown");
              assert.ok(now >= fellAt + chosen.travelMs, "travel");
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
          // Without `release`, which may end a pulse early.
          if (gate.handleTimeout(now).length > 0) gate.fell(now);
          if (type !== "open" || gate.handleOpen(now).type !== "write") continue;
          const pauseMs = Math.max(chosen.cooldownMs, chosen.travelMs);
          assert.ok(now >= roseAt + chosen.pulseMs + pauseMs);
          roseAt = now;
        }
      }),
    );
  });
});
