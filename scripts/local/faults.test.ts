import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type MqttClient } from "mqtt";
import { projectRoot } from "../../host-sim/project-root.ts";
import { readVcd } from "../../host-sim/vcd.rig.ts";
import { requireEngine } from "../../host-sim/xs/engine.rig.ts";
import { readIdentity } from "../certs/identity.ts";
import { serviceIdentity } from "../certs/paths.ts";
import { ensureCertificates } from "../certs/store.ts";
import { StandIn } from "./local-stand-in.ts";

/** A line of `boom-box sim --json`. */
interface Line {
  readonly type: string;
  readonly [name: string]: unknown;
}

describe("faults on demand", function () {
  this.timeout(90_000);
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  const scenarioFile = join(directory, "scenario.jsonl");
  const vcdFile = join(directory, "box.vcd");
  const children: ChildProcess[] = [];
  let broker: StandIn;
  let watcher: MqttClient;
  /** received from the broker, oldest first */
  let events: Line[];

  before(async () => {
    await ensureCertificates({ directory, things: ["lot-1"] });
    broker = await StandIn.start(directory, 0, () => {});
    const { caPem, chainPem, keyPem } = await readIdentity(directory, serviceIdentity);
    watcher = connect({
      protocol: "mqtts",
      host: "localhost",
      port: broker.port,
      clientId: "service-watcher",
      ca: caPem,
      cert: chainPem,
      key: keyPem,
    });
    await watcher.subscribeAsync("gate/+/event", { qos: 1 });
    watcher.on("message", (_topic, payload) => {
      events.push(JSON.parse(payload.toString()) as Line);
    });
  });
  beforeEach(() => {
    events = [];
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });
  after(async () => {
    await watcher?.endAsync(true);
    await broker?.stop();
    rmSync(directory, { recursive: true });
  });

  /** Runs `boom-box` until it ends by itself. */
  async function run(...args: string[]) {
    const command = join(projectRoot, "scripts", "boom-box.js");
    const child = spawn(process.execPath, [command, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.once("close", resolve)),
    ]);
    return { code, stdout, stderr };
  }

  async function simulate(...args: string[]) {
    const { code, stdout, stderr } = await run(
      ...["sim", "--json", "--certs", directory, "--endpoint", "localhost"],
      ...["--port", String(broker.port), ...args],
    );
    const records = stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Line);
    return { code, records, stderr };
  }

  function scenario(...entries: readonly object[]): string {
    writeFileSync(scenarioFile, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    return scenarioFile;
  }

  for (const engine of ["node", "xs"] as const) {
    describe(`on ${engine}`, () => {
      before(function () {
        if (engine === "xs") requireEngine(this);
      });

      it("sets the pin LOW when power fails during a pulse, and reports `opened` after reboot", async () => {
        const { code, records, stderr } = await simulate(
          ...["--engine", engine, "--pulse-ms", "5000", "--vcd", vcdFile, "--scenario"],
          scenario(
            { wait: "connected" },
            { at: 0, do: "open" },
            { wait: "high" },
            // AWS IoT Core allows a client ID one CONNECT a second, so the box is off for longer.
            { at: 100, fault: "power-cut", forMs: 1_500 },
            { wait: "connected" },
            { at: 1_000, do: "quit" },
          ),
        );
        assert.equal(code, 0, stderr);
        const pin = readVcd(readFileSync(vcdFile, "utf8")).wires.get("pin5");
        const powered = readVcd(readFileSync(vcdFile, "utf8")).wires.get("powered");
        assert.deepEqual(
          [pin, powered].map((wire) => wire?.map(({ value }) => value)),
          [
            [0, 1, 0],
            [1, 0, 1],
          ],
        );
        // The pulse had almost five seconds left: only the power cut can have ended it.
        assert.ok((pin?.[2]?.at ?? 0) <= (powered?.[1]?.at ?? 0));
        const order = records.flatMap(({ type, state, value, fault }) =>
          ["pin", "power", "fault"].includes(type) ? [state ?? value ?? fault] : [],
        );
        assert.deepEqual(order, [1, "power-cut", 0, "off", "on"]);
        const road = ["network", "time", "tls", "mqtt", "connected"];
        assert.deepEqual(
          records.flatMap(({ type, state }) => (type === "connection" ? [state] : [])),
          // The firmware from before the cut logs nothing after it, not even "stopped".
          [...road, ...road, "stopped"],
        );
        assert.deepEqual(
          records.flatMap(({ type, resetReason, state }) =>
            type === "status" && state === "online" ? [resetReason] : [],
          ),
          ["power-on", "power-on"],
        );
        assert.deepEqual(
          events.map(({ outcome, pulseMs, by }) => ({ outcome, pulseMs, by })),
          [{ outcome: "opened", pulseMs: null, by: "the scenario" }],
        );
      });

      it("tells what a contact at the gate proves", async () => {
        const { code, records, stderr } = await simulate(
          ...["--engine", engine, "--contact", "closed", "--travel", "1000", "--vcd", vcdFile],
          "--scenario",
          scenario(
            { wait: "connected" },
            { at: 100, do: "open" },
            { wait: "opened" },
            // By now, the gate has closed again.
            { at: 7_500, fault: "gate-held" },
            { at: 7_500, do: "open" },
            { wait: "did-not-open" },
            { at: 100, fault: "contact-bounce", forMs: 100 },
            { at: 300, do: "quit" },
          ),
        );
        assert.equal(code, 0, stderr);
        assert.deepEqual(
          // On a busy machine, a bouncing contact rests at times: what it shows then is in virtual time.
          records.flatMap(({ type, state }) => (type === "gate" ? [state] : [])).slice(0, 4),
          ["closed", "opening", "not-closed", "closed"],
        );
        assert.deepEqual(events.map(({ outcome, gate }) => outcome ?? gate).slice(0, 3), [
          "opened",
          "opened",
          "did-not-open",
        ]);
        const input = readVcd(readFileSync(vcdFile, "utf8")).wires.get("input4");
        assert.deepEqual(
          [input?.[0], input?.[1], input?.at(-1)].map((change) => change?.value),
          [0, 1, 0],
        );
      });

      it("opens with a button at the box, without a broker", async () => {
        const { code, records, stderr } = await simulate(
          ...["--engine", engine, "--button", "--scenario"],
          scenario(
            { at: 0, fault: "wifi-off" },
            { at: 3_000, fault: "button-press" },
            { wait: "opened" },
            { at: 100, fault: "button-press", forMs: 5_000 },
            { wait: "refused" },
            { at: 0, fault: "wifi-on" },
            { wait: "connected" },
            { at: 1_000, do: "quit" },
          ),
        );
        assert.equal(code, 0, stderr);
        assert.deepEqual(
          events.map(({ outcome, by, at }) => ({ outcome, by, at })),
          ["opened", "refused"].map((outcome) => ({ outcome, by: "button", at: null })),
        );
        const levels = records.flatMap(({ type, value }) => (type === "button" ? [value] : []));
        assert.deepEqual(levels.slice(0, 1), [0]);
      });

      it("recovers from every fault in docs/faults.jsonl", async () => {
        const file = join(projectRoot, "docs", "faults.jsonl");
        const { code, records, stderr } = await simulate("--engine", engine, "--scenario", file);
        assert.equal(code, 0, stderr);
        assert.equal(stderr, "");
        const states = records.filter(({ type }) => type === "connection");
        const index = (state: string) => states.findIndex((record) => record.state === state);
        assert.equal(states[index("backoff")]?.reason, "time: no time server answered");
        assert.ok(index("backoff") < index("tls"), "no connection without the time");
        assert.equal(states.filter(({ state }) => state === "connected").length, 4);
        assert.deepEqual(
          records.flatMap(({ type, state, address }) =>
            type === "status" && state === "online" ? [address] : [],
          ),
          ["127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.2"],
        );
        assert.deepEqual(
          records.filter(({ type }) => type === "pin").map(({ value }) => value),
          [1, 0],
        );
        assert.deepEqual(
          events.map(({ outcome, reason }) => [outcome, reason]),
          [
            ["opened", null],
            ["refused", "expired"],
          ],
        );
      });
    });
  }

  it("stops and restarts the stand-in in `start`, and writes the pin's edges to a VCD file", async () => {
    const file = scenario(
      { wait: "connected" },
      { at: 0, fault: "broker-down" },
      { wait: "backoff" },
      { at: 100, fault: "broker-up" },
      { wait: "connected" },
      { at: 0, do: "open" },
      { wait: "opened" },
      { at: 0, do: "quit" },
    );
    const own = mkdtempSync(join(tmpdir(), "boom-box-"));
    try {
      const { code, stdout, stderr } = await run(
        ...["start", "--certs", own, "--scenario", file, "--vcd", vcdFile],
      );
      assert.equal(code, 0, stderr);
      assert.match(stdout, /fault {7}the broker is down\n.*connection {2}backoff/);
      assert.match(stdout, /event {7}opened, \d+ ms for the terminal\n/);
    } finally {
      rmSync(own, { recursive: true });
    }
    const { wires } = readVcd(readFileSync(vcdFile, "utf8"));
    assert.deepEqual(
      ["pin5", "connected"].map((name) => wires.get(name)?.map(({ value }) => value)),
      [
        [0, 1, 0],
        [0, 1, 0, 1, 0],
      ],
    );
  });

  it("exits with 1 when a wait times out, and names its line", async () => {
    const { code, stderr, records } = await simulate(
      "--scenario",
      scenario({ at: 0, fault: "wifi-off" }, { wait: "connected", withinMs: 500 }),
    );
    assert.equal(code, 1);
    assert.match(stderr, /scenario\.jsonl, line 2: connected did not come within 500 ms\n$/);
    assert.deepEqual([records[0]?.type, records[0]?.fault], ["fault", "wifi-off"]);
    assert.equal(records.at(-1)?.state, "stopped");
  });

  it("starts nothing when the scenario is invalid: one line for each problem, exit code 2", async () => {
    const file = scenario({ at: 0, fault: "flood" }, { wait: "connected" }, { at: -1, do: "quit" });
    const { code, stderr, records } = await simulate("--scenario", file, "--vcd", "/none/box.vcd");
    assert.deepEqual([code, records], [2, []]);
    assert.match(
      stderr,
      /^boom-box: .*scenario\.jsonl is not a valid scenario.*\n {2}line 1: "flood" /,
    );
    assert.match(stderr, /\n {2}line 3: at of quit must be a whole number, 0–86400000: -1\n$/);
  });

  it("starts nothing when the VCD file cannot be written", async () => {
    const { code, stderr, records } = await simulate("--vcd", join(directory, "none", "box.vcd"));
    assert.deepEqual([code, records], [2, []]);
    assert.match(stderr, /box\.vcd \(--vcd\) cannot be written: .*ENOENT/);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });
});

async function text(stream: AsyncIterable<unknown> | null): Promise<string> {
  let all = "";
  for await (const part of stream ?? []) all += String(part);
  return all;
}
