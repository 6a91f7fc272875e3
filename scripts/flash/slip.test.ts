import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeSlip, SlipDecoder } from "./slip.ts";

function decode(decoder: SlipDecoder, bytes: Uint8Array): number[][] {
  const packets: number[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const { taken, packet } = decoder.push(bytes.subarray(at));
    assert.ok(taken > 0);
    at += taken;
    if (packet !== undefined) packets.push([...packet]);
  }
  return packets;
}

const decodeAll = (...bytes: readonly number[]) =>
  decode(new SlipDecoder(), Uint8Array.from(bytes));

describe("SLIP", () => {
  it("brings any packets through, cut into any chunks, with text between them", () => {
    const packet = fc.uint8Array({ minLength: 1, maxLength: 300 });
    // What the ROM prints has no 0xc0.
    const text = fc.string({ unit: "binary-ascii", maxLength: 20 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, packet), { maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        (sent, step) => {
          const bytes = Buffer.concat(
            sent.flatMap(([words, each]) => [Buffer.from(words), encodeSlip(each)]),
          );
          const decoder = new SlipDecoder();
          const packets: number[][] = [];
          for (let at = 0; at < bytes.length; at += step) {
            packets.push(...decode(decoder, bytes.subarray(at, at + step)));
          }
          assert.deepEqual(
            packets,
            sent.map(([, each]) => [...each]),
          );
        },
      ),
    );
  });

  it("never fails on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        decode(new SlipDecoder(), bytes);
      }),
    );
  });

  it("escapes the bytes of RFC 1055", () => {
    const encoded = encodeSlip(Uint8Array.of(1, 0xc0, 2, 0xdb));
    assert.deepEqual([...encoded], [0xc0, 1, 0xdb, 0xdc, 2, 0xdb, 0xdd, 0xc0]);
  });

  it("finds the next packet after one whose end was lost", () => {
    assert.deepEqual(decodeAll(0xc0, 1, 0xc0, 2, 0xc0, 0xc0, 3, 0xc0), [[1], [3]]);
  });

  it("drops a packet with a wrong escape, and one that is too long", () => {
    assert.deepEqual(decodeAll(0xc0, 1, 0xdb, 1, 0xc0, 0xc0, 3, 0xc0), [[3]]);
    const long = new Uint8Array(0x8001).fill(1);
    assert.deepEqual(decodeAll(0xc0, ...long, 0xc0, 0xc0, 3, 0xc0), [[3]]);
  });
});
