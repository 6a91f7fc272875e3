import assert from "node:assert/strict";
import type { AedesPublishPacket, Subscription } from "aedes";
import { generate } from "mqtt-packet";
import { awsLimits } from "./aws-limits.ts";
import { MessageStore } from "./message-store.ts";
import {
  connectPacket,
  type People,
  publishPacket,
  type Sendable,
  subscribePacket,
  TestCloud,
} from "./stand-in.rig.ts";

/** A store that delays retained messages and the subscriptions of a session. */
class HeldStore extends MessageStore {
  #onHold = () => {};
  readonly holding = new Promise<void>((resolve) => {
    this.#onHold = resolve;
  });
  release = () => {};
  readonly #released = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  override async storeRetained(packet: AedesPublishPacket): Promise<void> {
    this.#onHold();
    await this.#released;
    await super.storeRetained(packet);
  }

  override async subscriptionsByClient(client: { id: string }): Promise<Subscription[]> {
    this.#onHold();
    await this.#released;
    return super.subscriptionsByClient(client);
  }
}

const topicArn = (topic: string) => `arn:aws:iot:eu-central-1:123456789012:${topic}`;

describe("a connection", function () {
  this.timeout(30_000);
  let test: TestCloud;
  let people: People;

  beforeEach(async () => {
    test = await TestCloud.start();
    people = test.people;
  });
  afterEach(() => test.stop());

  async function holdStore(): Promise<HeldStore> {
    const store = new HeldStore(awsLimits, () => test.clock.now);
    await test.cloud.close();
    await test.listen({ store });
    return store;
  }

  describe("that asks to CONNECT", () => {
    const connack = (returnCode: number) => [["connack", returnCode]];

    async function answerTo(packet: Sendable, identity = people.tester) {
      const client = await test.dial(identity);
      client.send(packet);
      return (await client.rest()).map((answer) => [
        answer.cmd,
        answer.cmd === "connack" ? answer.returnCode : undefined,
      ]);
    }

    it("is accepted, and only the records show the effective keep alive", async () => {
      await test.connect(people.lot1, "lot-1", { keepalive: 5 });
      const connected = await test.record("connected", { clientId: "lot-1" });
      assert.equal(connected.keepAliveSeconds, 30);
      assert.deepEqual([connected.thingName, connected.sessionPresent], ["lot-1", false]);
    });

    it("is refused with 5 if the policy does not allow its client id", async () => {
      assert.deepEqual(await answerTo(connectPacket("lot-2"), people.lot1), connack(5));
      const resource = topicArn("client/lot-2");
      await test.record("denied", { clientId: "lot-2", action: "iot:Connect", resource });
      await test.record("refused", { reason: "not-authorized", returnCode: 5 });
      assert.deepEqual(await answerTo(connectPacket("nobody")), connack(5));
      assert.deepEqual(test.recordsOf("connected"), []);
    });

    it("is refused with a will on a topic that it may not publish to", async () => {
      const will = { topic: "gate/lot-2/status", payload: Buffer.from("{}"), qos: 1, retain: true };
      const packet = connectPacket("lot-1", { will: { ...will, qos: 1 } });
      assert.deepEqual(await answerTo(packet, people.lot1), connack(5));
      const resource = topicArn("topic/gate/lot-2/status");
      await test.record("denied", { action: "iot:Publish", resource });
      assert.deepEqual(test.recordsOf("published"), [], "a refused CONNECT leaves no will behind");
      await test.connect(people.lot1, "lot-1"); // and does not count towards this second's limit
    });

    it("is ignored after it is refused", async () => {
      const client = await test.dial(people.tester);
      client.send(connectPacket("nobody"), publishPacket("a/1"), connectPacket("a"));
      assert.equal((await client.rest()).length, 1);
      assert.deepEqual(
        test.records.map(({ type }) => type),
        ["denied", "refused"],
      );
    });

    it("is refused without a client id, and with another version of MQTT", async () => {
      assert.deepEqual(await answerTo(connectPacket("")), connack(2));
      const mqtt5 = generate(connectPacket("a", { protocolVersion: 5 }));
      assert.deepEqual(await answerTo(mqtt5), connack(1));
    });

    it("is refused with 3 within a second of the last CONNECT of its client id", async () => {
      await test.connect(people.tester, "a");
      assert.deepEqual(await answerTo(connectPacket("a")), connack(3));
      test.clock.tick(999);
      assert.deepEqual(await answerTo(connectPacket("a")), connack(3));
      assert.deepEqual(test.cloud.connectedClients(), ["a"], "the first one stays");
      test.clock.tick(1);
      await test.connect(people.tester, "a");
    });

    it("is disconnected if it sends another packet first, or invalid bytes", async () => {
      assert.deepEqual(await answerTo({ cmd: "pingreq" }), []);
      assert.deepEqual(await answerTo(Buffer.from("GET / HTTP/1.1\r\n".repeat(9))), []);
      assert.deepEqual(await answerTo(Buffer.of(0x10, 0x80, 0x80, 0x80, 0x80)), []);
      assert.equal(test.recordsOf("hung-up", { reason: "malformed" }).length, 3);
    });

    it("is disconnected if it sends nothing for 30 seconds", async () => {
      const client = await test.dial(people.tester);
      // another client's whole connection, so that the first one has arrived
      await test.connect(people.tester, "a");
      test.clock.tick(29_999);
      assert.deepEqual(test.recordsOf("hung-up"), []);
      test.clock.tick(1);
      assert.deepEqual(await client.rest(), []);
      await test.cloud.close();
      assert.deepEqual(
        test.recordsOf("hung-up").map(({ reason }) => reason),
        ["no-connect"],
      );
    });

    it("is recorded separately if it ended before CONNECT", async () => {
      (await test.dial(people.tester)).end();
      await test.record("hung-up", { reason: "connection-lost" });
    });

    it("counts as connected only when it has its CONNACK", async () => {
      const store = await holdStore();
      const client = await test.dial(people.tester);
      client.send(connectPacket("a", { clean: false }));
      await store.holding;
      assert.deepEqual(test.cloud.connectedClients(), []);
      store.release();
      await client.next("connack");
      assert.deepEqual(test.cloud.connectedClients(), ["a"]);
    });

    it("is disconnected if it does not wait for CONNACK", async () => {
      const client = await test.dial(people.tester);
      client.send(connectPacket("a"), publishPacket("a/1"));
      assert.deepEqual(await client.rest(), []);
      assert.match((await test.record("violation")).rule, /PUBLISH before CONNACK/);
      assert.deepEqual(test.cloud.connectedClients(), []);
      assert.deepEqual(test.recordsOf("published"), []);
    });
  });

  describe("that is connected", () => {
    it("publishes, is acknowledged, and reaches subscribers", async () => {
      const box = await test.connect(people.lot1, "lot-1");
      await box.subscribe("gate/lot-1/command");
      const service = await test.connect(people.service, "web-1");
      service.send(publishPacket("gate/lot-1/command", "open", { messageId: 7 }));
      assert.equal((await service.next("puback")).messageId, 7);
      const { topic, payload, qos, retain } = await box.next("publish");
      assert.deepEqual(
        [topic, `${payload}`, qos, retain],
        ["gate/lot-1/command", "open", 1, false],
      );
      const published = await test.record("published", { by: "client", clientId: "web-1" });
      assert.equal(`${published.payload}`, "open");
    });

    it("is disconnected without an answer for a denied PUBLISH", async () => {
      const watcher = await test.connect(people.tester, "watcher");
      await watcher.subscribe("#");
      const box = await test.connect(people.lot1, "lot-1");
      box.send(publishPacket("gate/lot-2/event"), { cmd: "pingreq" });
      assert.deepEqual(await box.rest(), []);
      const resource = topicArn("topic/gate/lot-2/event");
      await test.record("denied", { clientId: "lot-1", action: "iot:Publish", resource });
      await test.record("disconnected", { clientId: "lot-1", reason: "AUTH_ERROR" });
      await test.cloud.publish("a", "after");
      assert.equal(await watcher.message(), "a: after");
    });

    it("is disconnected for a denied retained PUBLISH", async () => {
      const box = await test.connect(people.lot1, "lot-1");
      box.send(publishPacket("gate/lot-1/event", "x", { retain: true }));
      assert.deepEqual(await box.rest(), []);
      await test.record("denied", { action: "iot:RetainPublish" });
    });

    it("is disconnected without an answer for a denied SUBSCRIBE", async () => {
      const box = await test.connect(people.lot1, "lot-1");
      box.send(subscribePacket(["gate/lot-1/command", "gate/lot-2/command"]));
      assert.deepEqual(await box.rest(), []);
      const resource = topicArn("topicfilter/gate/lot-2/command");
      await test.record("denied", { clientId: "lot-1", action: "iot:Subscribe", resource });
      await test.record("disconnected", { clientId: "lot-1", reason: "AUTH_ERROR" });
    });

    it("has its packets before a denied one processed", async () => {
      const box = await test.connect(people.lot1, "lot-1");
      box.send(publishPacket("gate/lot-1/event", "before"), publishPacket("gate/lot-2/event"));
      await box.rest();
      const { payload } = await test.record("published", { topic: "gate/lot-1/event" });
      assert.equal(`${payload}`, "before");
    });

    it("does not receive what iot:Receive denies, and stays connected", async () => {
      const client = await test.connect(people.tester, "a");
      await client.subscribe("#");
      await test.cloud.publish("secret/1", "not for everyone");
      await test.cloud.publish("open/1", "for everyone");
      assert.equal(await client.message(), "open/1: for everyone");
      const resource = topicArn("topic/secret/1");
      await test.record("denied", { clientId: "a", action: "iot:Receive", resource });
      await client.settle();
    });

    it("gets no answer to QoS 2, whatever the packet", async () => {
      const client = await test.connect(people.tester, "a");
      client.send(
        publishPacket("a/2", "x", { qos: 2 }),
        subscribePacket(["a/#"], 2),
        { cmd: "pubrec", messageId: 1 },
        { cmd: "pubrel", messageId: 1 },
        { cmd: "pubcomp", messageId: 1 },
      );
      await client.settle();
      assert.deepEqual(
        test.recordsOf("ignored").map(({ packet }) => packet),
        ["PUBLISH of QoS 2", "SUBSCRIBE of QoS 2", "PUBREC", "PUBREL", "PUBCOMP"],
      );
      await test.cloud.publish("a/1", "not subscribed");
      await client.settle();
      assert.deepEqual(test.recordsOf("published", { by: "client" }), []);
    });

    it("may publish 128 KB, and is disconnected for one byte more", async () => {
      const client = await test.connect(people.tester, "a");
      client.send(publishPacket("a/1", Buffer.alloc(128 * 1024)));
      await client.next("puback");
      client.send(publishPacket("a/1", Buffer.alloc(128 * 1024 + 1)));
      assert.deepEqual(await client.rest(), []);
      assert.match((await test.record("violation")).rule, /131073 bytes/);
      await test.record("disconnected", { reason: "CLIENT_ERROR" });
      assert.equal(test.recordsOf("published").length, 1);
    });

    it("is disconnected as soon as a header declares a packet that is too large", async () => {
      const client = await test.connect(people.tester, "a");
      client.send(Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f));
      assert.deepEqual(await client.rest(), []);
      assert.match((await test.record("violation")).rule, /a packet of 268435460 bytes/);
    });

    it("is disconnected for invalid MQTT", async () => {
      const client = await test.connect(people.tester, "a");
      client.send(Buffer.of(0xf0, 0));
      assert.deepEqual(await client.rest(), []);
      await test.record("violation", { clientId: "a" });
    });

    it("has publishes over 100 per second discarded, unanswered", async () => {
      const client = await test.connect(people.tester, "a");
      const numbers = Array.from({ length: 101 }, (_, index) => index + 1);
      client.send(...numbers.map((messageId) => publishPacket("a", "x", { messageId })));
      for (const messageId of numbers.slice(0, 100)) {
        assert.equal((await client.next("puback")).messageId, messageId);
      }
      await client.settle();
      assert.equal(test.recordsOf("discarded", { clientId: "a", topic: "a" }).length, 1);
      test.clock.tick(10);
      client.send(publishPacket("a", "x", { messageId: 200 }));
      assert.equal((await client.next("puback")).messageId, 200);
    });

    it("is read at most at 512 KiB per second", async () => {
      const client = await test.connect(people.tester, "a");
      const large = Buffer.alloc(100_000);
      for (let messageId = 1; messageId <= 6; messageId++) {
        client.send(publishPacket("a", large, { messageId }));
      }
      for (let messageId = 1; messageId <= 5; messageId++) {
        assert.equal((await client.next("puback")).messageId, messageId);
      }
      // the sixth needs the part of 600 KB that the bucket does not hold
      const puback = client.next("puback");
      await test.tickUntil(() => test.recordsOf("published").length === 6, 1);
      assert.equal((await puback).messageId, 6);
      assert.ok(test.clock.now - 1_700_000_000_000 >= 140, `${test.clock.now}`);
    });

    it("is dropped by the cloud if it does not read", async () => {
      const client = await test.connect(people.tester, "a", { keepalive: 1_200 });
      await client.subscribe("a");
      client.pause();
      const gone = test.record("disconnected", { clientId: "a" });
      const [large, { records }] = [Buffer.alloc(128 * 1024), test];
      // more than any network's buffers hold, then a minute without reading
      for (let count = 0; count < 200; count++) await test.cloud.publish("a", large, { qos: 0 });
      await test.tickUntil(() => records.some(({ type }) => type === "disconnected"), 1_000);
      assert.equal((await gone).reason, "SERVER_ERROR");
    });

    it("is dropped after one and a half keep alives of silence, not before", async () => {
      const client = await test.connect(people.tester, "a", { keepalive: 40 });
      test.clock.tick(59_999);
      await client.settle();
      test.clock.tick(59_999);
      assert.deepEqual(test.cloud.connectedClients(), ["a"]);
      test.clock.tick(1);
      assert.deepEqual(await client.rest(), []);
      await test.record("disconnected", { reason: "MQTT_KEEP_ALIVE_TIMEOUT" });
    });

    it("is not dropped by the keep alive it asked for if another is in effect", async () => {
      const client = await test.connect(people.tester, "a", { keepalive: 1 });
      test.clock.tick(44_999);
      await client.settle();
    });
  });

  describe("that ends", () => {
    const will = { topic: "a/will", payload: Buffer.from("gone"), qos: 1, retain: false } as const;

    async function watched() {
      const watcher = await test.connect(people.tester, "watcher", { keepalive: 1_200 });
      await watcher.subscribe("a/#");
      return { watcher, client: await test.connect(people.tester, "a", { will }) };
    }

    it("with DISCONNECT leaves no will, and its earlier publishes are delivered", async () => {
      const { watcher, client } = await watched();
      client.end(publishPacket("a/1", "one"), { cmd: "disconnect" });
      assert.equal(await watcher.message(), "a/1: one");
      await test.record("disconnected", { clientId: "a", reason: "CLIENT_INITIATED_DISCONNECT" });
      await test.cloud.publish("a/2", "two");
      assert.equal(await watcher.message(), "a/2: two");
      assert.deepEqual(test.recordsOf("published", { by: "will" }), []);
      await test.record("published", { by: "client", clientId: "a", topic: "a/1" });
    });

    it("has all its packets processed, even if the broker is busy", async () => {
      const store = await holdStore();
      const { watcher, client } = await watched();
      const held = ["a/1", "a/2", "a/3"];
      client.send(...held.map((topic) => publishPacket(topic, "x", { retain: true, qos: 0 })));
      await store.holding;
      client.end(publishPacket("a/4"), { cmd: "disconnect" });
      assert.deepEqual(await client.rest(), []);
      store.release();
      await test.record("disconnected", { clientId: "a", reason: "CLIENT_INITIATED_DISCONNECT" });
      for (const topic of [...held, "a/4"]) assert.equal(await watcher.message(), `${topic}: x`);
      await test.cloud.publish("a/5", "x");
      assert.equal(await watcher.message(), "a/5: x");
    });

    it("has nothing processed after its DISCONNECT [MQTT-3.14.4-2]", async () => {
      const { watcher, client } = await watched();
      client.send({ cmd: "disconnect" }, publishPacket("a/late"));
      await client.rest();
      await test.cloud.publish("a/end", "");
      assert.equal(await watcher.message(), "a/end: ");
    });

    type End = (client: Awaited<ReturnType<TestCloud["connect"]>>) => unknown;
    const ends: readonly (readonly [string, string, End])[] = [
      ["a FIN", "CONNECTION_LOST", (client) => client.end()],
      ["a broken network", "CONNECTION_LOST", (client) => client.cut()],
      ["silence", "MQTT_KEEP_ALIVE_TIMEOUT", () => test.clock.tick(90_000)],
      ["a denied PUBLISH", "AUTH_ERROR", (client) => client.send(publishPacket("$aws/events/x"))],
      [
        "a broken rule",
        "CLIENT_ERROR",
        (client) => client.send(publishPacket("a/b/c/d/e/f/g/h/i")),
      ],
      ["the cloud's own decision", "SERVER_INITIATED_DISCONNECT", () => test.cloud.disconnect("a")],
      ["a fault of the cloud", "CONNECTION_LOST", () => test.cloud.drop("a")],
      [
        "a takeover",
        "DUPLICATE_CLIENTID",
        () => {
          test.clock.tick(1_000);
          return test.connect(people.tester, "a");
        },
      ],
    ];
    for (const [what, reason, end] of ends) {
      it(`with ${what} has its will published`, async () => {
        const { watcher, client } = await watched();
        await end(client);
        await client.rest();
        const { reason: recorded } = await test.record("disconnected", { clientId: "a" });
        assert.equal(recorded, reason);
        assert.equal(await watcher.message(), "a/will: gone");
        await test.record("published", { by: "will", clientId: "a", topic: "a/will" });
      });
    }

    it("once has its will published once", async () => {
      const { watcher, client } = await watched();
      client.send(publishPacket("$aws/events/x"), publishPacket("$aws/events/y"));
      client.cut();
      assert.equal(await watcher.message(), "a/will: gone");
      await test.cloud.publish("a/end", "");
      assert.equal(await watcher.message(), "a/end: ");
      assert.equal(test.recordsOf("disconnected", { clientId: "a" }).length, 1);
    });
  });
});
