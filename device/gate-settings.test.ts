import assert from "node:assert/strict";
import { type Chip, esp32, esp32c3, esp32s3 } from "./chips/table.ts";
import { parseSettings } from "./config.ts";
import { gatePinsIn, gatesOf } from "./gate-settings.ts";

const required = { thingName: "lot-1", endpoint: "broker.test" };
const inAndOut = [
  { name: "in", pin: 5 },
  { name: "out", pin: 18, pulseMs: 800, cooldownMs: 0, travelMs: 9_000 },
];

function settingsOf(input: Record<string, unknown>) {
  const result = parseSettings({ ...required, ...input });
  assert.ok(result.type === "settings", JSON.stringify(result));
  return result.settings;
}

function problemOf(input: Record<string, unknown>): string {
  const result = parseSettings({ ...required, ...input });
  assert.ok(result.type === "problems", JSON.stringify(input));
  assert.equal(result.problems.length, 1, result.problems.join("\n"));
  return result.problems.join();
}

describe("the settings of several gates", () => {
  it("have a name and a pin for each, and defaults for the rest", () => {
    const { gates } = settingsOf({ gates: inAndOut });
    assert.deepEqual(gates, [
      {
        name: "in",
        pin: 5,
        pulseMs: 500,
        pulseCapMs: 1_500,
        cooldownMs: 3_000,
        travelMs: 0,
        gateInput: undefined,
      },
      {
        name: "out",
        pin: 18,
        pulseMs: 800,
        pulseCapMs: 2_100,
        cooldownMs: 0,
        travelMs: 9_000,
        gateInput: undefined,
      },
    ]);
  });

  it("of a box that names none mean one gate, without a name", () => {
    const settings = settingsOf({ pin: 21, travelMs: 1_000 });
    assert.deepEqual(settings.gates, []);
    const [gate, ...others] = gatesOf(settings);
    assert.deepEqual([gate?.name, gate?.pin, gate?.travelMs], [undefined, 21, 1_000]);
    assert.equal(others.length, 0);
  });

  it("repeat those of the first gate outside, where they mean one gate", () => {
    const { pin, pulseMs, travelMs } = settingsOf({ gates: [...inAndOut].reverse() });
    assert.deepEqual([pin, pulseMs, travelMs], [18, 800, 9_000]);
  });

  const contact = (pin: number) => ({ pin, shows: "closed" });
  const refused: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ gates: [] }, /^gates must be a list of 1–4 gates: \[\]$/],
    [{ gates: "in" }, /^gates must be a list of 1–4 gates: "in"$/],
    [
      { gates: [1, 2, 3, 4, 5].map((pin) => ({ name: `g${pin}`, pin: pin + 20 })) },
      /^gates must be a list of 1–4 gates: /,
    ],
    [{ gates: inAndOut, pin: 21 }, /^gates and pin: say it for each gate in gates$/],
    [{ gates: inAndOut, travelMs: 1, pulseMs: 300 }, /^gates and pulseMs, travelMs: /],
    [{ gates: [{ pin: 5 }] }, /^gates\[0\]: name is missing/],
    [{ gates: [{ name: "in" }] }, /^gates\[0\]: pin is missing$/],
    [
      { gates: [{ name: "status", pin: 5 }] },
      /^gates\[0\]: name must be 1–32 letters, .*"status"$/,
    ],
    [{ gates: [{ name: "in", pin: 5, pulse: 3 }] }, /^gates\[0\]: .*pulse/],
    [{ gates: [{ name: "in", pin: 5, name2: "x" }] }, /^gates\[0\]: .*name2/],
    [{ gates: [{ name: "in", pin: 5, pulseMs: 500, pulseCapMs: 550 }] }, /^gates\[0\]: pulseCapMs/],
    [{ gates: [inAndOut[0], { name: "in", pin: 18 }] }, /^two gates have the name in$/],
    [{ gates: [inAndOut[0], { name: "out", pin: 5 }] }, /^gate out and gate in both use pin 5$/],
    [
      { gates: [inAndOut[0], { name: "out", pin: 18, gateInput: contact(5) }] },
      /^gateInput of out and gate in both use pin 5$/,
    ],
    [
      { gates: inAndOut.map((gate) => ({ ...gate, gateInput: contact(4) })) },
      /^gateInput of out and gateInput of in both use pin 4$/,
    ],
    [{ gates: inAndOut, led: { pin: 18 } }, /^led and gate out both use pin 18$/],
    [{ gates: inAndOut, button: { pin: 18 } }, /^button and gate out both use pin 18$/],
    [
      {
        gates: [inAndOut[0], { name: "out", pin: 18, gateInput: { ...contact(36), pull: "up" } }],
      },
      /^gateInput: pin 36 has no pull/,
    ],
  ];
  it("are refused on a chip that makes fewer pulses at once, or lacks a pin", () => {
    const gates = [5, 6, 7].map((pin) => ({ name: `g${pin}`, pin }));
    const problemsOn = (chip: Chip, count: number) => {
      const result = parseSettings({ ...required, gates: gates.slice(0, count) }, chip);
      return result.type === "problems" ? result.problems : [];
    };
    assert.deepEqual(problemsOn(esp32c3, 2), []);
    assert.deepEqual(problemsOn(esp32c3, 3), ["the ESP32-C3 can open 2 gates, and gates has 3"]);
    assert.deepEqual(problemsOn(esp32s3, 3), []);
    assert.deepEqual(problemsOn(esp32, 1), []);
    assert.deepEqual(problemsOn(esp32, 2), ["pin 6 is connected to the flash memory"]);
  });

  it("that are wrong still say which pins must be LOW, as far as the chip has them", () => {
    const pins = [6, 34, 99, 21].map((pin) => ({ pin }));
    assert.deepEqual(gatePinsIn({ gates: pins, pin: 22 }), [21, 22]);
    assert.deepEqual(gatePinsIn({ gates: pins.slice(0, 3) }), [5]);
    assert.deepEqual(gatePinsIn({ gates: pins.slice(0, 3) }, esp32s3), [6]);
  });

  for (const [input, problem] of refused) {
    it(`are refused: ${problem.source}`, () => assert.match(problemOf(input), problem));
  }
});
