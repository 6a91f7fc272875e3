import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode, encode } from "cborg";
import { connectAsync, type MqttClient } from "mqtt";
import { Mosquitto, mosquittoIsInstalled } from "../mosquitto.rig.ts";
import { skipWithout } from "../optional.rig.ts";
import { Jobs } from "./jobs.ts";
import { Streams } from "./streams.ts";
import { UpdateConnection } from "./update-connection.ts";
import { boxAnswerPaths, boxRequestPaths, updateRootOf } from "./update-topics.ts";

const scope = { topics: "topics", prefix: "gate" } as const;
const own = updateRootOf(scope, "%u");
const rules = [
  "user service",
  `topic readwrite ${updateRootOf(scope, "+")}/#`,
  ...boxRequestPaths.map((path) => `pattern write ${own}/${path}`),
  ...boxAnswerPaths.map((path) => `pattern read ${own}/${path}`),
];

describe("UpdateConnection, on a real Mosquitto", function () {
  this.timeout(30_000);
  let folder: string;
  let broker: Mosquitto | undefined;
  let jobs: Jobs;
  let streams: Streams;
  let connection: UpdateConnection | undefined;
  let clients: MqttClient[];

  before(function () {
    skipWithout(this, "mosquitto", mosquittoIsInstalled(), "Debian's mosquitto");
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "boom-box-updates-"));
    clients = [];
    jobs = new Jobs();
    streams = new Streams();
    // The clients say who they are: this is about the access list, not about certificates.
    broker = await Mosquitto.start(folder, rules, ["allow_anonymous true"]);
    await serve();
  });
  afterEach(async () => {
    connection?.close();
    for (const client of clients) client.end(true);
    await broker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function connect(username: string): Promise<MqttClient> {
    const url = `mqtt://127.0.0.1:${broker?.port}`;
    const client = await connectAsync(url, { username, clientId: username, reconnectPeriod: 0 });
    clients.push(client);
    return client;
  }

  async function serve(): Promise<void> {
    const client = await connect("service");
    connection = new UpdateConnection({
      jobs,
      streams,
      prefix: scope.prefix,
      now: Date.now,
      publish: (topic, payload) => client.publish(topic, Buffer.from(payload), { qos: 1 }),
      onError: (error) => assert.fail(error),
    });
    client.on("message", (topic, payload) => connection?.receive(topic, payload));
    await client.subscribeAsync([...connection.filters], { qos: 1 });
  }

  /** A box with what it hears: what follows its root, and the payload. */
  async function box(thing: string) {
    const client = await connect(thing);
    const root = updateRootOf(scope, thing);
    const heard: { readonly path: string; readonly payload: Buffer }[] = [];
    let wake = () => {};
    client.on("message", (topic, payload) => {
      heard.push({ path: topic.slice(root.length + 1), payload });
      wake();
    });
    await client.subscribeAsync(
      boxAnswerPaths.map((path) => `${root}/${path}`),
      { qos: 1 },
    );
    const next = async (path: string) => {
      while (heard.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const [first] = heard.splice(0, 1);
      assert.equal(first?.path, path);
      return first.payload;
    };
    const ask = (path: string, payload: string | Uint8Array) =>
      client.publishAsync(`${root}/${path}`, Buffer.from(payload), { qos: 1 });
    return { client, heard, next, ask };
  }

  it("takes a box from the notification to the end of its job", async () => {
    const [lot1, lot2] = [await box("lot-1"), await box("lot-2")];
    const firmware = Uint8Array.from({ length: 5000 }, (_none, index) => index % 256);
    streams.create({ streamId: "fw", files: [{ fileId: 0, source: firmware }] });
    jobs.create({ jobId: "j", targets: ["lot-1"], document: "{}" }, Date.now());
    assert.match(String(await lot1.next("jobs/notify-next")), /"jobId":"j"/);
    await lot1.ask("jobs/start-next", "{}");
    assert.match(String(await lot1.next("jobs/start-next/accepted")), /"status":"IN_PROGRESS"/);
    const parts: Uint8Array[] = [];
    for (const o of [0, 1]) {
      await lot1.ask("streams/fw/get/cbor", encode({ f: 0, l: 4096, o, n: 1 }));
      const { p } = decode(await lot1.next("streams/fw/data/cbor")) as { p: Uint8Array };
      parts.push(p);
    }
    assert.deepEqual(Buffer.concat(parts), Buffer.from(firmware));
    await lot1.ask("streams/fw/get/cbor", encode({ f: 0, l: 4096, o: 2, n: 1 }));
    const { o: code } = decode(await lot1.next("streams/fw/rejected/cbor")) as { o: string };
    assert.equal(code, "InvalidRequest");
    await lot1.ask("jobs/j/update", '{"status":"SUCCEEDED","expectedVersion":2}');
    // the job has ended, so none is next any more
    assert.doesNotMatch(String(await lot1.next("jobs/notify-next")), /execution/);
    await lot1.next("jobs/j/update/accepted");
    assert.equal(jobs.describe("j")?.status, "COMPLETED");
    assert.deepEqual(lot2.heard, []);
  });

  it("keeps boxes apart by the broker's access list", async () => {
    const lot1 = await box("lot-1");
    const other = updateRootOf(scope, "lot-2");
    const foreign = boxAnswerPaths.map((path) => `${other}/${path}`);
    // Mosquitto may accept a subscription; its access list then filters what is delivered
    await lot1.client.subscribeAsync(foreign, { qos: 1 }).catch(() => {});
    const lot2 = await box("lot-2");
    jobs.create({ jobId: "j", targets: ["lot-2"], document: "{}" }, Date.now());
    await lot2.next("jobs/notify-next");
    for (const path of ["jobs/j/update", "jobs/start-next"]) {
      await lot1.client.publishAsync(`${other}/${path}`, '{"status":"FAILED"}', { qos: 1 });
    }
    // processed after the others, on the same connection
    await lot1.ask("jobs/start-next", "{}");
    await lot1.next("jobs/start-next/accepted");
    assert.deepEqual([lot1.heard, lot2.heard], [[], []]);
    assert.equal(jobs.describeExecution("j", "lot-2")?.status, "QUEUED");
  });
});
