import assert from "node:assert/strict";
import { imageOf, wholeFlash } from "./flash-image.rig.ts";
import { checkFlash, FlashImageError, flashBytes, layOutFlash } from "./flash-image.ts";

describe("an image of a board's flash", () => {
  it("is accepted if bootloader, table and application are complete and for this chip", () => {
    checkFlash(wholeFlash(), "flash.bin");
  });

  const bad: readonly [string, Uint8Array, RegExp][] = [
    ["truncated", wholeFlash().subarray(0, flashBytes - 1), /has 4194303 bytes instead of 4194304/],
    ["empty", layOutFlash(new Map()), /the bootloader is missing/],
    ["without a table", layOutFlash(new Map([[0x1000, imageOf(9)]])), /no partition table/],
    [
      "for another chip",
      wholeFlash(imageOf(1_000, 9)),
      /the application is for another chip \(ESP32-S3\): build it for the ESP32$/,
    ],
    [
      "with half an application",
      wholeFlash(imageOf(1_000).subarray(0, 500)),
      /damaged or truncated/,
    ],
    [
      "with a changed byte",
      wholeFlash().map((byte, at) => (at === 0x20000 + 100 ? byte ^ 1 : byte)),
      /the application is damaged/,
    ],
  ];
  for (const [what, flash, words] of bad) {
    it(`is refused ${what}, with one line that says what to do`, () => {
      assert.throws(
        () => checkFlash(flash, "flash.bin"),
        (error) =>
          error instanceof FlashImageError &&
          words.test(error.message) &&
          /build/.test(error.message) &&
          !error.message.includes("\n"),
      );
    });
  }
});
