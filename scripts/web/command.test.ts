import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { startLocalCloud } from "../../host-sim/cloud/one-project.ts";
import { freePort } from "../../host-sim/free-port.rig.ts";
import { SimulatedBox, type SimulatedBoxRecord } from "../../host-sim/simulated-box.ts";
import { signInColleague } from "../../web/service/colleague.rig.ts";
import { openStore } from "../../web/store/open-store.ts";
import { readIdentity } from "../certs/identity.ts";
import { identityFiles } from "../certs/paths.ts";
import { ensureCertificates } from "../certs/store.ts";
import { requireSettings } from "../command-line/settings.ts";
import { Web } from "./web-process.rig.ts";

const origin = "http://localhost:8080";

describe("boom-box web", function () {
  this.timeout(60_000);
  const directory = mkdtempSync(join(tmpdir(), "boom-box-web-"));
  const certs = join(directory, "certs");
  const database = join(directory, "boom-box.db");
  const records: SimulatedBoxRecord[] = [];
  const running: Web[] = [];
  let cloud: Awaited<ReturnType<typeof startLocalCloud>>;
  let box: SimulatedBox;
  let port: number;

  before(async () => {
    await ensureCertificates({ directory: certs, things: ["lot-1"] });
    const [ca, server, service, own] = await Promise.all(
      ["ca", "server", "service", "lot-1"].map((name) => readIdentity(certs, name)),
    );
    assert.ok(ca && server && service && own);
    cloud = await startLocalCloud({
      prefix: "gate",
      ca: ca.certificatePem,
      certificate: server.chainPem,
      key: server.keyPem,
      things: [{ thingName: "lot-1", certificate: own.certificatePem }],
      service: { certificate: service.certificatePem },
    });
    const settings = requireSettings({
      thingName: "lot-1",
      endpoint: "localhost",
      port: cloud.port,
      pulseMs: 20,
      cooldownMs: 0,
    });
    box = new SimulatedBox({
      settings,
      identity: {
        secureContext: createSecureContext({ ca: own.caPem, cert: own.chainPem, key: own.keyPem }),
      },
      onRecord: (record) => records.push(record),
    });
    box.start();
    port = await freePort();
  });
  after(async () => {
    for (const { child } of running) child.kill("SIGKILL");
    await Promise.all(running.map(({ exited }) => exited));
    await box.stop();
    await cloud.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function start(
    changes: Readonly<Record<string, string>> = {},
    words?: readonly string[],
    output?: number,
  ): Web {
    const service = identityFiles(certs, "service");
    const web = new Web(
      {
        BOOM_BOX_WEB_ORIGIN: origin,
        BOOM_BOX_WEB_LISTEN: `127.0.0.1:${port}`,
        BOOM_BOX_WEB_DATABASE: database,
        BOOM_BOX_WEB_METRICS_TOKEN: "a-token-for-this-test",
        BOOM_BOX_WEB_COMMAND_LIFETIME_SECONDS: "2",
        BOOM_BOX_WEB_OPEN_BURST: "10000",
        BOOM_BOX_WEB_BROKER: `localhost:${cloud.port}`,
        BOOM_BOX_WEB_BROKER_CA_FILE: identityFiles(certs, "ca").certificatePem,
        BOOM_BOX_WEB_BROKER_CERT_FILE: service.certificatePem,
        BOOM_BOX_WEB_BROKER_KEY_FILE: service.keyPem,
        ...changes,
      },
      words,
      output,
    );
    running.push(web);
    return web;
  }

  it("reports every problem in its settings, and starts nothing", async () => {
    const web = start({
      BOOM_BOX_WEB_LISTEN: "everywhere",
      BOOM_BOX_WEB_BROKER_KEY_FILE: join(directory, "none"),
      BOOM_BOX_WEB_RETENTION_DAYS: "-1",
      BOOM_BOX_WEB_COLOUR: "blue",
    });
    assert.equal(await web.exited, 2);
    for (const name of ["LISTEN", "BROKER_KEY_FILE", "RETENTION_DAYS", "COLOUR"])
      assert.match(web.stderr, new RegExp(`BOOM_BOX_WEB_${name} `));
    assert.equal(web.stdout, "");
  });

  it("reports in one line that its address is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    assert.ok(typeof address === "object" && address !== null);
    const web = start({ BOOM_BOX_WEB_LISTEN: `127.0.0.1:${address.port}` });
    assert.equal(await web.exited, 2);
    assert.match(
      web.stderr,
      /cannot start: 127\.0\.0\.1:\d+: another program already listens there; set /,
    );
    other.close();
  });

  it("prints the administrator's link but does not log it, and stops cleanly", async () => {
    const web = start();
    await web.ready(port);
    // Standard error is not a terminal here, and a journal would keep it.
    assert.doesNotMatch(web.stderr + web.stdout, /invitation=/);
    assert.match(web.stdout, /no administrator can sign in; run .*boom-box administrator-link/);
    const link = start({}, ["administrator-link"]);
    assert.equal(await link.exited, 0, link.stderr);
    assert.match(
      link.stdout,
      new RegExp(`^Administrator signs in .*\n${origin}/#invitation=[\\w-]{43}\n$`),
    );
    for (const line of web.stdout.trim().split("\n")) JSON.parse(line);
    const address = `http://127.0.0.1:${port}`;
    assert.equal((await fetch(`${address}/healthz`)).status, 200);
    assert.notEqual((await fetch(`${address}/metrics`)).status, 200);
    const authorization = "Bearer a-token-for-this-test";
    const metrics = await fetch(`${address}/metrics`, { headers: { authorization } });
    assert.match(await metrics.text(), /boom_box_web_listening 1/);
    web.child.kill("SIGTERM");
    assert.equal(await web.exited, 0);
  });

  it("stops in good order when its terminal is closed", async () => {
    const web = start();
    await web.ready(port);
    web.child.kill("SIGHUP");
    assert.equal(await web.exited, 0);
    assert.match(web.stdout, /stopping/);
  });

  it("serves and stops when its log cannot be written", async () => {
    const full = openSync("/dev/full", "w");
    const web = start({}, ["web"], full);
    await web.ready(port);
    for (let i = 0; i < 3; i++) {
      assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
      assert.equal((await fetch(`http://127.0.0.1:${port}/api/gates`)).status, 401);
    }
    web.child.kill("SIGTERM");
    assert.equal(await web.exited, 0);
    closeSync(full);
  });

  it("loses no record of a pulse when it is killed during a thousand requests", async () => {
    const store = await openStore(database);
    await store.createGate({
      id: "north",
      name: "North",
      thingName: "lot-1",
      output: null,
      timeZone: "UTC",
      isActive: true,
    });
    const headers = await signInColleague(store, "north", origin);
    const first = start();
    await first.ready(port);
    await online(headers);

    const answered: string[] = [];
    let left = 1_000;
    const tap = async () => {
      while (left > 0) {
        left -= 1;
        const id = randomUUID();
        const body = JSON.stringify({ id });
        const url = `http://127.0.0.1:${port}/api/gates/north/open`;
        const response = await fetch(url, { method: "POST", headers, body }).catch(() => undefined);
        if (response === undefined) return;
        assert.equal(response.status, 202);
        answered.push(id);
        if (answered.length === 300) first.child.kill("SIGKILL");
      }
    };
    await Promise.all(Array.from({ length: 8 }, tap));
    await first.exited;
    assert.ok(answered.length >= 300 && answered.length < 1_000, `${answered.length} answered`);

    for (const id of answered) assert.ok(await store.request(id), `${id} was answered`);
    // Commands that were in flight when the service died still open the gate.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const opened = records.filter((each) => each.type === "event" && each.outcome === "opened");
    assert.ok(opened.length > 10, `${opened.length} pulses`);
    for (const each of opened) {
      assert.ok(each.type === "event" && each.id !== null);
      assert.ok(await store.request(each.id), `the pulse of ${each.id} is on record`);
    }

    const second = start();
    await second.ready(port);
    // Requests that the crash interrupted end as unknown, so nobody keeps waiting.
    while ((await store.openRequests()).length > 0)
      await new Promise((resolve) => setTimeout(resolve, 100));
    second.child.kill("SIGTERM");
    assert.equal(await second.exited, 0);
    await store.close();
  });

  /** Waits until the service has received the box's status. */
  async function online(headers: Readonly<Record<string, string>>): Promise<void> {
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${port}/api/gates`, { headers });
      const [gate] = (await response.json()) as { box: string }[];
      if (gate?.box === "online") return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
