import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { localAccount } from "../../host-sim/cloud/one-project.ts";
import { boxPolicies, updaterPolicy } from "../../host-sim/cloud/policy-documents.ts";
import { Registry } from "../../host-sim/cloud/registry.ts";
import { CloudStandIn } from "../../host-sim/cloud/stand-in.ts";
import { readIdentity } from "../certs/identity.ts";
import { boomBox, startBoomBox } from "../command-line/boom-box.rig.ts";
import { Workbench } from "./update.rig.ts";

describe("boom-box update, on a broker without jobs", function () {
  this.timeout(60_000);
  const things = ["lot-1", "lot-2"];
  let bench: Workbench;
  let broker: CloudStandIn;

  beforeEach(async () => {
    bench = new Workbench();
    await bench.prepare(things);
    broker = await listen(0);
  });
  afterEach(async () => {
    await broker.close();
    await bench.close();
  });

  /** Any broker: it has no jobs and no streams, and lets the service answer on our own topics. */
  async function listen(port: number): Promise<CloudStandIn> {
    const registry = new Registry(localAccount);
    const scope = { ...localAccount, prefix: "gate" };
    for (const thingName of things) {
      const { certificatePem: certificate } = await readIdentity(bench.certs, thingName);
      registry.register({
        certificate,
        thingName,
        policies: boxPolicies({ ...scope, updates: "topics" }),
      });
    }
    const service = await readIdentity(bench.certs, "service");
    const policies = [updaterPolicy({ ...scope, clientIdPrefix: "service-" })];
    registry.register({ certificate: service.certificatePem, policies });
    const server = await readIdentity(bench.certs, "server");
    return CloudStandIn.listen({
      port,
      registry,
      ca: server.caPem,
      certificate: server.chainPem,
      key: server.keyPem,
    });
  }

  const box = (thing: string, changes = {}) =>
    bench.box(thing, broker.port, changes, { topics: "topics", prefix: "gate" });
  const connection = () => [
    ...["--certs", bench.certs, "--broker-topics"],
    ...["--endpoint", "localhost", "--port", String(broker.port)],
  ];

  it("plays AWS's part itself, until all boxes are done", async () => {
    const { folder } = await bench.package();
    const boxes = [await box("lot-1"), await box("lot-2")];
    const args = ["--all", "--package", folder];
    const { status, stdout, stderr } = await boomBox("update", ...connection(), ...args);
    assert.equal(status, 0, stderr + stdout);
    assert.match(stdout, /2 of 2 boxes updated\n$/);
    assert.deepEqual(
      boxes.map(({ version }) => version),
      ["1.2.3", "1.2.3"],
    );
  });

  it("goes on where it was left, and only one at a time", async () => {
    const { folder } = await bench.package();
    const args = [...connection(), "--all", "--package", folder];
    const { child, outcome } = startBoomBox("update", ...args);
    let text = "";
    let second: Promise<{ readonly status: number | null; readonly stderr: string }> | undefined;
    for await (const part of child.stdout) {
      text += String(part);
      if (!text.includes("lot-1  waits for the box")) continue;
      second ??= boomBox("update", ...args).then((end) => {
        child.kill("SIGINT");
        return end;
      });
    }
    assert.match((await second)?.stderr ?? "", /^boom-box: .*is held by process \d+: wait/);
    assert.equal((await second)?.status, 2);
    assert.equal((await outcome).status, 1);
    assert.match(text, /the boxes wait until it is followed/);
    const [, id = ""] = /--follow (update-[\w-]+)"/.exec(text) ?? [];
    const folderOfIt = join(bench.certs, "update-rollouts");
    assert.deepEqual(readdirSync(folderOfIt).sort(), [`${id}.jobs.json`, `${id}.json`]);
    await box("lot-1");
    await box("lot-2");
    const { status, stdout } = await boomBox("update", "--certs", bench.certs, "--follow", id);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /2 of 2 boxes updated\n$/);
  });

  it("survives a broker that goes away in the middle", async () => {
    const { folder } = await bench.package();
    await box("lot-2");
    const args = ["--thing", "lot-2", "--thing", "lot-1", "--package", folder];
    const { child, outcome } = startBoomBox("update", ...connection(), ...args);
    let text = "";
    let restarted: Promise<unknown> | undefined;
    for await (const part of child.stdout) {
      text += String(part);
      if (!text.includes("lot-1  waits for the box")) continue;
      restarted ??= (async () => {
        const { port } = broker;
        await broker.close();
        broker = await listen(port);
        await box("lot-1");
      })();
    }
    await restarted;
    const { status, stderr } = await outcome;
    assert.equal(status, 0, stderr + text);
    assert.match(text, /the connection to the broker was lost\n/);
    assert.match(text, /2 of 2 boxes updated\n$/);
  });

  it("says in one line that no broker is there, or that it allows no updates", async () => {
    const { folder } = await bench.package();
    const args = ["--thing", "lot-1", "--package", folder];
    // A box's certificate may not answer in the service's place.
    const own = ["--cert", "certificate.pem", "--key", "private-key.pem"].map((word) =>
      word.startsWith("--") ? word : join(bench.certs, "lot-1", word),
    );
    const refused = await boomBox("update", ...connection(), ...own, ...args);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /^boom-box: no connection to localhost:\d+ \(.*\): .*\n$/);
    const all = connection();
    await broker.close();
    const { status, stderr } = await boomBox("update", ...all, ...args);
    assert.equal(status, 2);
    assert.match(stderr, /^boom-box: no connection to localhost:\d+ \(.*ECONNREFUSED.*\): .*\n$/);
    broker = await listen(0);
  });
});
