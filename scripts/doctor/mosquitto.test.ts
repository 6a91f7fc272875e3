import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { createAuthority } from "../../host-sim/pki/authority.ts";
import { identityFiles } from "../certs/paths.ts";
import { lineOf } from "./command.ts";
import { Bench, thing } from "./examination.rig.ts";

/** The ACL rules for a box and the service, from device/README.md. */
const rules = [
  ...["user service", "topic readwrite gate/#"],
  ...[
    "pattern read gate/%u/command",
    "pattern write gate/%u/event",
    "pattern write gate/%u/status",
  ],
];

describe("boom-box doctor, against a real Mosquitto with mutual TLS", function () {
  this.timeout(30_000);
  let bench: Bench;
  let broker: ChildProcess | undefined;

  before(async function () {
    skipWithout(this, "mosquitto", isInstalled(), "Debian's mosquitto and mosquitto-clients");
    bench = await Bench.build();
  });
  beforeEach(() => bench.tidy());
  afterEach(async () => {
    if (broker?.exitCode === null) {
      broker.kill("SIGKILL");
      await once(broker, "close");
    }
    await bench.clear();
  });
  after(() => bench?.remove());

  function isInstalled(): boolean {
    try {
      execFileSync("mosquitto", ["-h"], { stdio: "ignore" });
      return true;
    } catch (error) {
      // It prints its help and exits with 3.
      return error instanceof Error && "status" in error && error.status !== null;
    }
  }

  async function startMosquitto(acl: readonly string[], cafile?: string): Promise<void> {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    bench.port = (probe.address() as AddressInfo).port;
    probe.close();
    await once(probe, "close");
    const aclFile = join(bench.certs, "acl");
    writeFileSync(aclFile, `${acl.join("\n")}\n`, { mode: 0o600 });
    const server = identityFiles(bench.certs, "server");
    const file = join(bench.certs, "mosquitto.conf");
    const lines = [
      `listener ${bench.port} 127.0.0.1`,
      `cafile ${cafile ?? identityFiles(bench.certs, "ca").certificatePem}`,
      `certfile ${server.certificatePem}`,
      `keyfile ${server.keyPem}`,
      ...["require_certificate true", "use_identity_as_username true", "allow_anonymous false"],
      `acl_file ${aclFile}`,
      // When root starts it, Mosquitto drops to a user that cannot read the keys.
      ...(process.getuid?.() === 0 ? ["user root"] : []),
    ];
    writeFileSync(file, lines.join("\n"));
    const child = spawn("mosquitto", ["-c", file, "-v"], { stdio: ["ignore", "ignore", "pipe"] });
    broker = child;
    let log = "";
    await new Promise<void>((resolve, reject) => {
      child.stderr.on("data", (bytes: Buffer) => {
        log += String(bytes);
        if (log.includes("running")) resolve();
      });
      child.on("close", () => reject(new Error(log)));
    });
    bench.writeSettings();
  }

  const failures = async () => {
    const findings = await bench.examine({ withBoard: false });
    const wrong = findings.filter(({ verdict }) => verdict === "failed");
    return { findings, wrong: wrong.map(({ check, cause }) => `${check}: ${cause}`) };
  };

  it("finds no fault in a correct setup, and reports that the box was never online", async () => {
    await startMosquitto(rules);
    bench.allow({ deliveryMs: 1_000 });
    const { findings } = await failures();
    const rest = findings.filter(({ verdict }) => verdict !== "ok");
    assert.deepEqual(rest.map(lineOf), []);
    assert.match(findings.map(lineOf).join("\n"), /box +never published a status/);
    assert.match(findings.map(lineOf).join("\n"), /PUBACK, and the service received the event/);
  });

  it("reports certificate-refused when the broker's CA file lacks the CA", async () => {
    const other = join(bench.certs, "other-ca.pem");
    writeFileSync(other, (await createAuthority()).certificatePem);
    await startMosquitto(rules, other);
    assert.deepEqual((await failures()).wrong, ["tls: certificate-refused"]);
  });

  it("reports publish-denied when the broker acknowledges the event but drops it", async () => {
    await startMosquitto(rules.filter((rule) => !rule.endsWith("/event")));
    bench.allow({ deliveryMs: 1_000 });
    assert.deepEqual((await failures()).wrong, ["publish: publish-denied"]);
  });

  it("does not disconnect a box that is online, except with --take-over", async () => {
    await startMosquitto(rules);
    const box = await connectAsBox();
    await box.publishAsync(
      `gate/${thing}/status`,
      JSON.stringify({ state: "online", uptimeMs: 60_000, connections: 1 }),
      {
        qos: 1,
        retain: true,
      },
    );
    let drops = 0;
    box.on("close", () => {
      drops += 1;
    });
    const { findings, wrong } = await failures();
    assert.deepEqual([wrong, drops], [[], 0]);
    const connect = findings.find(({ check }) => check === "connect");
    assert.equal(connect?.verdict, "skipped");
    assert.match(connect.found, /--take-over/);

    await bench.examine({ withBoard: false, takeOver: true });
    assert.equal(drops, 1);
  });

  it("warns of a retained command", async () => {
    await startMosquitto([...rules, "user lot-1", "topic write gate/lot-1/command"]);
    bench.allow({ deliveryMs: 1_000, watchMs: 1_000 });
    const box = await connectAsBox();
    await box.publishAsync(`gate/${thing}/command`, "open", { qos: 1, retain: true });
    await box.endAsync();
    const { findings } = await failures();
    const subscribe = findings.find(({ check }) => check === "subscribe");
    assert.deepEqual(
      [subscribe?.verdict, subscribe?.cause],
      ["warning", "command-retained"],
      findings.map(lineOf).join("\n"),
    );
  });

  async function connectAsBox() {
    const { connectAsync } = await import("mqtt");
    const box = await connectAsync({ ...(await bench.asBox()), reconnectPeriod: 0 });
    box.on("error", () => {});
    bench.atEnd(() => box.endAsync(true));
    return box;
  }
});
