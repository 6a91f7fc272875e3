import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleForEngine, simulatorProgram } from "../xs/bundle/for-engine.ts";
import { requireEngine } from "../xs/engine.rig.ts";
import { XsFirmware } from "../xs/firmware.ts";
import { makeRing, type Ring } from "./advisor.rig.ts";
import type { AnyCase } from "./case.ts";
import { allCases } from "./cases/all.ts";
import type { Outcome } from "./run.ts";

/** Everything passes, except that Node refuses an expired certificate without an alert. */
function assertPassed(outcomes: readonly Outcome[], cases: readonly AnyCase[]): void {
  assert.deepEqual(
    outcomes.map((outcome) => outcome.case.name),
    cases.map(({ name }) => name),
  );
  for (const outcome of outcomes) {
    if (outcome.type === "not applicable") continue;
    const { result, why } = outcome.verdict;
    const isExpired = outcome.case.name === "tls-expired-certificate";
    assert.equal(result, isExpired ? "pass with warnings" : "pass", `${outcome.case.name}: ${why}`);
  }
}

describe("the advisor, against the firmware", function () {
  this.timeout(120_000);
  let ring: Ring;

  afterEach(() => ring.close());

  it("on Node: all cases", async () => {
    ring = await makeRing(1_000);
    assertPassed(await ring.runBox(allCases), allCases);
  });

  it("on XS: all but the long ones", async function () {
    const binary = requireEngine(this);
    const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
    try {
      const built = await bundleForEngine(directory, simulatorProgram);
      const modules = built.map(({ file }) => file);
      const long = ["backoff-no-connack", "backoff-unstable-connection", "long-duration"];
      const cases = allCases.filter(({ name }) => !long.includes(name));
      ring = await makeRing(100, 60);
      const outcomes = await ring.runBox(
        cases,
        (agent, onFailed) => new XsFirmware(agent, { binary, modules, onFailed }),
      );
      assertPassed(outcomes, cases);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("fails every case in which the pin moves, whatever the broker saw", async () => {
    ring = await makeRing(1_000);
    const cases = allCases.filter(({ name }) => name === "mqtt-subscribe");
    const [outcome] = await ring.runBox(cases, ({ device, onRecord }) => ({
      connectionState: "connected",
      start() {
        device.gatePin.write(1);
        const socket = device.connect({
          host: "localhost",
          port: ring.port,
          onReadable() {},
          onWritable: () => socket.close(),
          onError() {},
        });
      },
      stop(onStopped) {
        onRecord?.({ type: "connection", state: "stopped", reason: null });
        onStopped?.();
      },
    }));
    assert.ok(outcome?.type === "judged");
    assert.deepEqual(outcome.verdict, { result: "fail", why: "pin 5 moved, edges: 1" });
  });
});
