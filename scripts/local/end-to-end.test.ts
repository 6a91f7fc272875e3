import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../host-sim/free-port.rig.ts";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import { requireEngine } from "../../host-sim/xs/engine.rig.ts";
import { identityFiles } from "../certs/paths.ts";
import { ensureCertificates } from "../certs/store.ts";

/** A line of `boom-box sim --json`. */
interface Line {
  readonly at: number;
  readonly type: string;
  readonly [name: string]: unknown;
}

const command = join(projectRoot, "scripts", "boom-box.js");
const children: ChildProcess[] = [];

/** A program whose output lines can be waited for. */
class Program {
  readonly lines: string[] = [];
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  stderr = "";
  #watchers: (() => void)[] = [];

  constructor(file: string, args: readonly string[]) {
    this.child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    children.push(this.child);
    let rest = "";
    this.child.stdout?.on("data", (bytes: Buffer) => {
      const parts = `${rest}${bytes}`.split("\n");
      rest = parts.pop() ?? "";
      this.lines.push(...parts);
      for (const watcher of this.#watchers) watcher();
    });
    this.child.stderr?.on("data", (bytes: Buffer) => {
      this.stderr += String(bytes);
    });
    this.exited = new Promise((resolve) => this.child.on("close", (code) => resolve(code)));
  }

  get records(): Line[] {
    return this.lines.map((line) => JSON.parse(line) as Line);
  }

  /** Resolves with the first line that matches, printed already or later. */
  async line(isWanted: (line: string) => boolean, what: string, timeoutMs = 8_000) {
    return new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = this.lines.find(isWanted);
        if (found === undefined) return;
        clearTimeout(timeout);
        this.#watchers = this.#watchers.filter((watcher) => watcher !== look);
        resolve(found);
      };
      const timeout = setTimeout(
        () => reject(new Error(`no ${what}:\n${this.lines.join("\n")}\n${this.stderr}`)),
        timeoutMs,
      );
      this.#watchers.push(look);
      look();
    });
  }

  async record(fields: Record<string, unknown>, count = 1): Promise<Line> {
    const fits = (line: string) => {
      const record = JSON.parse(line) as Line;
      return Object.entries(fields).every(([name, value]) => record[name] === value);
    };
    const isWanted = () => this.lines.filter(fits).length >= count;
    await this.line(isWanted, JSON.stringify(fields));
    return JSON.parse(this.lines.filter(fits)[count - 1] ?? "null") as Line;
  }
}

const boomBox = (...args: string[]) => new Program(process.execPath, [command, ...args]);

/** Polls until the condition holds; fails after eight seconds. */
async function until(holds: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 160; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`no ${what}`);
}

/**
 * A pulse of 500 ms is never too short, except that both edges may be rounded. The cap bounds how
 * long it lasts on a busy machine.
 */
function assertPulse(width: number): void {
  assert.ok(width >= 499 && width <= 1_500, `the pulse lasted ${width} ms`);
}

