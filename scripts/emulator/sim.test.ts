import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../../host-sim/project-root.ts";
import { skipWithoutEmulatedChip } from "./emulated-chip.rig.ts";

interface Line {
  readonly at: number;
  readonly type: string;
  readonly [name: string]: unknown;
}

const run = promisify(execFile);
const command = join(projectRoot, "scripts", "boom-box.js");

/** Runs a scenario on the emulated chip. Returns the printed lines. */
async function simulate(scenario: readonly object[], ...flags: string[]): Promise<Line[]> {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-chip-"));
  const file = join(directory, "scenario.jsonl");
  writeFileSync(file, scenario.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  try {
    const args = [command, "sim", "--engine", "esp32", "--json", "--scenario", file, ...flags];
    const { stdout } = await run(process.execPath, args, { timeout: 150_000 });
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe("the built image on an emulated ESP32", function () {
  this.timeout(160_000);

  before(async function () {
    await skipWithoutEmulatedChip(this);
  });

  it("connects, holds pin 5 HIGH for half a second on open, and reports it", async () => {
    const lines = await simulate([
      { wait: "connected", withinMs: 90_000 },
      { at: 500, do: "open" },
      { wait: "opened", withinMs: 20_000 },
      { at: 100, do: "quit" },
    ]);
    const states = lines.filter(({ type }) => type === "connection").map(({ state }) => state);
    assert.deepEqual(states, ["network", "time", "tls", "mqtt", "connected"]);
    const [rise, fall, ...others] = lines.filter(({ type }) => type === "pin");
    assert.ok(rise !== undefined && fall !== undefined);
    assert.deepEqual([rise.value, fall.value, others.length], [1, 0, 0]);
    assert.ok(Math.abs(fall.at - rise.at - 500) <= 2, `HIGH for ${fall.at - rise.at} ms`);
    const event = lines.find(({ type }) => type === "event");
    assert.deepEqual([event?.outcome, event?.pulseMs], ["opened", 500]);
  });

  it("opens each of two gates with its own pulse, also at the same time", async () => {
    const lines = await simulate(
      [
        { wait: "connected", withinMs: 90_000 },
        { at: 500, do: "open", gate: "out" },
        { at: 500, do: "open", gate: "in" },
        { wait: "opened", withinMs: 20_000 },
        { at: 3_000, do: "quit" },
      ],
      "--gates",
      "in,out",
    );
    for (const [pin, gateName] of [
      [5, "in"],
      [18, "out"],
    ] as const) {
      const [rise, fall, ...others] = lines.filter(
        (line) => line.type === "pin" && line.pin === pin,
      );
      assert.deepEqual([rise?.value, fall?.value, others.length], [1, 0, 0]);
      const highMs = Number(fall?.at) - Number(rise?.at);
      assert.ok(Math.abs(highMs - 500) <= 2, `pin ${pin} was HIGH for ${highMs} ms`);
      const event = lines.find((line) => line.type === "event" && line.gateName === gateName);
      assert.deepEqual([event?.outcome, event?.pulseMs], ["opened", 500]);
    }
  });

  it("is LOW when power fails during a pulse, and reconnects", async () => {
    const lines = await simulate([
      { wait: "connected", withinMs: 90_000 },
      { at: 500, do: "open" },
      { wait: "high", withinMs: 10_000 },
      { at: 100, fault: "power-cut", forMs: 500 },
      { wait: "connected", withinMs: 90_000 },
      { at: 1_000, do: "quit" },
    ]);
    const [rise, fall, ...others] = lines.filter(({ type }) => type === "pin");
    assert.deepEqual([rise?.value, fall?.value, others.length], [1, 0, 0]);
    assert.ok(Number(fall?.at) - Number(rise?.at) < 500);
  });
});
