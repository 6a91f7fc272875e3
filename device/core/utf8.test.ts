import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeUtf8 } from "./utf8.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

/** What the platform says; a byte order mark is a character like any other here. */
function expected(input: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(input);
  } catch {
    return undefined;
  }
}

describe("decodeUtf8", () => {
  it("reads one to four bytes a character", () => {
    assert.equal(decodeUtf8(bytes()), "");
    assert.equal(decodeUtf8(new TextEncoder().encode("öffne €5 🚗")), "öffne €5 🚗");
  });

  it("keeps a byte order mark", () => {
    assert.equal(decodeUtf8(bytes(0xef, 0xbb, 0xbf, 0x61)), "\uFEFFa");
  });

  for (const [name, input] of [
    ["a lone continuation byte", bytes(0x80)],
    ["an overlong slash in two bytes", bytes(0xc0, 0xaf)],
    ["an overlong slash in three bytes", bytes(0xe0, 0x80, 0xaf)],
    ["an overlong slash in four bytes", bytes(0xf0, 0x80, 0x80, 0xaf)],
    ["an overlong character below U+0800", bytes(0xe0, 0x9f, 0xbf)],
    ["an overlong character below U+10000", bytes(0xf0, 0x8f, 0xbf, 0xbf)],
    ["the first surrogate", bytes(0xed, 0xa0, 0x80)],
    ["the last surrogate", bytes(0xed, 0xbf, 0xbf)],
    ["a character past U+10FFFF", bytes(0xf4, 0x90, 0x80, 0x80)],
    ["a first byte that begins nothing", bytes(0xf5, 0x80, 0x80, 0x80)],
    ["a character cut short", bytes(0xe2, 0x82)],
    ["a character interrupted", bytes(0xe2, 0x41, 0x82)],
  ] as const) {
    it(`refuses ${name}`, () => assert.equal(decodeUtf8(input), undefined));
  }

  it("reads the characters at every edge", () => {
    for (const codePoint of [
      0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff, 0x10000, 0x10ffff,
    ]) {
      const text = String.fromCodePoint(codePoint);
      assert.equal(decodeUtf8(new TextEncoder().encode(text)), text);
    }
  });

  it("says what TextDecoder says, of any bytes", () => {
    // Bytes at the borders of the ranges make far more near misses than uniform ones.
    const border = fc.constantFrom(
      ...[0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf],
      ...[0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff],
    );
    const byte = fc.oneof(border, fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 12 }), (values) => {
        const input = Uint8Array.from(values);
        assert.equal(decodeUtf8(input), expected(input));
      }),
      { numRuns: 5_000 },
    );
  });

  it("reads back any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const input = new TextEncoder().encode(text);
        assert.equal(decodeUtf8(input), expected(input));
      }),
    );
  });
});
