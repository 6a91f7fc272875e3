import assert from "node:assert/strict";
import fc from "fast-check";
import mqttPacket, { type Packet } from "mqtt-packet";
import {
  encodeConnect,
  encodeDisconnect,
  encodePingreq,
  encodePuback,
  encodePublish,
  encodeSubscribe,
} from "./encode.ts";

/** mqtt-packet's own generator, used as the reference. */
const generate = (packet: Packet) => [...mqttPacket.generate(packet)];

const word = fc.string({ unit: "binary", minLength: 1, maxLength: 64 });
const number = fc.integer({ min: 1, max: 65_535 });

describe("the packets a box sends", () => {
  it("CONNECT, with and without a will, matches mqtt-packet", () => {
    const will = fc.option(fc.record({ topic: word, payload: word }), { nil: undefined });
    fc.assert(
      fc.property(word, fc.nat(65_535), will, (clientIdentifier, keepAliveSeconds, will) => {
        const expected = generate({
          cmd: "connect",
          protocolId: "MQTT",
          protocolVersion: 4,
          clean: true,
          clientId: clientIdentifier,
          keepalive: keepAliveSeconds,
          ...(will === undefined
            ? {}
            : {
                will: {
                  topic: will.topic,
                  payload: Buffer.from(will.payload),
                  qos: 1,
                  retain: true,
                },
              }),
        });
        const options = { clientIdentifier, keepAliveSeconds };
        const written = encodeConnect(will === undefined ? options : { ...options, will });
        assert.deepEqual([...written], expected);
      }),
    );
  });

  it("SUBSCRIBE matches mqtt-packet, with QoS 1 for each filter", () => {
    fc.assert(
      fc.property(number, fc.array(word, { minLength: 1, maxLength: 8 }), (id, filters) => {
        const subscriptions = filters.map((topic) => ({ topic, qos: 1 as const }));
        const expected = generate({ cmd: "subscribe", messageId: id, subscriptions });
        assert.deepEqual([...encodeSubscribe(id, ...filters)], expected);
      }),
    );
  });

  it("PUBLISH of any length matches mqtt-packet", () => {
    const payload = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.nat(40_000).map((length) => "x".repeat(length)),
      fc.constantFrom(118, 119, 120, 16_374, 16_375).map((length) => "x".repeat(length)),
    );
    fc.assert(
      fc.property(
        word,
        payload,
        fc.boolean(),
        fc.boolean(),
        number,
        (topic, text, retain, dup, id) => {
          const expected = generate({
            cmd: "publish",
            topic,
            payload: text,
            qos: 1,
            retain,
            dup,
            messageId: id,
          });
          const message = { topic, payload: text, retain, dup, packetIdentifier: id };
          assert.deepEqual([...encodePublish(message)], expected);
        },
      ),
    );
  });

  it("PUBACK, PINGREQ and DISCONNECT match mqtt-packet", () => {
    fc.assert(
      fc.property(number, (id) => {
        assert.deepEqual([...encodePuback(id)], generate({ cmd: "puback", messageId: id }));
      }),
    );
    assert.deepEqual([...encodePingreq()], generate({ cmd: "pingreq" }));
    assert.deepEqual([...encodeDisconnect()], generate({ cmd: "disconnect" }));
  });
});
