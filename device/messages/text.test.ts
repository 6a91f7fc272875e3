import assert from "node:assert/strict";
import fc from "fast-check";
import { isReadable, readableOf } from "./text.ts";

describe("text that people read", () => {
  const isText = (text: string) => text === readableOf(text, 200);

  for (const name of [
    "Zoë Łukasz",
    "山田 太郎",
    "علی‌رضا",
    "👩‍🔧 R2",
    "ಶ್ರೀ‍ರಾಮ",
    "O’Neill-Ó",
    "Ａ／Ｂ",
  ]) {
    it(`contains ${name}`, () => assert.ok(isText(name)));
  }

  for (const [what, text] of [
    ["a control character", "a\u0007b"],
    ["a line separator", "a\u2028b"],
    ["a paragraph separator", "a\u2029b"],
    ["a text direction override", "a\u202eb"],
    ["a text direction isolate", "a\u2067b"],
    ["a text direction mark", "a\u200fb"],
    ["a Hangul filler", "a\u3164b"],
    ["a half-width Hangul filler", "a\uffa0b"],
    ["a blank Braille pattern", "a\u2800b"],
    ["a zero width space", "a\u200bb"],
    ["a byte order mark", "a\ufeffb"],
    ["a tag", "a\u{e0041}b"],
    ["a private use character", "a\ue000b"],
    ["half of a surrogate pair", "a\ud800b"],
  ] as const) {
    it(`does not contain ${what}`, () => assert.equal(readableOf(text, 200), "ab"));
  }

  it("has no unassigned exceptions: whatever has a shape in Unicode is readable", () => {
    const blank = /[\u115f\u1160\u2800\u3164\uffa0\ufffc\ufffd]/;
    for (let unit = 0; unit < 0xffff; unit++) {
      const character = String.fromCharCode(unit);
      if (!/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character) || blank.test(character)) continue;
      assert.ok(isReadable(unit) || unit === 0x34f, unit.toString(16));
    }
  });

  it("is cut between characters", () => {
    assert.equal(readableOf("😀".repeat(9), 5), "😀😀");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(80), (text, length) => {
        const kept = readableOf(text, length);
        assert.ok(kept.length <= length);
        assert.doesNotMatch(kept, /\p{Surrogate}/u);
        assert.ok([...kept].every((character) => isReadable(character.charCodeAt(0))));
      }),
    );
  });
});
