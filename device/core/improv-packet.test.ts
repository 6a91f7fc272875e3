import assert from "node:assert/strict";
import fc from "fast-check";
import { commandOf, hostile, packet, packetOf, text } from "./improv.rig.ts";
import {
  encodePacket,
  encodeResult,
  ImprovDecoder,
  type ImprovInput,
  readCommand,
  readTexts,
} from "./improv-packet.ts";

type Found = readonly [type: "packet" | "damaged", packetType: number, data?: readonly number[]];

function decode(chunks: readonly Uint8Array[], decoder = new ImprovDecoder()): Found[] {
  return chunks.flatMap((chunk) => {
    const found: Found[] = [];
    decoder.receive(chunk);
    for (let input = decoder.next(); input; input = decoder.next()) found.push(summary(input));
    return found;
  });
}

const summary = (input: ImprovInput): Found =>
  input.type === "packet"
    ? ["packet", input.packetType, [...input.data]]
    : ["damaged", input.packetType];

/** Cuts `bytes` into pieces of at most the given sizes; the last one takes the rest. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const [size, ...rest] = sizes;
  if (size === undefined) return [bytes];
  return [bytes.subarray(0, size), ...cut(bytes.subarray(size), rest)];
}

const sizes = fc.array(fc.nat(40), { maxLength: 30 });

describe("Improv's packets", () => {
  it("are found between any text, in any pieces", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, packet)), text, sizes, (parts, end, pieces) => {
        const bytes = Buffer.concat([
          ...parts.flatMap(([before, { bytes }]) => [Buffer.from(before), bytes]),
          Buffer.from(end),
        ]);
        const expected = parts.map(([, { type, data }]) => ["packet", type, [...data]]);
        assert.deepEqual(decode(cut(bytes, pieces)), expected);
      }),
    );
  });

  it("are the same in any pieces, whatever arrives", () => {
    fc.assert(
      fc.property(hostile, sizes, (bytes, pieces) => {
        assert.deepEqual(decode(cut(bytes, pieces)), decode([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it("are at most one for every seven bytes, and keep no more than one", () => {
    fc.assert(
      fc.property(hostile, (bytes) => {
        const decoder = new ImprovDecoder();
        assert.ok(decode([bytes], decoder).length <= bytes.length / 7);
        // The longest packet has 265 bytes: 264 are the most that can be waiting.
        decode([new Uint8Array(264).fill(0)], decoder);
        assert.equal(decoder.isPartial, false);
      }),
      { numRuns: 500 },
    );
  });

  it("of every type and the longest length are read", () => {
    const longest = new Uint8Array(255).fill(0x49);
    assert.deepEqual(decode([packetOf(255, longest), packetOf(0, [])]), [
      ["packet", 255, [...longest]],
      ["packet", 0, []],
    ]);
  });

  it("with another version are not packets", () => {
    const bytes = packetOf(3, [2, 0]);
    bytes[6] = 2;
    assert.deepEqual(decode([bytes]), []);
  });

  it("are damaged if the checksum is wrong, and hide no packet in what they claimed", () => {
    const torn = commandOf(1, new Uint8Array(80)).subarray(0, 40);
    const requests = Buffer.concat(Array.from({ length: 6 }, () => commandOf(2)));
    const found = decode([torn, requests]);
    assert.deepEqual(found[0], ["damaged", 3]);
    assert.deepEqual(
      found.slice(1),
      Array.from({ length: 6 }, () => ["packet", 3, [2, 0]]),
    );
  });

  it("can be dropped before their end", () => {
    const decoder = new ImprovDecoder();
    assert.equal(decoder.isPartial, false);
    decode([commandOf(2).subarray(0, 8)], decoder);
    assert.equal(decoder.isPartial, true);
    decoder.drop();
    assert.equal(decoder.isPartial, false);
    assert.deepEqual(decode([commandOf(2)], decoder), [["packet", 3, [2, 0]]]);
  });

  it("are written with a newline before and after", () => {
    fc.assert(
      fc.property(packet, ({ type, data, bytes }) => {
        assert.deepEqual([...encodePacket(type, data)], [10, ...bytes]);
      }),
    );
  });

  it("hold texts as UTF-8, each with its length", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 5 }), (texts) => {
        const length = texts.reduce((total, each) => total + 1 + Buffer.byteLength(each), 2);
        fc.pre(length <= 255);
        const data = encodeResult(7, texts);
        const command = readCommand(data);
        assert.equal(command?.command, 7);
        const expected = length === 10 ? [...texts, ""] : texts;
        assert.deepEqual(readTexts(command.parameters), expected);
      }),
    );
  });

  it("have no room for texts of more than 253 bytes with their lengths", () => {
    assert.equal(encodeResult(1, ["x".repeat(252)]).length, 255);
    assert.throws(() => encodeResult(1, ["x".repeat(253)]), RangeError);
  });

  it("with wrong lengths inside are no commands and no texts", () => {
    for (const data of [[], [1], [1, 1], [1, 0, 9]]) {
      assert.equal(readCommand(Uint8Array.from(data)), undefined, String(data));
    }
    assert.equal(readTexts(Uint8Array.of(1)), undefined);
    assert.equal(readTexts(Uint8Array.of(0, 3, 65, 65)), undefined);
  });

  it("show which texts are not UTF-8", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        const isText = Buffer.from(Buffer.from(bytes).toString()).equals(bytes);
        const expected = isText ? Buffer.from(bytes).toString() : undefined;
        assert.deepEqual(readTexts(Uint8Array.of(bytes.length, ...bytes)), [expected]);
      }),
    );
    assert.deepEqual(readTexts(Uint8Array.of(2, 0xc0, 0x80)), [undefined]);
    assert.deepEqual(readTexts(Uint8Array.of(3, 0xef, 0xbf, 0xbd)), ["\ufffd"]);
  });
});
