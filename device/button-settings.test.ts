import assert from "node:assert/strict";
import fc from "fast-check";
import { buttonLimits, readButton } from "./button-settings.ts";
import { parseSettings } from "./config.ts";

const required = { thingName: "lot-1", endpoint: "broker.test" };

describe("the settings of a button at the box", () => {
  it("need a pin that has a pull-up", () => {
    assert.deepEqual(readButton({ pin: 25 }), { pin: 25, debounceMs: 50 });
    assert.deepEqual(readButton({ pin: 25, debounceMs: 200 }), { pin: 25, debounceMs: 200 });
    for (const wrong of [
      ...[undefined, null, 25, "25", [], {}, { pin: "25" }, { pin: 49 }, { pin: 34 }, { pin: 39 }],
      ...[
        { pin: 25, debounceMs: 19 },
        { pin: 25, debounceMs: 1_001 },
        { pin: 25, active: "low" },
      ],
    ]) {
      assert.equal(readButton(wrong), undefined, JSON.stringify(wrong));
    }
  });

  it("are read without an error from anything, and are then within the limits", () => {
    const { minimum, maximum } = buttonLimits.debounceMs;
    const button = fc.record({
      pin: fc.oneof(fc.nat(60), fc.anything()),
      debounceMs: fc.oneof(fc.nat(2_000), fc.anything()),
    });
    fc.assert(
      fc.property(fc.oneof(button, fc.anything()), (value) => {
        const read = readButton(value);
        if (read === undefined) return;
        assert.ok(read.pin <= 33 || read.pin >= 40);
        assert.ok(read.debounceMs >= minimum && read.debounceMs <= maximum);
        assert.deepEqual(readButton(read), read);
      }),
    );
  });

  const problems: readonly (readonly [object, RegExp])[] = [
    [
      { button: { pin: 34 } },
      /^button must be \{pin: 0–48, but not 34–39 of an ESP32, .*: \{"pin":34\}$/,
    ],
    [{ button: { pin: 5 } }, /^button and the gate both use pin 5$/],
    [{ button: { pin: 2 }, led: { pin: 2 } }, /^button and led both use pin 2$/],
    [
      { button: { pin: 4 }, gateInput: { pin: 4, shows: "open" } },
      /^button and gateInput both use pin 4$/,
    ],
  ];
  for (const [input, problem] of problems) {
    it(`are refused: ${problem.source}`, () => {
      const result = parseSettings({ ...required, ...input });
      assert.ok(result.type === "problems");
      assert.equal(result.problems.length, 1);
      assert.match(String(result.problems[0]), problem);
    });
  }
});
