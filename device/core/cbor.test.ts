import assert from "node:assert/strict";
import fc from "fast-check";
import { type CborValue, readCborMap, writeCborMap } from "./cbor.ts";

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const read = (hex: string) => readCborMap(bytesOf(hex));

/** In a buffer of which it is only the middle, so that reading past the end finds bytes. */
function inTheMiddle(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 64).fill(0x61);
  buffer.set(bytes, 32);
  return buffer.subarray(32, 32 + bytes.length);
}

const value = fc.oneof(
  fc.maxSafeNat(),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.uint8Array({ maxLength: 5_000 }),
);
const members = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), value, { maxKeys: 16 });

describe("CBOR", () => {
  it("is written as in RFC 8949, appendix A", () => {
    const numbers: readonly (readonly [number, string])[] = [
      [0, "00"],
      [23, "17"],
      [24, "1818"],
      [255, "18ff"],
      [256, "190100"],
      [1_000_000, "1a000f4240"],
      [1_000_000_000_000, "1b000000e8d4a51000"],
    ];
    for (const [number, hex] of numbers) {
      assert.equal(Buffer.from(writeCborMap({ a: number })).toString("hex"), `a16161${hex}`);
      assert.equal(read(`a16161${hex}`)?.get("a"), number);
    }
    assert.deepEqual(
      read("a26161436162636162626869"),
      new Map<string, CborValue>([
        ["a", bytesOf("616263")],
        ["b", "hi"],
      ]),
    );
    assert.deepEqual(read("a0"), new Map());
  });

  it("is read as it was written", () => {
    fc.assert(
      fc.property(members, (each) => {
        assert.deepEqual(readCborMap(writeCborMap(each)), new Map(Object.entries(each)));
      }),
    );
  });

  it("refuses what it does not know", () => {
    const refused = [
      "", // nothing
      "80", // an array
      "a1616120", // a negative number
      "a16161f5", // a simple value
      "a16161a0", // a map inside
      "a1616180", // an array inside
      "a16161c100", // a tag
      "a10000", // a key that is a number
      "a141610b", // a key of bytes
      "bf616100ff", // an indefinite map
      "a161615f4161ff", // indefinite bytes
      "a161611c", // a reserved length
      "a161611bffffffffffffffff", // a number that JavaScript cannot count
      "a261610061610b", // the same key twice
      "a1616100ff", // something after it
      "a16161", // no value
      "a161611901", // a number cut short
      "a161614461", // bytes cut short
      "a161615affffffff", // a length beyond everything
      "b818", // more members than any message has
    ];
    for (const hex of refused) assert.equal(read(hex), undefined, hex);
    assert.equal(readCborMap(writeCborMap({ ["k".repeat(33)]: 1 })), undefined, "a long key");
  });

  it("never throws and never reads past the end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readCborMap(inTheMiddle(bytes));
      }),
    );
    fc.assert(
      fc.property(members, fc.nat(), (each, cut) => {
        const whole = writeCborMap(each);
        const length = cut % Math.max(1, whole.length);
        assert.equal(readCborMap(inTheMiddle(whole.subarray(0, length))), undefined);
      }),
    );
  });
});