function isInstalled(program: string): boolean {
  try {
    execFileSync("which", [program], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("end to end", function () {
  this.timeout(30_000);
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  const files = (name: string) => identityFiles(directory, name);
  const caPem = files("ca").certificatePem;

  before(() => ensureCertificates({ directory, things: ["lot-1"] }));
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });
  after(() => rmSync(directory, { recursive: true }));

  for (const engine of ["node", "xs"] as const) {
    describe(`on ${engine}, against a real Mosquitto with mutual TLS`, () => {
      let port: number;
      let broker: Program;

      before(function () {
        const isThere = isInstalled("mosquitto") && isInstalled("mosquitto_pub");
        skipWithout(this, "mosquitto", isThere, "Debian's mosquitto and mosquitto-clients");
        if (engine === "xs") requireEngine(this);
      });

      async function startBroker(): Promise<void> {
        const file = join(directory, "mosquitto.conf");
        writeFileSync(
          file,
          [
            `listener ${port} 127.0.0.1`,
            `cafile ${caPem}`,
            `certfile ${files("server").certificatePem}`,
            `keyfile ${files("server").keyPem}`,
            "require_certificate true",
            "use_identity_as_username true",
            "allow_anonymous false",
            // When root starts it, Mosquitto drops to a user that cannot read the keys.
            ...(process.getuid?.() === 0 ? ["user root"] : []),
          ].join("\n"),
        );
        broker = new Program("mosquitto", ["-c", file, "-v"]);
        await until(() => broker.stderr.includes("running"), "running broker");
      }

      beforeEach(async () => {
        port = await freePort();
        await startBroker();
      });

      const client = (name: string) => [
        ...["-h", "localhost", "-p", String(port), "--cafile", caPem],
        ...["--cert", files(name).certificatePem, "--key", files(name).keyPem],
      ];
      const publish = (...args: string[]) =>
        execFileSync("mosquitto_pub", [...client("service"), "-q", "1", ...args]);
      const simulate = (...args: string[]) =>
        boomBox(
          ...["sim", "--endpoint", "localhost", "--port", String(port), "--thing", "lot-1"],
          ...["--ca", caPem, "--cert", files("lot-1").certificatePem],
          ...["--key", files("lot-1").keyPem, "--json", "--engine", engine, ...args],
        );
      const statusOf = () =>
        JSON.parse(
          execFileSync("mosquitto_sub", [
            ...client("service"),
            ...["-t", "gate/lot-1/status", "-C", "1", "-W", "5"],
          ]).toString(),
        ) as { state: string };

      it("opens once for 500 ms, reports one event, and publishes online and offline", async () => {
        const box = simulate();
        await box.record({ type: "connection", state: "connected" });
        const events = new Program("mosquitto_sub", [
          ...client("service"),
          ...["-i", "watcher", "-t", "gate/lot-1/event", "-q", "1", "-v"],
        ]);
        await until(() => broker.stderr.includes("Sending SUBACK to watcher"), "subscription");
        publish("-t", "gate/lot-1/command", "-m", "open");
        await box.record({ type: "event", outcome: "opened" });
        const event = await events.line((line) => line.startsWith("gate/"), "event");
        assert.equal(JSON.parse(event.slice(event.indexOf("{"))).outcome, "opened");
        assert.equal(statusOf().state, "online");

        box.child.kill("SIGKILL");
        await box.exited;
        await until(() => statusOf().state === "offline", "offline by the will");

        const edges = box.records.filter(({ type }) => type === "pin");
        assert.deepEqual(
          edges.map(({ value, pin }) => ({ value, pin })),
          [
            { value: 1, pin: 5 },
            { value: 0, pin: 5 },
          ],
        );
        const [rise, fall] = edges;
        assert.ok(rise && fall);
        const width = fall.at - rise.at;
        assertPulse(width);
        assert.equal(box.records.filter(({ type }) => type === "event").length, 1);
        assert.equal(events.lines.length, 1);
      });

      it("refuses a retained command, and reconnects after a broker restart", async () => {
        publish("-t", "gate/lot-1/command", "-m", "open", "-r");
        const box = simulate();
        const event = await box.record({ type: "event" });
        assert.equal(event.reason, "retained");

        broker.child.kill("SIGTERM");
        await broker.exited;
        await box.record({ type: "connection", state: "backoff" });
        await startBroker();
        await box.record({ type: "connection", state: "connected" }, 2);
        assert.deepEqual(
          box.records.filter(({ type }) => type === "pin"),
          [],
        );
      });

      it("stops with the pin LOW, the status offline, and exit code 0", async () => {
        const box = simulate("--pulse-ms", "5000");
        await box.record({ type: "connection", state: "connected" });
        publish("-t", "gate/lot-1/command", "-m", "open");
        await box.record({ type: "pin", value: 1 });
        box.child.kill("SIGTERM");
        assert.equal(await box.exited, 0);
        const last = box.records.filter(({ type }) => type === "pin").at(-1);
        assert.equal(last?.value, 0);
        assert.equal(statusOf().state, "offline");
        // Mosquitto may write its log a little later.
        await until(() => broker.stderr.includes("Received DISCONNECT from lot-1"), "DISCONNECT");
      });
    });
  }

  it("starts, opens with `boom-box open`, and refuses the next command within the cooldown", async () => {
    const port = await freePort();
    const system = boomBox("start", "--certs", directory, "--port", String(port));
    await system.line((line) => line.includes("listening at"), "listening line");
    await system.line((line) => line.includes("online"), "status");
    const first = boomBox("open", "--certs", directory, "--by", "Alice");
    assert.equal(await first.exited, 0, first.stderr);
    const [, width] = /^opened: lot-1 held the button for (\d+) ms$/.exec(first.lines.join()) ?? [];
    assertPulse(Number(width));
    const second = boomBox("open", "--certs", directory, "--json");
    assert.equal(await second.exited, 1);
    const report = JSON.parse(second.lines.join()) as { reason: string };
    assert.equal(report.reason, "cooldown");
    system.child.kill("SIGINT");
    assert.equal(await system.exited, 0);
    assert.ok(system.lines.some((line) => line.includes("for Alice")));
  });

  it("keeps the first of two in one folder, and finds it from doctor and open", async () => {
    const shared = ["--certs", directory];
    const system = boomBox("start", ...shared, "--no-web", "--port", String(await freePort()));
    await system.line((line) => line.includes("online"), "status");
    for (const [args, problem] of [
      [["start"], /^boom-box: lot-1 already runs here/],
      [["sim"], /^boom-box: lot-1 already runs here/],
      [["start", "--thing", "lot-2"], /^boom-box: a stand-in already runs with these certificates/],
    ] as const) {
      const second = boomBox(...args, ...shared);
      assert.equal(await second.exited, 2);
      assert.match(second.stderr, problem);
    }
    const doctor = boomBox("doctor", ...shared, "--no-board");
    assert.equal(await doctor.exited, 0, doctor.lines.join("\n"));
    assert.match(doctor.lines.join("\n"), /box +online: its settings, certificate and policy work/);
    const open = boomBox("open", ...shared);
    open.child.stdout?.destroy();
    assert.equal(await open.exited, 0, "the gate opened, although nobody reads the output");
    await system.line((line) => line.includes("opened, "), "event");
    system.child.kill("SIGHUP");
    assert.equal(await system.exited, 0);
    assert.match(system.lines.join("\n"), /status +offline/);
  });

  it("provisions six boxes at the same moment", async () => {
    const fresh = mkdtempSync(join(tmpdir(), "boom-box-"));
    try {
      const runs = Array.from({ length: 6 }, (_, i) =>
        boomBox("provision", "--local", "--thing", `lot-${i}`, "--certs", fresh),
      );
      for (const run of runs) assert.equal(await run.exited, 0, run.stderr);
    } finally {
      rmSync(fresh, { recursive: true });
    }
  }).timeout(60_000);

  it("works without an AWS account: provision --local, sim, open", async () => {
    const fresh = mkdtempSync(join(tmpdir(), "boom-box-"));
    try {
      const made = boomBox("provision", "--local", "--thing", "lot-1", "--certs", fresh);
      assert.equal(await made.exited, 0, made.stderr);
      const box = boomBox("sim", "--thing", "lot-1", "--certs", fresh);
      await box.line((line) => line.startsWith("no stand-in was running"), "stand-in");
      await box.line((line) => line.includes("online"), "status");
      const open = boomBox("open", "--thing", "lot-1", "--certs", fresh);
      assert.equal(await open.exited, 0, open.stderr);
      box.child.kill("SIGINT");
      assert.equal(await box.exited, 0);
      const later = boomBox("open", "--thing", "lot-1", "--certs", fresh);
      assert.equal(await later.exited, 2);
      assert.match(later.stderr, /no stand-in is running/);
    } finally {
      rmSync(fresh, { recursive: true });
    }
  });

  it("claims without an AWS account: fleet --local, claim, sim, open", async () => {
    const fresh = mkdtempSync(join(tmpdir(), "boom-box-"));
    try {
      for (const args of [
        ["fleet", "--local"],
        ["claim", "--thing", "lot-7"],
      ]) {
        const made = boomBox(...args, "--certs", fresh);
        assert.equal(await made.exited, 0, made.stderr);
      }
      const box = boomBox("sim", "--thing", "lot-7", "--certs", fresh);
      await box.line((line) => /^ +[\d.]+ {2}claim +provisioned$/.test(line), "claim");
      await box.line((line) => line.includes("online"), "status");
      const open = boomBox("open", "--thing", "lot-7", "--certs", fresh);
      assert.equal(await open.exited, 0, open.stderr);
      box.child.kill("SIGINT");
      assert.equal(await box.exited, 0);
    } finally {
      rmSync(fresh, { recursive: true });
    }
  });

  it("uses another port when its own is in use", async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, "127.0.0.1", () => {
        const address = taken.address();
        assert.ok(typeof address === "object" && address !== null);
        resolve(address.port);
      }),
    );
    try {
      const system = boomBox("start", "--certs", directory, "--port", String(port));
      await system.line((line) => line.includes("online"), "status");
      const open = boomBox("open", "--certs", directory);
      assert.equal(await open.exited, 0, open.stderr);
    } finally {
      taken.close();
    }
  });

  describe("on a user's mistake", () => {
    const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
      ["no such certificate", ["sim", "--endpoint", "x.test", "--cert", "/none"], /--cert.*\/none/],
      ["no stand-in", ["open"], /no stand-in is running.*npm start/],
      ["a pulse of 0 ms", ["sim", "--pulse-ms", "0"], /20–5000 ms/],
      ["an unknown flag", ["sim", "--colour", "red"], /unknown option '--colour'/],
      ["an unknown command", ["close"], /unknown command/],
      ["a URL as endpoint", ["open", "--endpoint", "https://x"], /without https/],
      ["no broker there", ["open", "--endpoint", "localhost", "--port", "1"], /no connection to/],
    ];
    for (const [name, args, message] of wrong) {
      it(`${name}: says what to do, exits with 2, prints no stack`, async () => {
        const run = boomBox(...args, ...(args[0] === "close" ? [] : ["--certs", directory]));
        assert.equal(await run.exited, 2);
        assert.match(run.stderr, message);
        assert.doesNotMatch(run.stderr, /\n\s+at /);
      });
    }
  });
});
