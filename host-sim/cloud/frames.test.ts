import assert from "node:assert/strict";
import fc from "fast-check";
import { generate } from "mqtt-packet";
import { Framer, packetType, publishIdentifier, publishQos, publishTopic } from "./frames.ts";

const publish = (topic: string, payload: Buffer, qos: 0 | 1, messageId: number): Buffer =>
  generate({ cmd: "publish", topic, payload, qos, messageId, dup: false, retain: true });
const pingreq = Buffer.of(0xc0, 0);

describe("Framer", () => {
  it("finds the packets however the stream is split", () => {
    const sizes = fc.oneof(fc.nat(300), fc.constantFrom(115, 116, 127, 128, 16_372, 16_373));
    const packet = sizes.map((size) => publish("gate", Buffer.alloc(size, 7), 1, 9));
    const packets = fc.array(fc.oneof(packet, fc.constant(pingreq)), { maxLength: 5 });
    fc.assert(
      fc.property(packets, fc.array(fc.integer({ min: 1, max: 200 })), (sent, cuts) => {
        const framer = new Framer(20_000);
        let stream = Buffer.concat(sent);
        const frames: Buffer[] = [];
        for (const cut of [...cuts, stream.length]) {
          const result = framer.push(stream.subarray(0, cut));
          assert.equal(result.problem, undefined);
          frames.push(...result.frames);
          stream = stream.subarray(cut);
        }
        assert.deepEqual(frames, sent);
      }),
    );
  });

  it("reports a packet as too long as soon as its header is there", () => {
    const framer = new Framer(10);
    assert.deepEqual(framer.push(Buffer.of(0x30, 8, ...Array(8).fill(0))).frames.length, 1);
    assert.deepEqual(framer.push(Buffer.of(0xc0, 0, 0x30)), { frames: [pingreq] });
    assert.deepEqual(framer.push(Buffer.of(9)), { frames: [], problem: "a packet of 11 bytes" });
  });

  it("reports a length of five bytes as malformed [MQTT-2.2.3]", () => {
    const framer = new Framer(Infinity);
    assert.deepEqual(framer.push(Buffer.of(0x30, 0x80, 0x80, 0x80)), { frames: [] });
    const problem = "malformed remaining length";
    assert.deepEqual(framer.push(Buffer.of(0x80)), { frames: [], problem });
  });
});

describe("a frame", () => {
  it("contains its type, and for PUBLISH the QoS, the topic and the packet identifier", () => {
    assert.equal(packetType(pingreq), 12);
    const payload = fc.constantFrom(0, 100, 128, 20_000).map((size) => Buffer.alloc(size));
    const topic = fc.string({ minLength: 1, unit: "grapheme" });
    const identifier = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(topic, payload, identifier, (name, bytes, id) => {
        const atLeastOnce = publish(name, bytes, 1, id);
        assert.equal(packetType(atLeastOnce), 3);
        assert.equal(publishQos(atLeastOnce), 1);
        assert.equal(publishTopic(atLeastOnce), name);
        assert.equal(publishIdentifier(atLeastOnce), id);
        assert.equal(publishQos(publish(name, bytes, 0, id)), 0);
      }),
    );
  });
});
