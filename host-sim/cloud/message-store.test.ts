import assert from "node:assert/strict";
import type { AedesPublishPacket } from "aedes";
import { awsLimits } from "./aws-limits.ts";
import { MessageStore } from "./message-store.ts";

const hourMs = 3_600_000;
const lot1 = { id: "lot-1" };

let counter = 0;
const message = (topic: string, payload = "x"): AedesPublishPacket => ({
  cmd: "publish",
  topic,
  payload: Buffer.from(payload),
  qos: 1,
  dup: false,
  retain: false,
  brokerId: "broker",
  brokerCounter: ++counter,
});

describe("MessageStore", () => {
  let now: number;
  let store: MessageStore;

  beforeEach(() => {
    now = 1_000;
    store = new MessageStore(awsLimits, () => now);
  });

  describe("retained messages", () => {
    const found = async (...filters: string[]) => {
      const packets: AedesPublishPacket[] = await store
        .createRetainedStreamCombi(filters)
        .toArray();
      return packets.map(({ topic, payload }) => `${topic}: ${payload}`);
    };

    it("are the latest ones, found by their exact topic", async () => {
      await store.storeRetained(message("gate/lot-1/status", "online"));
      await store.storeRetained(message("gate/lot-1/status", "offline"));
      await store.storeRetained(message("gate/lot-2/status", "online"));
      assert.deepEqual(await found("gate/lot-1/status"), ["gate/lot-1/status: offline"]);
      assert.deepEqual(await found("gate/lot-2/status", "gate/lot-1/status", "gate/lot-3/status"), [
        "gate/lot-2/status: online",
        "gate/lot-1/status: offline",
      ]);
      const [topic, payload] = ["gate/lot-1/status", Buffer.from("offline")];
      assert.deepEqual(store.retained(topic), { topic, payload, qos: 1 });
      await store.storeRetained({ ...message(topic), qos: 0 });
      assert.equal(store.retained(topic)?.qos, 0);
    });

    it("are not found by wildcards", async () => {
      await store.storeRetained(message("gate/lot-1/status"));
      assert.deepEqual(await found("gate/+/status", "gate/#", "#"), []);
    });

    it("are removed by an empty one", async () => {
      await store.storeRetained(message("a"));
      await store.storeRetained(message("a", ""));
      assert.deepEqual(await found("a"), []);
      assert.equal(store.retained("a"), undefined);
    });

    it("are not kept on reserved topics", async () => {
      await store.storeRetained(message("$aws/things/lot-1/shadow/update"));
      assert.equal(store.retained("$aws/things/lot-1/shadow/update"), undefined);
    });
  });

  describe("sessions", () => {
    const subscribe = (topic: string, qos: 0 | 1 = 1) =>
      store.addSubscriptions(lot1, [{ topic, qos }]);
    /** Like aedes for every QoS 1 message: look up the subscribers, and store it for them. */
    async function publish(packet: AedesPublishPacket): Promise<void> {
      await store.outgoingEnqueueCombi(await store.subscriptionsByTopic(packet.topic), packet);
    }
    /** What a reconnecting client is sent. */
    async function queued(): Promise<AedesPublishPacket[]> {
      store.beginSession("lot-1", false);
      return store.outgoingStream(lot1).toArray();
    }
    const texts = async () => (await queued()).map(({ payload }) => String(payload));

    it("survive their connection: filters and messages wait for the client", async () => {
      const begun = { sessionPresent: false, filters: [] };
      assert.deepEqual(store.beginSession("lot-1", false), begun);
      await subscribe("a/+");
      await subscribe("b");
      store.endSession("lot-1");
      await publish(message("a/1", "first"));
      await publish(message("b", "second"));
      await publish(message("c", "to somebody else"));
      assert.deepEqual(store.beginSession("lot-1", false), {
        sessionPresent: true,
        filters: ["a/+", "b"],
      });
      assert.deepEqual(await texts(), ["first", "second"]);
      assert.deepEqual(await store.subscriptionsByClient(lot1), [
        { topic: "a/+", qos: 1 },
        { topic: "b", qos: 1 },
      ]);
    });

    it("store nothing for QoS 0 subscriptions, and one copy for several filters", async () => {
      store.beginSession("lot-1", false);
      await subscribe("a", 0);
      await publish(message("a", "unwanted"));
      await subscribe("+");
      await subscribe("#");
      await publish(message("a", "wanted"));
      assert.deepEqual(await texts(), ["wanted"]);
    });

    it("no longer match after an unsubscribe", async () => {
      store.beginSession("lot-1", false);
      await subscribe("a");
      await store.removeSubscriptions(lot1, ["a", "never"]);
      assert.deepEqual(await store.subscriptionsByTopic("a"), []);
      assert.deepEqual(store.beginSession("lot-1", false).filters, []);
    });

    it("expire an hour after the connection, not before", async () => {
      store.beginSession("lot-1", false);
      await subscribe("a");
      now += 5 * hourMs;
      await publish(message("a"));
      assert.deepEqual(await texts(), ["x"], "a connected session does not age");
      store.endSession("lot-1");
      now += hourMs - 1;
      assert.equal(store.beginSession("lot-1", false).sessionPresent, true);
      now += hourMs;
      assert.deepEqual(await texts(), ["x"], "a resumed session does not age either");
      store.endSession("lot-1");
      now += hourMs;
      assert.deepEqual(await store.subscriptionsByTopic("a"), []);
      assert.deepEqual(store.beginSession("lot-1", false), { sessionPresent: false, filters: [] });
      assert.deepEqual(await queued(), []);
    });

    it("end with a clean session, which leaves none behind", async () => {
      store.beginSession("lot-1", false);
      await subscribe("a");
      await publish(message("a"));
      assert.deepEqual(store.beginSession("lot-1", true), { sessionPresent: false, filters: [] });
      await subscribe("a");
      store.endSession("lot-1");
      assert.deepEqual(await store.subscriptionsByTopic("a"), []);
      assert.equal(store.beginSession("lot-1", false).sessionPresent, false);
    });

    it("forget a message by the packet identifier it was sent under", async () => {
      store.beginSession("lot-1", false);
      await subscribe("a");
      const [first, second] = [message("a", "first"), message("a", "second")];
      await publish(first);
      await publish(second);
      await store.outgoingUpdate(lot1, { ...first, messageId: 1 });
      await store.outgoingUpdate(lot1, { ...second, messageId: 2 });
      const acknowledged = await store.outgoingClearMessageId(lot1, {
        ...message(""),
        messageId: 1,
      });
      assert.equal(acknowledged?.brokerCounter, first.brokerCounter);
      assert.equal(
        await store.outgoingClearMessageId(lot1, { ...message(""), messageId: 1 }),
        undefined,
      );
      assert.deepEqual(await texts(), ["second"]);
    });

    it("forget a message that was never sent, by its content", async () => {
      store.beginSession("lot-1", false);
      await subscribe("a");
      const [first, second] = [message("a", "first"), message("a", "second")];
      await publish(first);
      await publish(second);
      const elsewhere = { ...first, brokerId: "another" };
      assert.equal(await store.outgoingClearMessageId(lot1, elsewhere), undefined);
      await store.outgoingClearMessageId(lot1, second);
      assert.deepEqual(await texts(), ["first"]);
    });

    it("deliver each message once to a reconnecting client: on arrival, or replayed", async () => {
      store.beginSession("lot-1", false);
      await subscribe("a");
      const [early, late] = [message("a", "early"), message("a", "late")];
      await publish(early);
      await publish(late);
      store.beginSession("lot-1", false);
      assert.equal(store.claimArriving("lot-1", early), true);
      const replayed: AedesPublishPacket[] = await store.outgoingStream(lot1).toArray();
      assert.deepEqual(
        replayed.map(({ payload }) => `${payload}`),
        ["late"],
      );
      assert.equal(store.claimArriving("lot-1", late), false);
      assert.equal(await store.outgoingClearMessageId(lot1, late), undefined, "it is on its way");
      assert.deepEqual(await texts(), ["early", "late"], "the next connection starts again");
      assert.equal(store.claimArriving("lot-1", message("a", "unknown")), true);
      assert.equal(store.claimArriving("lot-2", late), true);
    });

    it("do not mix up packet identifiers of different connections", async () => {
      store.beginSession("lot-1", false);
      await subscribe("a");
      const old = message("a", "old");
      await publish(old);
      await store.outgoingUpdate(lot1, { ...old, messageId: 1 });
      store.beginSession("lot-1", false);
      await store.outgoingClearMessageId(lot1, { ...message(""), messageId: 1 });
      assert.deepEqual(await texts(), ["old"]);
    });

    it("keep a message that is sent before it is stored", async () => {
      store.beginSession("lot-1", false);
      await store.outgoingUpdate(lot1, { ...message("a", "early"), messageId: 1 });
      assert.deepEqual(await texts(), ["early"]);
    });
  });
});
