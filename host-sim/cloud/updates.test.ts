import assert from "node:assert/strict";
import { decode, encode } from "cborg";
import { connectAsync } from "mqtt";
import type { Identity } from "../pki/authority.ts";
import { Jobs } from "./jobs.ts";
import { boxPolicies } from "./policy-documents.ts";
import {
  account,
  publishPacket,
  type RawClient,
  subscribePacket,
  TestCloud,
} from "./stand-in.rig.ts";
import { Streams } from "./streams.ts";
import { boxAnswerPaths } from "./update-topics.ts";

const minuteMs = 60_000;

describe("Updates through CloudStandIn", function () {
  this.timeout(30_000);
  let test: TestCloud;
  let jobs: Jobs;
  let streams: Streams;

  beforeEach(async () => {
    jobs = new Jobs();
    streams = new Streams();
    test = await TestCloud.start({ jobs, streams });
    for (const [thingName, { certificatePem: certificate }] of [
      ["lot-1", test.people.lot1],
      ["lot-2", test.people.lot2],
    ] as const) {
      const policies = boxPolicies({ ...account, prefix: "gate", updates: "aws" });
      test.registry.register({ certificate, thingName, policies });
    }
  });
  afterEach(() => test.stop());

  const now = () => test.clock.now;
  const rootOf = (thing: string) => `$aws/things/${thing}`;
  const create = (jobId: string, targets: readonly string[], more = {}) =>
    jobs.create({ jobId, targets, document: '{"operation":"test"}', ...more }, now());

  async function connect(thing: string, identity: Identity): Promise<RawClient> {
    const client = await test.connect(identity, thing, { keepalive: 1200 });
    await client.subscribe(...boxAnswerPaths.map((path) => `${rootOf(thing)}/${path}`));
    return client;
  }
  const lot1 = () => connect("lot-1", test.people.lot1);
  const lot2 = () => connect("lot-2", test.people.lot2);

  /** The next message: what follows the thing's root, and the payload. */
  async function hear(client: RawClient, thing = "lot-1") {
    const { topic, payload, retain } = await client.next("publish");
    const root = `${rootOf(thing)}/`;
    assert.ok(topic.startsWith(root) && !retain, topic);
    return { path: topic.slice(root.length), payload: Buffer.from(payload) };
  }
  async function hearJson(client: RawClient, path: string, thing = "lot-1") {
    const heard = await hear(client, thing);
    assert.equal(heard.path, path);
    const fields: Record<string, Record<string, unknown>> = JSON.parse(heard.payload.toString());
    return fields;
  }
  /** Asks, and hears the answer. Notifications that come first are passed over. */
  async function ask(
    client: RawClient,
    path: string,
    request: object,
    thing = "lot-1",
  ): Promise<Record<string, unknown>> {
    client.send(publishPacket(`${rootOf(thing)}/${path}`, JSON.stringify(request), { qos: 0 }));
    for (;;) {
      const { path: heard, payload } = await hear(client, thing);
      if (heard === "jobs/notify-next") continue;
      const fields: Record<string, unknown> = JSON.parse(payload.toString());
      assert.ok(heard.startsWith(`${path}/`), heard);
      return { type: heard.slice(path.length + 1), ...fields };
    }
  }

  it("tells a box of a job, gives it the job and the file's blocks, and hears how it ended", async () => {
    const firmware = Uint8Array.from({ length: 10_000 }, (_none, index) => index % 256);
    streams.create({ streamId: "fw", files: [{ fileId: 0, source: firmware }] });
    const client = await lot1();
    create("j", ["lot-1"]);
    const { execution: told } = await hearJson(client, "jobs/notify-next");
    assert.deepEqual([told?.jobId, told?.jobDocument], ["j", { operation: "test" }]);
    const started = await ask(client, "jobs/start-next", { clientToken: "t" });
    assert.deepEqual([started.type, started.clientToken], ["accepted", "t"]);
    const parts: Uint8Array[] = [];
    for (let o = 0; o * 4096 < firmware.length; o++) {
      const request = encode({ c: "t", f: 0, l: 4096, o, n: 1 });
      client.send(publishPacket(`${rootOf("lot-1")}/streams/fw/get/cbor`, Buffer.from(request)));
      await client.next("puback");
      const { path, payload } = await hear(client);
      assert.equal(path, "streams/fw/data/cbor");
      const { i, p } = decode(payload) as { i: number; p: Uint8Array };
      assert.equal(i, o);
      parts.push(p);
    }
    assert.deepEqual(Buffer.concat(parts), Buffer.from(firmware));
    const update = { status: "SUCCEEDED", expectedVersion: 2, clientToken: "u" };
    const ended = await ask(client, "jobs/j/update", update);
    assert.deepEqual([ended.type, ended.clientToken], ["accepted", "u"]);
    assert.equal(jobs.describe("j")?.status, "COMPLETED");
  });

  it("serves a third-party client", async () => {
    create("j", ["lot-1"]);
    const client = await connectAsync(`mqtts://localhost:${test.cloud.port}`, {
      ca: test.people.ca.certificatePem,
      cert: test.people.lot1.certificatePem,
      key: test.people.lot1.keyPem,
      clientId: "lot-1",
      reconnectPeriod: 0,
    });
    await client.subscribeAsync(`${rootOf("lot-1")}/jobs/start-next/+`, { qos: 1 });
    const answer = new Promise<string>((resolve) => {
      client.once("message", (topic, payload) => resolve(`${topic} ${payload}`));
    });
    await client.publishAsync(`${rootOf("lot-1")}/jobs/start-next`, "{}", { qos: 1 });
    assert.match(await answer, /^\$aws\/things\/lot-1\/jobs\/start-next\/accepted .*"jobId":"j"/);
    await client.endAsync();
  });

  it("rolls out from one box to the next, and stops when the first one fails", async () => {
    const [first, second] = [await lot1(), await lot2()];
    const criteria = {
      failureType: "ALL",
      action: "CANCEL",
      thresholdPercentage: 50,
      minNumberOfExecutedThings: 1,
    } as const;
    const config = {
      jobExecutionsRolloutConfig: { maximumPerMinute: 1 },
      abortConfig: { criteriaList: [criteria] },
    };
    create("good", ["lot-1", "lot-2"], config);
    await hearJson(first, "jobs/notify-next");
    await second.settle();
    test.clock.tick(minuteMs);
    assert.equal((await hearJson(second, "jobs/notify-next", "lot-2")).execution?.jobId, "good");
    jobs.cancel("good", now());
    await hearJson(first, "jobs/notify-next");
    await hearJson(second, "jobs/notify-next", "lot-2");
    create("bad", ["lot-1", "lot-2"], config);
    const failed = await ask(first, "jobs/bad/update", { status: "FAILED" });
    assert.equal(failed.type, "accepted");
    test.clock.tick(2 * minuteMs);
    await second.settle();
    assert.equal(jobs.describe("bad")?.status, "CANCELED");
  });

  it("tells a box when its time is over", async () => {
    create("j", ["lot-1"], { timeoutConfig: { inProgressTimeoutInMinutes: 1 } });
    const client = await lot1();
    await ask(client, "jobs/start-next", {});
    test.clock.tick(minuteMs);
    assert.equal((await hearJson(client, "jobs/notify-next")).execution, undefined);
    const late = await ask(client, "jobs/j/update", { status: "SUCCEEDED", expectedVersion: 2 });
    assert.deepEqual(
      [late.type, late.code, late.executionState],
      ["rejected", "VersionMismatch", { status: "TIMED_OUT", versionNumber: 3 }],
    );
  });

  it("throttles", async () => {
    await test.cloud.close();
    await test.listen({ jobs: new Jobs({ writesPerSecond: 1 }) });
    const client = await lot1();
    assert.equal((await ask(client, "jobs/start-next", {})).type, "accepted");
    const second = await ask(client, "jobs/start-next", { clientToken: "t" });
    assert.deepEqual(
      [second.type, second.code, second.clientToken],
      ["rejected", "RequestThrottled", "t"],
    );
    test.clock.tick(1000);
    assert.equal((await ask(client, "jobs/start-next", {})).type, "accepted");
  });

  it("keeps jobs and streams when the next stand-in gets them", async () => {
    create("j", ["lot-1"], { timeoutConfig: { inProgressTimeoutInMinutes: 5 } });
    const before = await lot1();
    await ask(before, "jobs/start-next", {});
    await test.cloud.close();
    await before.rest();
    assert.equal(test.clock.countTimers(), 0);
    test.clock.tick(minuteMs);
    await test.listen({ jobs, streams, store: test.cloud.store });
    const after = await lot1();
    const again = await ask(after, "jobs/start-next", {});
    const execution = again.execution as Record<string, unknown>;
    assert.deepEqual([execution.status, execution.versionNumber], ["IN_PROGRESS", 2]);
    test.clock.tick(4 * minuteMs);
    await hearJson(after, "jobs/notify-next");
    assert.equal(jobs.describeExecution("j", "lot-1")?.status, "TIMED_OUT");
  });

  it("answers the requesting connection alone, and only what it has subscribed to", async () => {
    create("j", ["lot-1"]);
    const box = await test.connect(test.people.lot1, "lot-1");
    const spy = await test.connect(test.people.tester, "spy");
    await spy.subscribe("$aws/things/lot-1/#");
    box.send(publishPacket(`${rootOf("lot-1")}/jobs/start-next`, "{}"));
    await box.next("puback");
    await box.settle();
    assert.equal(await spy.message(), `${rootOf("lot-1")}/jobs/start-next: {}`);
    await spy.settle();
    assert.equal(jobs.describeExecution("j", "lot-1")?.status, "IN_PROGRESS");
  });

  it("does not answer a box whose policy lacks iot:Receive", async () => {
    const { certificatePem: certificate } = test.people.lot1;
    const policies = boxPolicies({ ...account, prefix: "gate", updates: "aws" });
    const deaf = policies.map(({ Version, Statement }) => ({
      Version,
      Statement: Statement.filter(({ Action }) => Action !== "iot:Receive"),
    }));
    test.registry.register({ certificate, thingName: "lot-1", policies: deaf });
    const client = await lot1();
    client.send(publishPacket(`${rootOf("lot-1")}/jobs/start-next`, "{}"));
    await client.next("puback");
    await client.settle();
    const [denied, ...rest] = test.recordsOf("denied", { action: "iot:Receive" });
    assert.match(denied?.resource ?? "", /jobs\/start-next\/accepted$/);
    assert.deepEqual(rest, []);
  });

  it("answers nothing without jobs and streams", async () => {
    await test.cloud.close();
    await test.listen();
    const client = await lot1();
    client.send(publishPacket(`${rootOf("lot-1")}/jobs/start-next`, "{}"));
    await client.next("puback");
    client.send(publishPacket(`${rootOf("lot-1")}/streams/s/get/cbor`, "{}"));
    await client.next("puback");
    await client.settle();
  });

  describe("refuses a box, and disconnects it,", () => {
    const other = "$aws/things/lot-2";
    const own = "$aws/things/lot-1";
    const forbidden: readonly (readonly [string, ReturnType<typeof publishPacket>])[] = [
      ["to hear of another box's jobs", subscribePacket([`${other}/jobs/notify-next`])],
      ["to hear of every box's jobs", subscribePacket(["$aws/things/+/jobs/notify-next"])],
      ["to read another box's answers", subscribePacket([`${other}/jobs/+/update/+`])],
      ["to read another box's files", subscribePacket([`${other}/streams/+/data/cbor`])],
      ["to hear more than it needs", subscribePacket([`${own}/#`])],
      ["to start another box's job", publishPacket(`${other}/jobs/start-next`, "{}")],
      ["to report for another box", publishPacket(`${other}/jobs/j/update`, "{}")],
      ["to fetch a file for another box", publishPacket(`${other}/streams/s/get/cbor`, "{}")],
      ["to notify another box", publishPacket(`${other}/jobs/notify-next`, "{}")],
      ["to notify itself", publishPacket(`${own}/jobs/notify-next`, "{}")],
      ["to answer itself", publishPacket(`${own}/jobs/j/update/accepted`, "{}")],
      ["to retain an update", publishPacket(`${own}/jobs/j/update`, "{}", { retain: true })],
    ];
    for (const [what, packet] of forbidden) {
      it(what, async () => {
        create("j", ["lot-2"]);
        const client = await test.connect(test.people.lot1, "lot-1");
        client.send(packet);
        assert.deepEqual(await client.rest(), []);
        assert.equal(test.recordsOf("denied").length, 1);
        assert.equal(jobs.describeExecution("j", "lot-2")?.status, "QUEUED");
      });
    }

    it("to take updates with the policy of a box that takes none", async () => {
      const { certificatePem: certificate } = test.people.lot1;
      const policies = boxPolicies({ ...account, prefix: "gate" });
      test.registry.register({ certificate, thingName: "lot-1", policies });
      const client = await test.connect(test.people.lot1, "lot-1");
      client.send(subscribePacket([`${own}/jobs/notify-next`]));
      assert.deepEqual(await client.rest(), []);
    });
  });
});
