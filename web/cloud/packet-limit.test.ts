import assert from "node:assert/strict";
import fc from "fast-check";
import mqttPacket, { type Packet } from "mqtt-packet";
import { maximumPacketBytes, PacketLimit } from "./packet-limit.ts";

describe("packets from a broker", () => {
  /** Sends the bytes in pieces of these sizes. @returns the packets that arrive */
  async function through(bytes: Buffer, sizes: readonly number[]): Promise<Packet[]> {
    const limit = new PacketLimit();
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    const packets: Packet[] = [];
    parser.on("packet", (packet) => packets.push(packet));
    limit.on("data", (chunk: Buffer) => parser.parse(chunk));
    const ended = new Promise<void>((resolve, reject) => {
      limit.on("end", resolve);
      limit.on("error", reject);
    });
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1;
      limit.write(bytes.subarray(at, at + size));
      at += size;
    }
    limit.end();
    await ended;
    return packets;
  }

  const publish = (payload: number, qos: 0 | 1) =>
    mqttPacket.generate({
      cmd: "publish",
      topic: "gate/lot-1/status",
      payload: Buffer.alloc(payload, 0x78),
      qos,
      retain: true,
      dup: false,
      messageId: 7,
    });

  it("arrive as they were sent, and a PUBLISH that is too long without its payload", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.nat(200),
            fc.constantFrom(maximumPacketBytes - 21, maximumPacketBytes, 70_000),
          ),
          { maxLength: 5 },
        ),
        fc.constantFrom(0, 1),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(60_000)), { minLength: 1 }),
        async (lengths, qos, sizes) => {
          const head = 2 + "gate/lot-1/status".length + 2 * qos;
          const sent = lengths.map((length) => publish(length, qos as 0 | 1));
          const ping = mqttPacket.generate({ cmd: "pingresp" });
          const packets = await through(Buffer.concat([...sent, ping]), sizes);
          assert.deepEqual(
            packets.map((packet) =>
              packet.cmd === "publish" ? packet.payload.length : packet.cmd,
            ),
            [...lengths.map((each) => (head + each > maximumPacketBytes ? 0 : each)), "pingresp"],
          );
          for (const packet of packets) {
            if (packet.cmd !== "publish") continue;
            assert.equal(packet.topic, "gate/lot-1/status");
            assert.equal(packet.messageId, qos === 0 ? undefined : 7);
          }
        },
      ),
      { numRuns: 60 },
    ));

  it("never fill the memory: 256 MB arrive as one empty PUBLISH", async () => {
    const limit = new PacketLimit();
    let passed = 0;
    limit.on("data", (chunk: Buffer) => {
      passed += chunk.length;
    });
    limit.write(Buffer.from([0x31, 0xff, 0xff, 0xff, 0x7f, 0, 4, ...Buffer.from("gate")]));
    const megabyte = Buffer.alloc(1 << 20);
    for (let sent = 0; sent < 255; sent++) limit.write(megabyte);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(passed, 8);
  });

  it("end the connection when they are malformed, or too long and no PUBLISH", async () => {
    await assert.rejects(through(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1]), [9]), /malformed/);
    await assert.rejects(through(Buffer.from([0x90, 0xff, 0xff, 0x7f, 0, 1]), [1]), /malformed/);
    const topic = Buffer.concat([
      Buffer.from([0x30, 0xff, 0xff, 0x7f, 0xff, 0xff]),
      Buffer.alloc(70_000),
    ]);
    await assert.rejects(through(topic, [500]), /malformed|too long/);
  });
});
