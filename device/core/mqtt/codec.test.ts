import assert from "node:assert/strict";
import fc from "fast-check";
import mqttPacket, { type Packet } from "mqtt-packet";
import {
  Decoder,
  maximumBufferedBytes,
  maximumRemainingLength,
  PacketParser,
  type ServerPacket,
} from "./codec.ts";

const parser = new PacketParser();
const decode = (...chunks: Uint8Array[]) => {
  const decoder = new Decoder(parser);
  const packets: ServerPacket[] = [];
  for (const chunk of chunks) {
    decoder.receive(chunk);
    while (decoder.hasMore) {
      const packet = decoder.next();
      if (packet !== undefined) packets.push(packet);
    }
  }
  return { packets, error: decoder.error };
};

const generate = (packet: Packet) => new Uint8Array(mqttPacket.generate(packet));
const publish = (payload: string, fields: { qos?: 0 | 1; retain?: boolean; dup?: boolean } = {}) =>
  generate({
    cmd: "publish",
    topic: "gate/lot-1/command",
    payload,
    qos: 1,
    retain: false,
    dup: false,
    messageId: 7,
    ...fields,
  });
const pingresp = Uint8Array.of(0xd0, 0);

const serverPacket = fc.oneof(
  fc.constant(pingresp),
  fc.integer({ min: 1, max: 65_535 }).map((id) => generate({ cmd: "puback", messageId: id })),
  fc.integer({ min: 0, max: 5 }).map((code) => Uint8Array.of(0x20, 2, 0, code)),
  fc
    .record({ payload: fc.string({ maxLength: 3_000 }), qos: fc.constantFrom<0 | 1>(0, 1) })
    .map(({ payload, qos }) => publish(payload, { qos })),
  fc
    .integer({ min: 1, max: 65_535 })
    .map((id) => generate({ cmd: "suback", messageId: id, granted: [1] })),
);

/** The same bytes in different chunks. */
function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((end, i) => bytes.slice(at[i - 1] ?? 0, end));
}

describe("the MQTT codec", () => {
  it("decodes the same packets however their bytes are split", () => {
    fc.assert(
      fc.property(
        fc.array(serverPacket, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(20_000), { maxLength: 12 }),
        (packets, cuts) => {
          const bytes = new Uint8Array(Buffer.concat(packets));
          const whole = decode(bytes);
          assert.equal(whole.error, undefined);
          assert.equal(whole.packets.length, packets.length);
          assert.deepEqual(decode(...split(bytes, cuts)), whole);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("takes bytes one at a time", () => {
    const bytes = new Uint8Array(Buffer.concat([pingresp, publish("open"), pingresp]));
    const { packets, error } = decode(...Array.from(bytes, (byte) => Uint8Array.of(byte)));
    assert.equal(error, undefined);
    assert.deepEqual(
      packets.map(({ type }) => type),
      ["PINGRESP", "PUBLISH", "PINGRESP"],
    );
  });

  it("never throws on any bytes, and bad bytes do not affect another box", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }), (chunks) => {
        decode(...chunks);
        assert.deepEqual(decode(pingresp), { packets: [{ type: "PINGRESP" }], error: undefined });
      }),
      { numRuns: 3_000 },
    );
  });

  it("never throws on a packet that was changed in one place", () => {
    fc.assert(
      fc.property(serverPacket, fc.nat(), fc.nat(255), (packet, at, value) => {
        const bytes = packet.slice();
        bytes[at % bytes.length] = value;
        decode(bytes);
        assert.equal(decode(pingresp).error, undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it("cuts a PUBLISH that is longer than a command may be, and continues after it", () => {
    for (const length of [maximumBufferedBytes, 20_000, 128 * 1024]) {
      const bytes = new Uint8Array(Buffer.concat([publish("x".repeat(length)), publish("open")]));
      const { packets, error } = decode(...split(bytes, [1, 5, 2_000, 9_999]));
      assert.equal(error, undefined);
      const [long, short] = packets;
      assert.ok(long?.type === "PUBLISH" && short?.type === "PUBLISH");
      assert.equal(long.payloadLength, length);
      assert.equal(long.packetIdentifier, 7);
      assert.equal(long.text, "");
      assert.equal(short.text, "open");
    }
  });

  it("refuses packets larger than AWS sends", () => {
    const announce = (first: number, length: number) =>
      Uint8Array.of(
        first,
        (length & 0x7f) | 0x80,
        ((length >> 7) & 0x7f) | 0x80,
        ((length >> 14) & 0x7f) | 0x80,
        length >> 21,
      );
    assert.match(decode(announce(0x30, 268_435_455)).error ?? "", /of 268435455 bytes/);
    assert.notEqual(decode(announce(0x30, maximumRemainingLength + 1)).error, undefined);
    assert.equal(decode(announce(0x30, maximumRemainingLength)).error, undefined);
    assert.notEqual(decode(announce(0x90, maximumBufferedBytes + 1)).error, undefined);
    assert.notEqual(decode(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0xff)).error, undefined);
  });

  const wrong: readonly (readonly [string, readonly number[]])[] = [
    ["an empty CONNACK", [0x20, 0]],
    ["an empty PUBACK, followed by another packet", [0x40, 0, 0xd0, 0]],
    ["an empty SUBACK", [0x90, 0]],
    ["an empty PUBLISH", [0x30, 0]],
    ["a PUBLISH without a topic", [0x30, 2, 0, 0]],
    ["a topic longer than the packet", [0x30, 3, 0, 9, 97]],
    ["a wildcard in a topic", [0x30, 3, 0, 1, 0x23]],
    ["QoS 2", [0x34, 5, 0, 1, 97, 0, 1]],
    ["QoS 3", [0x36, 5, 0, 1, 97, 0, 1]],
    ["QoS 1 with identifier 0", [0x32, 5, 0, 1, 97, 0, 0]],
    ["DUP with QoS 0", [0x38, 3, 0, 1, 97]],
    ["a CONNACK with a byte too many", [0x20, 3, 0, 0, 0]],
    ["a PUBACK with a byte too many", [0x40, 3, 0, 1, 0]],
    ["a PINGRESP with a byte too many", [0xd0, 1, 0]],
    ["a surrogate in a topic, which is invalid UTF-8", [0x30, 6, 0, 4, 97, 0xed, 0xa0, 0x80]],
    ["a CONNECT", [0x10, 12, 0, 4, 77, 81, 84, 84, 4, 2, 0, 60, 0, 0]],
    ["a PINGREQ", [0xc0, 0]],
    ["packet type 0", [0x00, 0]],
  ];
  for (const [name, bytes] of wrong) {
    it(`refuses ${name}`, () => {
      const { packets, error } = decode(Uint8Array.from(bytes));
      assert.equal(typeof error, "string");
      assert.deepEqual(packets, []);
    });
  }

  it("decodes invalid UTF-8 as U+FFFD", () => {
    const { packets } = decode(Uint8Array.of(0x30, 4, 0, 1, 97, 0xff));
    assert.ok(packets[0]?.type === "PUBLISH");
    assert.equal(packets[0].text, "\ufffd");
  });
});
