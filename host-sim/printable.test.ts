import assert from "node:assert/strict";
import fc from "fast-check";
import { printable, printableJson } from "./printable.ts";

describe("printable", () => {
  it("leaves people's names unchanged", () => {
    for (const name of ["Alice", "Zoë Łukasz", "山田 太郎", "علی‌رضا", "👩‍🔧 R2"]) {
      assert.equal(printable(name), name);
    }
  });

  const harmful: readonly (readonly [string, string, string])[] = [
    ["an escape sequence", "a\x1b[2Jb", "a [2Jb"],
    ["its 8-bit form", "a\u009b2Jb", "a 2Jb"],
    ["line breaks", "a\r\nb\u2028c\u2029d\u0085e", "a b c d e"],
    ["text direction overrides", "a\u202eb\u2066c", "a b c"],
    ["a lone surrogate", "a\ud800b", "a b"],
    ["DEL and NUL", "a\x7fb\x00c", "a b c"],
  ];
  for (const [what, text, shown] of harmful) {
    it(`removes ${what}`, () => assert.equal(printable(text), shown));
  }

  it("cuts long text, never within a character", () => {
    assert.equal(printable("x".repeat(160)), "x".repeat(160));
    assert.equal(printable("x".repeat(10_000)), `${"x".repeat(159)}…`);
    assert.equal(printable("😀".repeat(161)), `${"😀".repeat(159)}…`);
  });
});

describe("printableJson", () => {
  it("escapes terminal control characters, and loses nothing", () => {
    assert.equal(printableJson({ by: "\u009b2J" }), '{"by":"\\u009b2J"}');
    assert.equal(printableJson("\u202e\u{e0001}"), '"\\u202e\\udb40\\udc01"');
  });

  it("round-trips any text with JSON.parse, on one line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const json = printableJson(text);
        assert.equal(JSON.parse(json), text);
        assert.doesNotMatch(json, /[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
