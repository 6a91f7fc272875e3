import assert from "node:assert/strict";
import fc from "fast-check";
import { readUtf8, utf8Length, writeUtf8 } from "./utf8.ts";

/** Almost valid UTF-8: leading and continuation bytes, cut and mixed. */
const nearlyUtf8 = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }).map((text) => [...Buffer.from(text)]),
      fc.array(
        fc.constantFrom(0, 0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5),
      ),
      fc.array(fc.nat(255), { maxLength: 4 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Uint8Array.from(parts.flat()));

describe("UTF-8 on XS", () => {
  it("decodes any bytes like Node", () => {
    fc.assert(
      fc.property(nearlyUtf8, (bytes) => {
        assert.equal(readUtf8(bytes), Buffer.from(bytes).toString());
      }),
      { numRuns: 3_000 },
    );
  });

  it("encodes any text like Node, including lone surrogates", () => {
    const text = fc
      .array(fc.nat(0xffff), { maxLength: 80 })
      .map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "binary" })), fc.nat(3), (text, offset) => {
        const expected = Buffer.from(text);
        assert.equal(utf8Length(text), expected.length);
        const bytes = new Uint8Array(offset + expected.length);
        writeUtf8(text, bytes, offset);
        assert.deepEqual([...bytes.subarray(offset)], [...expected]);
      }),
      { numRuns: 3_000 },
    );
  });
});
