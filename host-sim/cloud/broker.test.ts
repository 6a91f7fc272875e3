import assert from "node:assert/strict";
import {
  connectPacket,
  type People,
  publishPacket,
  type RawClient,
  TestCloud,
} from "./stand-in.rig.ts";

describe("the broker", function () {
  this.timeout(30_000);
  let test: TestCloud;
  let people: People;

  beforeEach(async () => {
    test = await TestCloud.start();
    people = test.people;
  });
  afterEach(() => test.stop());

  describe("with two connections of one client id", () => {
    it("disconnects the first one", async () => {
      const first = await test.connect(people.tester, "a");
      test.clock.tick(1_000);
      const second = await test.connect(people.tester, "a");
      assert.deepEqual(await first.rest(), []);
      await second.settle();
      assert.deepEqual(test.cloud.connectedClients(), ["a"]);
      assert.deepEqual(
        test.recordsOf("disconnected").map(({ reason }) => reason),
        ["DUPLICATE_CLIENTID"],
      );
    });

    it("hands the session over: the second receives the first one's subscriptions", async () => {
      const first = await test.connect(people.tester, "a", { clean: false });
      await first.subscribe("a/1");
      test.clock.tick(1_000);
      const second = await test.dial(people.tester);
      second.send(connectPacket("a", { clean: false, keepalive: 1_200 }));
      assert.equal((await second.next("connack")).sessionPresent, true);
      for (let minutes = 0; minutes < 60; minutes += 20) {
        test.clock.tick(20 * 60_000);
        await second.settle();
      }
      await test.cloud.publish("a/1", "one");
      assert.equal(await second.message(), "a/1: one", "its session did not grow old");
    });

    it("does not disturb others", async () => {
      const other = await test.connect(people.tester, "b");
      await test.connect(people.tester, "a");
      test.clock.tick(1_000);
      await test.connect(people.tester, "a");
      await other.settle();
    });
  });

  describe("publishes presence", () => {
    let watcher: RawClient;

    async function event(): Promise<Readonly<Record<string, unknown>>> {
      const { topic, payload } = await watcher.next("publish");
      const { sessionIdentifier, ...event }: Record<string, unknown> = JSON.parse(`${payload}`);
      assert.equal(topic, `$aws/events/presence/${event.eventType}/${event.clientId}`);
      return event;
    }

    beforeEach(async () => {
      watcher = await test.connect(people.tester, "watcher", { keepalive: 1_200 });
      await watcher.subscribe("$aws/events/presence/#");
    });

    const principalIdentifier = "tester";
    const connected = (clientId: string, timestamp: number, versionNumber: number) => ({
      clientId,
      timestamp,
      eventType: "connected",
      ipAddress: "127.0.0.1",
      principalIdentifier,
      versionNumber,
    });
    const disconnected = (
      clientId: string,
      timestamp: number,
      version: number,
      reason: string,
    ) => ({
      clientId,
      timestamp,
      eventType: "disconnected",
      disconnectReason: reason,
      clientInitiatedDisconnect: reason === "CLIENT_INITIATED_DISCONNECT",
      principalIdentifier,
      versionNumber: version,
    });

    it("of connects, takeovers and disconnects, each with its time, in order", async () => {
      const start = test.clock.now;
      await test.connect(people.tester, "a");
      test.clock.tick(1_000);
      const second = await test.connect(people.tester, "a");
      second.send({ cmd: "disconnect" });
      assert.deepEqual(await event(), connected("a", start, 0));
      const takenOver = disconnected("a", start + 1_000, 0, "DUPLICATE_CLIENTID");
      assert.deepEqual(await event(), takenOver);
      assert.deepEqual(await event(), connected("a", start + 1_000, 1));
      const farewell = disconnected("a", start + 1_000, 1, "CLIENT_INITIATED_DISCONNECT");
      assert.deepEqual(await event(), farewell);
    });

    it("under one session identifier for both events of a connection", async () => {
      const session = async () => JSON.parse(`${(await watcher.next("publish")).payload}`);
      (await test.connect(people.tester, "a")).cut();
      const [came, went] = [await session(), await session()];
      assert.equal(came.sessionIdentifier, went.sessionIdentifier);
      const recorded = await test.record("connected", { clientId: "a" });
      assert.equal(came.sessionIdentifier, recorded.sessionIdentifier);
    });

    it("but not of refused clients, or of client ids with wildcards", async () => {
      const start = test.clock.now;
      const refused = await test.dial(people.tester);
      refused.send(connectPacket("nobody"));
      await refused.rest();
      await test.connect(people.tester, "a+b");
      await test.connect(people.tester, "b");
      assert.deepEqual(await event(), connected("b", start, 0));
      assert.deepEqual(test.recordsOf("warning"), []);
    });
  });

  it("does not deliver aedes's own $SYS messages", async () => {
    const client = await test.connect(people.tester, "a");
    await client.subscribe("$SYS/#", "a/1");
    await test.connect(people.tester, "b");
    await test.cloud.publish("a/1", "one");
    assert.equal(await client.message(), "a/1: one");
    assert.deepEqual(test.recordsOf("denied"), []);
  });

  describe("keeps the last retained message", () => {
    const status = "gate/lot-1/status";

    beforeEach(async () => {
      const box = await test.connect(people.lot1, "lot-1");
      box.send(publishPacket(status, "first", { retain: true }));
      box.send(publishPacket(status, "online", { retain: true, messageId: 2 }));
      await box.next("puback");
      await box.next("puback");
    });

    it("for a client that subscribes to exactly its topic", async () => {
      const client = await test.connect(people.tester, "a");
      await client.subscribe(status);
      const { payload, retain } = await client.next("publish");
      assert.deepEqual([`${payload}`, retain], ["online", true]);
      assert.equal(`${test.cloud.retained(status)?.payload}`, "online");
    });

    it("but not for a client that subscribes with a wildcard, which receives only new messages", async () => {
      const client = await test.connect(people.tester, "a");
      await client.subscribe("gate/+/status", "gate/#");
      await test.cloud.publish(status, "offline", { retain: true });
      const { payload, retain } = await client.next("publish");
      assert.deepEqual([`${payload}`, retain], ["offline", false]);
    });
  });

  describe("keeps a persistent session", () => {
    const durable = { clean: false };

    async function resume(): Promise<{ client: RawClient; sessionPresent: boolean }> {
      test.clock.tick(1_000);
      const client = await test.dial(people.tester);
      client.send(connectPacket("a", durable));
      const { sessionPresent } = await client.next("connack");
      return { client, sessionPresent };
    }

    /** A client that has subscribed and disconnected. */
    async function leave(...filters: string[]): Promise<void> {
      const client = await test.connect(people.tester, "a", durable);
      if (filters.length > 0) await client.subscribe(...filters);
      client.send({ cmd: "disconnect" });
      await test.record("disconnected", { clientId: "a" });
    }

    it("even when it has subscribed to nothing", async () => {
      await leave();
      assert.equal((await resume()).sessionPresent, true);
    });

    it("for at most an hour", async () => {
      await leave("a/#");
      test.clock.tick(3_600_000 - 1_000);
      assert.equal((await resume()).sessionPresent, false);
    });

    it("and replays missed QoS 1 messages, ten per second", async () => {
      await leave("a/#");
      await test.cloud.publish("a/0", "lost", { qos: 0 });
      for (const topic of ["a/1", "a/2", "b/1", "a/3"]) await test.cloud.publish(topic, "kept");
      const { client, sessionPresent } = await resume();
      assert.equal(sessionPresent, true);
      assert.equal(await client.message(), "a/1: kept");
      await client.settle();
      test.clock.tick(99);
      await client.settle();
      test.clock.tick(1);
      assert.equal(await client.message(), "a/2: kept");
      await client.settle();
      test.clock.tick(100);
      assert.equal(await client.message(), "a/3: kept");
      await client.settle();
      await test.cloud.publish("a/4", "new");
      assert.equal(await client.message(), "a/4: new", "new messages are not delayed");
    });

    it("and resends only unacknowledged messages", async () => {
      await leave("a/#");
      const { client } = await resume();
      await test.cloud.publish("a/1", "one");
      await test.cloud.publish("a/2", "two");
      const first = await client.next("publish");
      test.clock.tick(100); // so close to CONNACK, the second may count as replayed
      await client.next("publish");
      client.send({ cmd: "puback", messageId: first.messageId ?? 0 });
      await client.settle();
      client.cut();
      await test.record("disconnected", { clientId: "a", reason: "CONNECTION_LOST" });
      const { client: again } = await resume();
      const second = await again.next("publish");
      assert.deepEqual([second.topic, `${second.payload}`], ["a/2", "two"]);
      again.send({ cmd: "puback", messageId: second.messageId ?? 0 });
      await again.settle();
      again.send({ cmd: "disconnect" });
      await again.rest();
      await (await resume()).client.settle();
    });

    it("and checks iot:Receive before it replays", async () => {
      await leave("#");
      await test.cloud.publish("secret/1", "not for everyone");
      await test.cloud.publish("open/1", "for everyone");
      const { client } = await resume();
      assert.equal(await client.message(), "open/1: for everyone");
      await test.record("denied", { clientId: "a", action: "iot:Receive" });
    });

    it("until the client asks for a clean one", async () => {
      await leave("a/#");
      await test.cloud.publish("a/1", "old");
      test.clock.tick(1_000);
      const clean = await test.connect(people.tester, "a");
      await test.cloud.publish("a/2", "new");
      await clean.settle();
      assert.equal((await resume()).sessionPresent, false);
    });

    it("and counts its subscriptions", async () => {
      await test.cloud.close();
      await test.listen({ limits: { subscriptions: 2 } });
      await leave("a", "b");
      const { client } = await resume();
      await client.subscribe("a");
      const refused = client.subscribe("c");
      await assert.rejects(refused, /disconnected/);
      assert.match((await test.record("violation")).rule, /3 subscriptions/);
    });
  });

  it("limits unacknowledged messages to a client", async () => {
    await test.cloud.close();
    await test.listen({ limits: { unacknowledged: 2 } });
    const client = await test.connect(people.tester, "a");
    await client.subscribe("a/#");
    for (const topic of ["a/1", "a/2", "a/3"]) await test.cloud.publish(topic, "x");
    await test.cloud.publish("a/4", "x", { qos: 0 });
    const first = await client.next("publish");
    assert.equal(first.topic, "a/1");
    assert.equal(await client.message(), "a/2: x");
    assert.equal(await client.message(), "a/4: x", "QoS 0 needs no PUBACK");
    client.send({ cmd: "puback", messageId: first.messageId ?? 0 });
    assert.equal(await client.message(), "a/3: x");
  });
});
