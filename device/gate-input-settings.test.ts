import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSettings } from "./config.ts";
import { gateInputLimits, readGateInput } from "./gate-input-settings.ts";

const defaults = { debounceMs: 50, leftOpenMs: 0 };
const required = { thingName: "lot-1", endpoint: "broker.test" };

describe("the settings of a gate's input", () => {
  it("need a pin and the position that it shows", () => {
    assert.deepEqual(readGateInput({ pin: 4, shows: "closed" }), {
      ...{ pin: 4, active: "low", shows: "closed", pull: "up" },
      ...defaults,
    });
    for (const wrong of [
      ...[undefined, null, 4, "4", [], {}, { pin: 4 }, { shows: "open" }],
      { pin: "4", shows: "open" },
      { pin: 49, shows: "open" },
      { pin: 4, shows: "shut" },
    ]) {
      assert.equal(readGateInput(wrong), undefined, JSON.stringify(wrong));
    }
  });

  it("choose the resistor that keeps a loose wire inactive, unless one is named", () => {
    const pullOf = (input: object) => readGateInput({ shows: "open", ...input })?.pull;
    assert.equal(pullOf({ pin: 4, active: "low" }), "up");
    assert.equal(pullOf({ pin: 4, active: "high" }), "down");
    assert.equal(pullOf({ pin: 4, active: "high", pull: "up" }), "up");
    assert.equal(pullOf({ pin: 4, pull: "none" }), "none");
    assert.equal(pullOf({ pin: 34 }), "none", "an input without resistors");
  });

  it("refuse a value outside its limits, a wrong word and an unknown name", () => {
    const good = { pin: 4, shows: "open" };
    for (const wrong of [
      ...[{ debounceMs: 4 }, { debounceMs: 1_001 }, { debounceMs: 5.5 }, { debounceMs: "50" }],
      ...[{ leftOpenMs: -1 }, { leftOpenMs: 86_400_001 }, { leftOpenMs: true }],
      ...[{ active: "LOW" }, { active: 0 }, { pull: "weak" }, { pull: true }, { debounce: 50 }],
    ]) {
      assert.equal(readGateInput({ ...good, ...wrong }), undefined, JSON.stringify(wrong));
    }
  });

  it("are read without an error from anything, and are then within the limits", () => {
    const input = fc.record({
      pin: fc.oneof(fc.nat(60), fc.anything()),
      active: fc.constantFrom("low", "high", undefined, 1),
      shows: fc.constantFrom("closed", "open"),
      pull: fc.constantFrom("up", "down", "none", undefined),
      debounceMs: fc.oneof(fc.nat(2_000), fc.anything()),
      leftOpenMs: fc.oneof(fc.nat(100_000_000), fc.anything()),
    });
    fc.assert(
      fc.property(fc.oneof(input, fc.anything()), (value) => {
        const read = readGateInput(value);
        if (read === undefined) return;
        assert.ok(read.pin >= 0 && read.pin <= 48);
        for (const name of ["debounceMs", "leftOpenMs"] as const) {
          const { minimum, maximum } = gateInputLimits[name];
          assert.ok(read[name] >= minimum && read[name] <= maximum);
        }
        assert.deepEqual(readGateInput(read), read);
      }),
    );
  });

  const problems: readonly (readonly [object, RegExp])[] = [
    [
      { gateInput: { pin: 4 } },
      /^gateInput must be \{pin: 0–48, active: low or high, .*: \{"pin":4\}$/,
    ],
    [{ gateInput: { pin: 5, shows: "open" } }, /^gateInput and the gate both use pin 5$/],
    [
      { gateInput: { pin: 2, shows: "open" }, led: { pin: 2 } },
      /^gateInput and led both use pin 2$/,
    ],
    [{ gateInput: { pin: 36, shows: "open", pull: "up" } }, /^gateInput: pin 36 has no pull res/],
  ];
  for (const [input, problem] of problems) {
    it(`are refused: ${problem.source}`, () => {
      const result = parseSettings({ ...required, ...input });
      assert.ok(result.type === "problems");
      assert.equal(result.problems.length, 1);
      assert.match(String(result.problems[0]), problem);
    });
  }

  it("are accepted on another pin, with the box's other settings", () => {
    const gateInput = { pin: 34, shows: "closed", leftOpenMs: 600_000 };
    const result = parseSettings({ ...required, gateInput, led: { pin: 2 } });
    assert.ok(result.type === "settings");
    assert.deepEqual(result.settings.gateInput, readGateInput(gateInput));
  });
});
