import assert from "node:assert/strict";
import fc from "fast-check";
import mqttPacket, { type Packet } from "mqtt-packet";
import { PacketParser } from "./codec.ts";
import { connackTimeoutMs, retryMs, Session, type SessionEffect } from "./session.ts";

const keepAliveSeconds = 60;
const parser = new PacketParser();

function create(): Session {
  return new Session(
    {
      clientIdentifier: "lot-1",
      keepAliveSeconds,
      topicFilters: ["gate/lot-1/command"],
      will: { topic: "gate/lot-1/status", payload: "{}" },
    },
    parser,
  );
}

const from = (packet: Packet) => new Uint8Array(mqttPacket.generate(packet));
const connack = (returnCode = 0, sessionPresent = false) =>
  from({ cmd: "connack", returnCode, sessionPresent });
const suback = (messageId: number, granted = [1]) => from({ cmd: "suback", messageId, granted });
const puback = (messageId: number) => from({ cmd: "puback", messageId });
const event = { topic: "gate/lot-1/event", payload: "{}", retain: false, isExpendable: false };

/** What the effects send, read by another parser. */
function sent(effects: readonly SessionEffect[]): Packet[] {
  const packets: Packet[] = [];
  const reader = mqttPacket.parser({ protocolVersion: 4 });
  reader.on("packet", (packet) => packets.push(packet));
  for (const effect of effects) if (effect.type === "send") reader.parse(Buffer.from(effect.bytes));
  return packets;
}

const commands = (effects: readonly SessionEffect[]) => sent(effects).map(({ cmd }) => cmd);
const failure = (effects: readonly SessionEffect[]) => {
  const failed = effects.find(({ type }) => type === "failed");
  return failed?.type === "failed" ? failed.error : undefined;
};

/** Bytes from the peer, all handled. */
function feed(session: Session, bytes: Uint8Array, now: number): SessionEffect[] {
  session.receive(bytes, now);
  const effects: SessionEffect[] = [];
  while (session.hasMore) effects.push(...session.handleNext(now));
  return effects;
}

function ready(now = 0): Session {
  const session = create();
  session.connect(now);
  feed(session, connack(), now);
  feed(session, suback(1), now);
  return session;
}

