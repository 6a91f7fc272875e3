import assert from "node:assert/strict";
import { connectAsync } from "mqtt";
import { type People, publishPacket, TestCloud } from "./stand-in.rig.ts";

describe("CloudStandIn", function () {
  this.timeout(30_000);
  let test: TestCloud;
  let people: People;

  beforeEach(async () => {
    test = await TestCloud.start();
    people = test.people;
  });
  afterEach(() => test.stop());

  it("serves a third-party client", async () => {
    const { certificatePem: cert, keyPem: key } = people.lot1;
    const client = await connectAsync(`mqtts://localhost:${test.cloud.port}`, {
      ca: people.ca.certificatePem,
      cert,
      key,
      clientId: "lot-1",
      reconnectPeriod: 0,
    });
    await client.subscribeAsync("gate/lot-1/command", { qos: 1 });
    const message = new Promise<string>((resolve) => {
      client.once("message", (topic, payload) => resolve(`${topic}: ${payload}`));
    });
    await test.cloud.publish("gate/lot-1/command", "open");
    assert.equal(await message, "gate/lot-1/command: open");
    await client.publishAsync("gate/lot-1/status", "{}", { qos: 1, retain: true });
    await client.endAsync();
    await test.record("disconnected", { reason: "CLIENT_INITIATED_DISCONNECT" });
    assert.equal(`${test.cloud.retained("gate/lot-1/status")?.payload}`, "{}");
  });

  describe("publish", () => {
    it("reaches subscribers without rates or policies", async () => {
      const client = await test.connect(people.tester, "a");
      await client.subscribe("#");
      for (let count = 0; count < 100; count++) await test.cloud.publish("a", "x", { qos: 0 });
      await test.cloud.publish("a", Buffer.alloc(128 * 1024), { qos: 1, retain: true });
      for (let count = 0; count < 100; count++) await client.message();
      assert.equal((await client.next("publish")).payload.length, 128 * 1024);
      assert.equal(test.cloud.retained("a")?.payload.length, 128 * 1024);
      await test.record("published", { by: "cloud", clientId: undefined, qos: 1, retain: true });
    });

    it("refuses what every client would be refused", async () => {
      await assert.rejects(test.cloud.publish("a/#", "x"), /a\/#: .*\+ or #/);
      await assert.rejects(test.cloud.publish("a", Buffer.alloc(128 * 1024 + 1)), RangeError);
      assert.deepEqual(test.recordsOf("published"), []);
    });
  });

  it("disconnects a client cleanly", async () => {
    const client = await test.connect(people.tester, "a");
    assert.equal(await test.cloud.disconnect("b"), false);
    assert.equal(await test.cloud.disconnect("a"), true);
    assert.deepEqual(test.cloud.connectedClients(), []);
    await client.rest();
    assert.equal(await test.cloud.disconnect("a"), false);
  });

  it("drops a client, or all, including those without a client id", async () => {
    const [a, b] = [await test.connect(people.tester, "a"), await test.connect(people.tester, "b")];
    assert.equal(test.cloud.drop("c"), false);
    assert.equal(test.cloud.drop("a"), true);
    await a.rest();
    assert.deepEqual(test.cloud.connectedClients(), ["b"]);
    const nameless = await test.dial(people.tester);
    await test.connect(people.tester, "c"); // connected later, so that the one without an id is there
    assert.equal(test.cloud.dropAll(), 3);
    assert.equal(test.cloud.drop("a"), false);
    await Promise.all([b.rest(), nameless.rest()]);
  });

  it("reports when a message is sent to a client", async () => {
    const delivered: string[] = [];
    await test.cloud.close();
    await test.listen({
      onDeliver: (clientId, topic, at) => {
        delivered.push(`${clientId} ${topic}`);
        assert.ok(at <= performance.now());
      },
    });
    const client = await test.connect(people.tester, "a");
    await client.subscribe("a/#");
    await test.cloud.publish("a/1", "x");
    await test.cloud.publish("a/2", "x", { qos: 0 });
    await client.message();
    await client.message();
    assert.deepEqual(delivered.sort(), ["a a/1", "a a/2"]);
  });

  it("timestamps its records with the given clock", async () => {
    test.clock.tick(5_000);
    await test.connect(people.tester, "a");
    assert.equal((await test.record("connected")).at, test.clock.now);
  });

  it("closes: drops all clients, publishes their wills, and releases the port", async () => {
    const will = { topic: "w", payload: Buffer.from("gone"), qos: 1, retain: true } as const;
    const client = await test.connect(people.tester, "a", { will });
    await test.dial(people.tester);
    const { port, store } = test.cloud;
    await test.cloud.close();
    await client.rest();
    assert.equal(`${store.retained("w")?.payload}`, "gone");
    assert.equal(test.clock.countTimers(), 0, "nothing keeps the process alive");
    await test.listen({ port });
    assert.equal(test.cloud.port, port);
    assert.deepEqual(test.recordsOf("warning"), []);
  });

  it("keeps the state of an earlier one if it gets its store", async () => {
    const client = await test.connect(people.tester, "a", { clean: false });
    await client.subscribe("a");
    client.send(publishPacket("status", "online", { retain: true }));
    await client.next("puback");
    await test.cloud.close();
    await test.listen({ store: test.cloud.store });
    assert.equal(`${test.cloud.retained("status")?.payload}`, "online");
    await test.cloud.publish("a", "meanwhile");
    const again = await test.connect(people.tester, "a", { clean: false });
    assert.equal(await again.message(), "a: meanwhile");
  });
});
