import assert from "node:assert/strict";
import sinon from "sinon";
import type { SimulatedBoxRecord } from "../simulated-box.ts";
import { parseScript } from "./script.ts";
import { type ScriptEnd, ScriptRun } from "./script-run.ts";

const connected: SimulatedBoxRecord = { type: "connection", state: "connected", reason: null };
const edge = (value: 0 | 1): SimulatedBoxRecord => ({ type: "pin", pin: 5, value, at: 0 });

describe("ScriptRun", () => {
  let clock: sinon.SinonFakeTimers;
  let done: string[];
  let onFault: () => void;
  let run: ScriptRun;
  let end: ScriptEnd | undefined;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    done = [];
    onFault = () => {};
    end = undefined;
  });
  afterEach(() => clock.restore());

  function start(...entries: readonly object[]): void {
    const result = parseScript(entries.map((entry) => JSON.stringify(entry)).join("\n"));
    assert.ok(result.type === "script");
    run = new ScriptRun(result.entries, {
      fault: ({ fault }) => {
        done.push(`${clock.now} ${fault}`);
        onFault();
      },
      open: () => done.push(`${clock.now} open`),
    });
    void run.ended.then((how) => {
      end = how;
    });
    run.start();
  }

  it("runs each entry at its time, faults at 0 before the box starts, and reports the end", async () => {
    start(
      { at: 0, fault: "ntp-blocked" },
      { at: 0, fault: "wifi-off" },
      { at: 100, fault: "wifi-on" },
      { at: 150, do: "open" },
      { at: 300, fault: "power-cut" },
    );
    assert.deepEqual(done, ["0 ntp-blocked", "0 wifi-off"]);
    await clock.tickAsync(299);
    assert.deepEqual(done.slice(2), ["100 wifi-on", "150 open"]);
    assert.equal(end, undefined);
    await clock.tickAsync(1);
    assert.deepEqual(done.slice(4), ["300 power-cut"]);
    assert.deepEqual(end, { type: "done" });
  });

  it("counts from the end of a wait, and does nothing within the box's own call", async () => {
    start({ wait: "connected" }, { at: 0, do: "open" }, { at: 50, do: "quit" });
    await clock.tickAsync(1_000);
    run.onRecord({ type: "connection", state: "tls", reason: null });
    run.onRecord(connected);
    assert.deepEqual(done, []);
    await clock.tickAsync(49);
    assert.deepEqual(done, ["1000 open"]);
    await clock.tickAsync(1);
    assert.deepEqual(end, { type: "quit" });
  });

  it("sees records from the entry before a wait on, and no earlier ones", async () => {
    onFault = () => run.onRecord(edge(0));
    start({ at: 10, fault: "power-cut" }, { wait: "low" }, { wait: "connected" });
    run.onRecord(edge(0));
    run.onRecord(connected);
    await clock.tickAsync(10);
    assert.equal(end, undefined);
    run.onRecord(connected);
    await clock.tickAsync(0);
    assert.deepEqual(end, { type: "done" });
  });

  it("fails with the line whose wait timed out, and runs no further entries", async () => {
    start({ wait: "connected" }, { wait: "high", withinMs: 100 }, { at: 0, do: "open" });
    run.onRecord(connected);
    run.onRecord(edge(0));
    await clock.tickAsync(100);
    assert.deepEqual(end, {
      type: "failed",
      line: 2,
      problem: "high did not come within 100 ms",
    });
    run.onRecord(edge(1));
    await clock.tickAsync(1_000);
    assert.deepEqual(done, []);
  });

  it("does nothing after it is stopped", async () => {
    start({ at: 10, fault: "wifi-off" }, { at: 20, fault: "wifi-on" }, { wait: "connected" });
    await clock.tickAsync(10);
    run.stop();
    await clock.tickAsync(1_000);
    run.onRecord(connected);
    assert.deepEqual(done, ["10 wifi-off"]);
    assert.equal(clock.countTimers(), 0);
    assert.equal(end, undefined);
  });
});
