import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import sinon from "sinon";
import { parseSettings, type Settings } from "../device/config.ts";
import { skipWithout } from "./optional.rig.ts";
import type { SimulatedBoxRecord } from "./simulated-box.ts";
import { readVcd } from "./vcd.rig.ts";
import { VcdLines } from "./vcd.ts";

const date = Date.UTC(2026, 10, 25);

function settingsOf(input: Readonly<Record<string, unknown>>): Settings {
  const result = parseSettings({ thingName: "a", endpoint: "broker.test", ...input });
  assert.ok(result.type === "settings");
  return result.settings;
}

describe("VcdLines", () => {
  let clock: sinon.SinonFakeTimers;
  let text: string;
  let lines: VcdLines;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ now: 1_000, toFake: ["performance"] });
    clock.tick(250);
    text = "";
    lines = new VcdLines(settingsOf({ thingName: "lot-1:a" }), date, (part) => {
      text += part;
    });
  });
  afterEach(() => clock.restore());

  const edge = (value: 0 | 1, at = performance.now()): SimulatedBoxRecord => ({
    type: "pin",
    pin: 5,
    value,
    at,
  });
  const changesOf = (name: string) => readVcd(text).wires.get(name);

  /** A box's day, with a pulse, and a power cut during another. */
  function record(): void {
    for (const state of ["network", "time", "tls", "mqtt", "connected"] as const) {
      clock.tick(10);
      lines.record({ type: "connection", state, reason: null });
    }
    lines.record(edge(1));
    clock.tick(500.5);
    lines.record(edge(0));
    clock.tick(100);
    lines.record(edge(1));
    clock.tick(20);
    lines.record(edge(0));
    lines.record({ type: "power", state: "off" });
    clock.tick(1_000);
    lines.record({ type: "power", state: "on" });
    lines.record({ type: "connection", state: "network", reason: null });
    clock.tick(30);
    lines.end();
  }

  it("follows the standard, with the pin's edges to a tenth of a millisecond", () => {
    record();
    const vcd = readVcd(text);
    assert.deepEqual([vcd.scope, vcd.unitUs, vcd.end], ["lot_1_a", 100, 17_005]);
    assert.deepEqual(changesOf("pin5"), [
      { at: 0, value: 0 },
      { at: 500, value: 1 },
      { at: 5_505, value: 0 },
      { at: 6_505, value: 1 },
      { at: 6_705, value: 0 },
    ]);
  });

  it("shows the power, and while it is on, the state of the connection", () => {
    record();
    assert.deepEqual(changesOf("powered"), [
      { at: 0, value: 1 },
      { at: 6_705, value: 0 },
      { at: 16_705, value: 1 },
    ]);
    assert.deepEqual(changesOf("network"), [
      { at: 0, value: 0 },
      { at: 100, value: 1 },
      { at: 200, value: 0 },
      { at: 16_705, value: 1 },
    ]);
    assert.deepEqual(changesOf("connected"), [
      { at: 0, value: 0 },
      { at: 500, value: 1 },
      { at: 6_705, value: 0 },
    ]);
  });

  it("has a wire for the contact at the gate and one for the button, if there are any", () => {
    record();
    assert.equal(changesOf("input4"), undefined);
    text = "";
    const gateInput = { pin: 4, shows: "closed", active: "high", pull: "down" };
    const wired = settingsOf({ gateInput, button: { pin: 25 } });
    const vcd = new VcdLines(wired, date, (part) => {
      text += part;
    });
    clock.tick(10);
    vcd.record({ type: "input", pin: 4, value: 0, at: performance.now() });
    vcd.record({ type: "button", pin: 25, value: 0, at: performance.now() });
    vcd.end();
    assert.deepEqual(changesOf("input4"), [
      { at: 0, value: 1 },
      { at: 100, value: 0 },
    ]);
    assert.deepEqual(changesOf("button25"), changesOf("input4"));
  });

  it("has a wire for the pin and the contact of each gate", () => {
    text = "";
    const gates = [
      { name: "in", pin: 5, gateInput: { pin: 4, shows: "closed" } },
      { name: "out", pin: 18, gateInput: { pin: 33, shows: "open" } },
    ];
    const vcd = new VcdLines(settingsOf({ gates }), date, (part) => {
      text += part;
    });
    clock.tick(10);
    vcd.record({ type: "pin", pin: 18, value: 1, at: performance.now() });
    clock.tick(10);
    vcd.record({ type: "input", pin: 33, value: 0, at: performance.now() });
    vcd.end();
    const lastOf = (name: string) => changesOf(name)?.at(-1);
    assert.deepEqual(lastOf("pin5"), { at: 0, value: 0 });
    assert.deepEqual(lastOf("pin18"), { at: 100, value: 1 });
    assert.deepEqual(lastOf("input4"), { at: 0, value: 0 });
    assert.deepEqual(lastOf("input33"), { at: 200, value: 0 });
  });

  it("gives an edge its own time, not the time of its report", () => {
    const at = performance.now() + 20;
    clock.tick(90);
    lines.record(edge(1, at));
    assert.deepEqual(changesOf("pin5")?.at(-1), { at: 200, value: 1 });
  });

  it("stays readable, and loses no edge, however fast they are", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 5, noNaN: true })), (times) => {
        text = "";
        const vcd = new VcdLines(settingsOf({ pin: 5 }), date, (part) => {
          text += part;
        });
        times.forEach((time, index) => {
          vcd.record(edge(index % 2 === 0 ? 1 : 0, performance.now() + time));
        });
        vcd.end();
        assert.equal(readVcd(text).wires.get("pin5")?.length, times.length + 1);
      }),
    );
  });

  it("is read by sigrok, which PulseView uses, as the same levels", function () {
    skipWithout(this, "sigrok-cli", isInstalled(), "Debian's sigrok-cli");
    record();
    const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
    try {
      const file = join(directory, "box.vcd");
      writeFileSync(file, text);
      const args = ["-I", "vcd", "-i", file, "-C", "pin5", "-O", "csv:header=false"];
      const output = execFileSync("sigrok-cli", args, { encoding: "utf8", maxBuffer: 1 << 24 });
      const levels = output.split("\n").filter((line) => /^[01]$/.test(line));
      const runs = levels.join("").match(/0+|1+/g) ?? [];
      assert.deepEqual(
        runs.map((run) => `${run[0]} × ${run.length}`),
        ["0 × 500", "1 × 5005", "0 × 1000", "1 × 200", "0 × 10300"],
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

function isInstalled(): boolean {
  try {
    execFileSync("which", ["sigrok-cli"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
