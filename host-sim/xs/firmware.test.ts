import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { parseSettings } from "../../device/config.ts";
import type { FirmwareRecord } from "../../device/firmware.ts";
import { createNodeDevice, type NodeDevice } from "../hardware/device.ts";
import { requireEngine } from "./engine.rig.ts";
import type { EngineError } from "./engine.ts";
import { XsFirmware } from "./firmware.ts";

/** A minimal firmware, with the given actions at start and at stop. */
const program = (onStart: string, onStop = "") => `
const call = (...message) =>
  issueCommand(new TextEncoder().encode(JSON.stringify(message)).buffer);
const state = (state) => call("record", { type: "connection", state, reason: null });
globalThis.handleCommand = (message) => {
  const [name] = JSON.parse(new TextDecoder().decode(message));
  if (name === "start") { state("network"); ${onStart} }
  if (name === "stop") { ${onStop} }
};
`;

/** Whichever comes first on this machine: the host's timeout, or the engine's own limit. */
const hung = /^the XS engine (did not answer within 400 ms|ended \(computation limit exceeded\))$/;

describe("the firmware on XS, from the host's side", function () {
  this.timeout(20_000);
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  let binary: string;

  before(function () {
    binary = requireEngine(this);
  });
  after(() => rmSync(directory, { recursive: true }));

  /** @param pulseCapMs as short as the test needs; settings have a limit */
  function run(source: string, { answerTimeoutMs = 5_000, pulseCapMs = 100 } = {}) {
    const file = join(directory, "program.js");
    writeFileSync(file, source);
    const result = parseSettings({ thingName: "lot-1", endpoint: "localhost" });
    assert.ok(result.type === "settings");
    const device: NodeDevice = createNodeDevice({
      pin: 5,
      identity: { secureContext: createSecureContext({}) },
    });
    const records: FirmwareRecord[] = [];
    let onFailed: (error: EngineError) => void = () => {};
    const failed = new Promise<EngineError>((resolve) => {
      onFailed = resolve;
    });
    const firmware = new XsFirmware(
      {
        device,
        settings: { ...result.settings, pulseCapMs },
        firmware: "test",
        onRecord: (record) => records.push(record),
      },
      { binary, modules: [file], answerTimeoutMs, onFailed },
    );
    firmware.start();
    const edges = () => device.gatePin.edges.map(({ value }) => value);
    const stopped = () => new Promise<void>((resolve) => firmware.stop(resolve));
    return { firmware, device, failed, edges, records, stopped };
  }

  for (const [what, source, message] of [
    ["throws", program(`call("writePin", 0, 1); throw new Error("bug");`), /^on XS: Error: bug$/],
    ["hangs", program(`call("writePin", 0, 1); for (;;);`), hung],
    [
      "runs out of stack",
      program(`call("writePin", 0, 1); (function f() { f(); })();`),
      /^the XS engine ended \(stack overflow\)$/,
    ],
    ["cannot be loaded", "nonsense nonsense", /^on XS: SyntaxError/],
  ] as const) {
    it(`writes LOW and reports in one line that it ${what}`, async () => {
      const { failed, edges, device } = run(source, { answerTimeoutMs: 400, pulseCapMs: 10_000 });
      const error = await failed;
      assert.match(error.message, message);
      assert.equal(device.gatePin.value, 0);
      if (what !== "cannot be loaded") assert.deepEqual(edges(), [1, 0]);
    });
  }

  it("writes LOW by a cap on this side, before a hang is detected", async () => {
    const { device, failed, edges } = run(program(`call("writePin", 0, 1); for (;;);`), {
      answerTimeoutMs: 2_000,
    });
    await new Promise<void>((resolve) => {
      device.gatePin.onEdge = ({ value }) => {
        if (value === 0) resolve();
      };
    });
    let hasFailed = false;
    void failed.then(() => {
      hasFailed = true;
    });
    await Promise.resolve();
    assert.equal(hasFailed, false);
    assert.deepEqual(edges(), [1, 0]);
    await failed;
  });

  it("writes LOW at once on stop, and stops when the firmware has stopped", async () => {
    const { device, edges, records, stopped, firmware } = run(
      program(`call("writePin", 0, 1);`, `state("stopped");`),
      { pulseCapMs: 10_000 },
    );
    await new Promise<void>((resolve) => {
      device.gatePin.onEdge = () => resolve();
    });
    device.gatePin.onEdge = undefined;
    const done = stopped();
    assert.deepEqual(edges(), [1, 0]);
    await done;
    assert.equal(firmware.connectionState, "stopped");
    assert.equal(records.at(-1)?.type, "connection");
  });

  it("calls back no more after a power cut during its work", async () => {
    let isOver = false;
    const { device, edges, failed, firmware } = run(
      program(`call("writePin", 0, 1); for (;;) call("writePin", 0, 1);`),
      { pulseCapMs: 10_000 },
    );
    await new Promise<void>((resolve) => {
      device.gatePin.onEdge = () => resolve();
    });
    device.gatePin.onEdge = undefined;
    firmware.powerOff();
    void failed.then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(edges(), [1, 0]);
    assert.equal(isOver, false);
  });

  it("calls back no more after a power cut while loading", async () => {
    const { edges, firmware, failed } = run(program(`call("writePin", 0, 1);`));
    firmware.powerOff();
    let isOver = false;
    void failed.then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual([edges(), isOver], [[], false]);
  });

  it("stops even before it is loaded", async () => {
    const { stopped, edges } = run(program("", `state("stopped");`));
    await stopped();
    assert.deepEqual(edges(), []);
  });

  it("reports that it hangs during stop", async () => {
    const { firmware, failed } = run(program("", "for (;;);"), { answerTimeoutMs: 400 });
    firmware.stop();
    assert.match((await failed).message, hung);
  });
});
