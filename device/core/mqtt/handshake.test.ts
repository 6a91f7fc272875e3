import assert from "node:assert/strict";
import { Decoder, PacketParser, type PublishPacket, type ServerPacket } from "./codec.ts";
import { Handshake, type HandshakeEffect } from "./handshake.ts";
import { clientPackets, connack, puback, publish, suback } from "./packets.rig.ts";

const parser = new PacketParser();

function packet(bytes: Uint8Array): ServerPacket {
  const decoder = new Decoder(parser);
  decoder.receive(bytes);
  const next = decoder.next();
  assert.ok(next !== undefined);
  return next;
}

function create(topicFilters: readonly string[] = ["a", "b"]): Handshake {
  const connect = { clientIdentifier: "lot-1", keepAliveSeconds: 60 };
  let identifier = 40;
  return new Handshake(connect, topicFilters, () => {
    identifier += 1;
    return identifier;
  });
}

function subscribing(): Handshake {
  const handshake = create();
  handshake.connect(0);
  handshake.handle(packet(connack()), 10);
  return handshake;
}

const reasonOf = (effect: HandshakeEffect | undefined) =>
  effect?.type === "failed" ? `${effect.error.who} ${effect.error.reason}` : effect?.type;

describe("Handshake", () => {
  it("sends CONNECT, then one SUBSCRIBE for all its filters, and is ready when all are granted", () => {
    const handshake = create();
    assert.equal(clientPackets([handshake.connect(0).bytes])[0]?.cmd, "connect");
    assert.equal(handshake.state, "connecting");
    const effect = handshake.handle(packet(connack()), 10);
    assert.ok(effect?.type === "send");
    const [subscribe] = clientPackets([effect.bytes]);
    assert.ok(subscribe?.cmd === "subscribe");
    assert.equal(subscribe.messageId, 41);
    assert.deepEqual(
      subscribe.subscriptions.map(({ topic }) => topic),
      ["a", "b"],
    );
    assert.deepEqual([handshake.state, handshake.since], ["subscribing", 10]);
    assert.deepEqual(handshake.handle(packet(suback(41, [1, 0])), 20), { type: "ready" });
    assert.equal(handshake.state, "ready");
  });

  it("sends a second SUBSCRIBE for more than eight filters, as AWS IoT Core demands", () => {
    const filters = Array.from({ length: 9 }, (_, index) => `f${index}`);
    const handshake = create(filters);
    const subscribed = (effect: HandshakeEffect | undefined) => {
      assert.ok(effect?.type === "send");
      const [subscribe] = clientPackets([effect.bytes]);
      assert.ok(subscribe?.cmd === "subscribe");
      const topics = subscribe.subscriptions.map(({ topic }) => topic);
      return [subscribe.messageId, ...topics];
    };
    const eight = new Array(8).fill(1);
    handshake.connect(0);
    assert.deepEqual(subscribed(handshake.handle(packet(connack()), 10)), [
      41,
      ...filters.slice(0, 8),
    ]);
    assert.equal(reasonOf(handshake.handle(packet(suback(42, eight)), 15)), "peer protocol");
    assert.deepEqual(subscribed(handshake.handle(packet(suback(41, eight)), 20)), [42, "f8"]);
    assert.deepEqual([handshake.state, handshake.since], ["subscribing", 20]);
    assert.equal(handshake.handle(packet(suback(41, eight)), 25), undefined, "a repeated answer");
    assert.deepEqual(subscribed(handshake.repeatSubscribe(30)), [42, "f8"]);
    assert.deepEqual(handshake.handle(packet(suback(42, [1])), 35), { type: "ready" });
    assert.equal(handshake.handle(packet(suback(42, [1])), 40), undefined);

    handshake.connect(50);
    const again = subscribed(handshake.handle(packet(connack()), 60));
    assert.equal(again.length, 9, "a new connection begins with the first");
  });

  it("says which filter of the second SUBSCRIBE was refused", () => {
    const handshake = create([..."abcdefgh", "i", "j"]);
    handshake.connect(0);
    handshake.handle(packet(connack()), 10);
    handshake.handle(packet(suback(41, new Array(8).fill(1))), 20);
    const refused = handshake.handle(packet(suback(42, [1, 0x80])), 30);
    assert.ok(refused?.type === "failed");
    assert.equal(refused.error.detail, "j");
  });

  it("accepts no packet before CONNACK, and only one CONNACK", () => {
    for (const bytes of [suback(41, [1, 1]), puback(1), publish({ topic: "a", payload: "x" })]) {
      const handshake = create();
      handshake.connect(0);
      assert.equal(reasonOf(handshake.handle(packet(bytes), 1)), "peer protocol");
    }
    assert.equal(reasonOf(subscribing().handle(packet(connack()), 20)), "peer protocol");
    const ready = subscribing();
    ready.handle(packet(suback(41, [1, 1])), 20);
    assert.equal(reasonOf(ready.handle(packet(connack()), 30)), "peer protocol");
  });

  it("fails when SUBACK does not match, or refuses a filter", () => {
    const answer = (bytes: Uint8Array) => subscribing().handle(packet(bytes), 20);
    assert.equal(reasonOf(answer(suback(40, [1, 1]))), "peer protocol");
    assert.equal(reasonOf(answer(suback(41, [1]))), "peer protocol");
    const refused = answer(suback(41, [1, 0x80]));
    assert.equal(reasonOf(refused), "person subscription-refused");
    assert.ok(refused?.type === "failed");
    assert.equal(refused.error.detail, "b");
  });

  it("repeats SUBSCRIBE with the same identifier, and accepts a second SUBACK as its answer", () => {
    const handshake = subscribing();
    const [subscribe] = clientPackets([handshake.repeatSubscribe(5_000).bytes]);
    assert.equal(subscribe?.messageId, 41);
    assert.equal(handshake.since, 5_000);
    handshake.handle(packet(suback(41, [1, 1])), 5_010);
    assert.equal(handshake.handle(packet(suback(41, [1, 1])), 5_020), undefined);
    assert.equal(handshake.state, "ready");
  });

  it("leaves other packets to its owner once CONNACK has come", () => {
    const message = packet(publish({ topic: "a", payload: "x" }));
    assert.equal(subscribing().handle(message, 20), undefined);
    assert.equal(subscribing().handle(packet(puback(3)), 20), undefined);
  });

  it("acknowledges a message of QoS 1 while the connection is there", () => {
    const handshake = subscribing();
    const message = (qos: 0 | 1) =>
      packet(publish({ topic: "a", payload: "x", qos })) as PublishPacket;
    const [effect] = handshake.acknowledge(message(1));
    assert.ok(effect !== undefined);
    assert.deepEqual(
      clientPackets([effect.bytes]).map(({ cmd, messageId }) => [cmd, messageId]),
      [["puback", 7]],
    );
    assert.deepEqual(handshake.acknowledge(message(0)), []);
    handshake.close();
    assert.deepEqual(handshake.acknowledge(message(1)), []);
  });
});