describe("an MQTT session", () => {
  it("connects, subscribes, and is ready when the subscription is granted", () => {
    const session = create();
    assert.deepEqual(commands(session.connect(0)), ["connect"]);
    const effects = feed(session, connack(), 10);
    assert.deepEqual(
      effects.map(({ type }) => type),
      ["send"],
      "not ready yet",
    );
    const [subscribe] = sent(effects);
    assert.ok(subscribe?.cmd === "subscribe");
    assert.deepEqual(subscribe.subscriptions, [{ topic: "gate/lot-1/command", qos: 1 }]);
    assert.deepEqual(feed(session, suback(1), 20), [{ type: "ready" }]);
  });

  it("sends nothing between CONNECT and CONNACK, or before the subscription is granted", () => {
    const session = create();
    session.connect(0);
    assert.deepEqual(session.publish(event, 1), []);
    assert.deepEqual(session.handleTimeout(connackTimeoutMs - 1), []);
    assert.deepEqual(commands(feed(session, connack(), 2)), ["subscribe"]);
    assert.deepEqual(session.publish(event, 3), []);
    assert.deepEqual(commands(feed(session, suback(1), 4)), ["publish", "publish"]);
  });

  for (const [code, who] of [
    [1, "person"],
    [2, "person"],
    [3, "transport"],
    [4, "person"],
    [5, "person"],
    [6, "peer"],
  ] as const) {
    it(`ends at CONNACK ${code}, so the ${who} must act`, () => {
      const session = create();
      session.connect(0);
      assert.equal(failure(feed(session, connack(code), 1))?.who, who);
      assert.equal(session.deadline, undefined);
    });
  }

  it("waits 20 s for CONNACK", () => {
    const session = create();
    session.connect(0);
    assert.equal(session.deadline, connackTimeoutMs);
    assert.equal(failure(session.handleTimeout(connackTimeoutMs))?.reason, "no-connack");
  });

  it("ends when the peer breaks the protocol", () => {
    const before = create();
    before.connect(0);
    assert.equal(failure(feed(before, suback(1), 1))?.who, "peer");
    const kept = create();
    kept.connect(0);
    assert.equal(failure(feed(kept, connack(0, true), 1))?.who, "peer");
    assert.equal(failure(feed(ready(), connack(), 1))?.who, "peer");
    assert.equal(failure(feed(ready(), Uint8Array.of(0xff, 0xff), 1)), undefined);
    assert.equal(failure(feed(ready(), Uint8Array.of(0xc0, 0), 1))?.who, "peer");
  });

  it("ends when the subscription is refused", () => {
    const session = create();
    session.connect(0);
    feed(session, connack(), 0);
    assert.equal(failure(feed(session, suback(1, [0x80]), 1))?.reason, "subscription-refused");
  });

  it("repeats SUBSCRIBE on the same connection with the same identifier", () => {
    const session = create();
    session.connect(0);
    feed(session, connack(), 0);
    assert.deepEqual(session.handleTimeout(retryMs - 1), []);
    assert.deepEqual(
      sent(session.handleTimeout(retryMs)).map(({ cmd, messageId }) => ({ cmd, messageId })),
      [{ cmd: "subscribe", messageId: 1 }],
    );
    assert.deepEqual(feed(session, suback(1), retryMs + 1), [{ type: "ready" }]);
    assert.deepEqual(feed(session, suback(1), retryMs + 2), [], "the answer to the other one");
  });

  it("repeats PUBLISH with DUP and the same identifier until it is acknowledged", () => {
    const session = ready();
    const [first] = sent(session.publish(event, 0));
    assert.ok(first?.cmd === "publish");
    assert.equal(first.dup, false);
    assert.equal(session.deadline, retryMs);
    const [second] = sent(session.handleTimeout(retryMs));
    assert.ok(second?.cmd === "publish");
    assert.equal(second.dup, true);
    assert.equal(second.messageId, first.messageId);
    assert.equal(session.isDelivered, false);
    feed(session, puback(Number(first.messageId)), retryMs + 1);
    assert.equal(session.isDelivered, true);
    assert.deepEqual(session.handleTimeout(2 * retryMs), []);
  });

  it("resends unacknowledged messages on the next connection, as new and in order", () => {
    const session = ready();
    session.publish({ ...event, payload: "1" }, 0);
    session.publish({ ...event, payload: "2" }, 0);
    session.disconnected();
    session.publish({ ...event, payload: "3" }, 1);
    session.connect(2);
    const [subscribe] = sent(feed(session, connack(), 2));
    const again = sent(feed(session, suback(Number(subscribe?.messageId)), 3));
    assert.deepEqual(
      again.map((packet) => packet.cmd === "publish" && [String(packet.payload), packet.dup]),
      [
        ["1", false],
        ["2", false],
        ["3", false],
      ],
    );
  });

  it("has at most eight messages in flight, each with its own identifier", () => {
    const session = ready();
    const packets = Array.from({ length: 20 }, () => sent(session.publish(event, 0))).flat();
    assert.equal(packets.length, 8);
    assert.equal(new Set(packets.map(({ messageId }) => messageId)).size, 8);
    assert.equal(sent(feed(session, puback(Number(packets[3]?.messageId)), 1)).length, 1);
  });

  it("keeps 64 unsent messages, and counts dropped ones", () => {
    const session = create();
    for (let i = 0; i < 70; i++) session.publish(event, 0);
    assert.equal(session.droppedMessages, 6);
  });

  it("pings after keepAlive without traffic, and ends after 1.5 × keepAlive of silence", () => {
    const session = ready();
    assert.equal(session.deadline, 60_000);
    assert.deepEqual(session.handleTimeout(59_999), []);
    assert.deepEqual(commands(session.handleTimeout(60_000)), ["pingreq"]);
    assert.equal(session.deadline, 90_000);
    assert.deepEqual(session.handleTimeout(89_999), []);
    assert.equal(failure(session.handleTimeout(90_000))?.reason, "silent");
  });

  it("continues while pings are answered", () => {
    const session = ready();
    for (let now = 60_000; now <= 600_000; now += 60_000) {
      assert.deepEqual(commands(session.handleTimeout(now)), ["pingreq"]);
      assert.deepEqual(feed(session, Uint8Array.of(0xd0, 0), now), []);
    }
  });

  it("delivers a message, and acknowledges it on request unless its QoS is 0", () => {
    const message = { cmd: "publish", topic: "t", payload: "open", retain: false } as const;
    const session = ready();
    const receive = (packet: Parameters<typeof from>[0]) => {
      const [effect, ...others] = feed(session, from(packet), 1);
      assert.ok(effect?.type === "message" && others.length === 0);
      return effect.packet;
    };
    const one = receive({ ...message, qos: 1, dup: false, messageId: 9 });
    const acknowledgement = sent(session.acknowledge(one, 2));
    assert.deepEqual(
      acknowledgement.map(({ cmd, messageId }) => [cmd, messageId]),
      [["puback", 9]],
    );
    const zero = receive({ ...message, qos: 0, dup: false });
    assert.deepEqual(session.acknowledge(zero, 2), []);
    session.disconnected();
    assert.deepEqual(session.acknowledge(one, 3), [], "the next connection does not know of it");
  });

  it("sends DISCONNECT once, and nothing after it", () => {
    const session = ready();
    assert.deepEqual(commands(session.disconnect(1)), ["disconnect"]);
    assert.deepEqual(session.disconnect(2), []);
    assert.deepEqual(session.publish(event, 3), []);
    assert.deepEqual(feed(session, connack(), 4), []);
  });

  it("never throws on any bytes, and ignores input after a failure", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.constantFrom(connack(), suback(1), suback(2), puback(1), Uint8Array.of(0xd0, 0)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, fc.nat(40_000)), { maxLength: 12 }), (steps) => {
        const session = create();
        session.connect(0);
        let now = 0;
        let hasFailed = false;
        for (const [chunk, wait] of steps) {
          now += wait;
          const effects = [...session.handleTimeout(now), ...feed(session, chunk, now)];
          if (hasFailed) assert.deepEqual(effects, []);
          hasFailed ||= failure(effects) !== undefined;
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
