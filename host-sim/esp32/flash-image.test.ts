import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { checkFlash, FlashImageError, flashBytes, layOutFlash } from "./flash-image.ts";

/** In esptool's format: a header, one segment, a checksum in the last byte of sixteen, a digest. */
function imageOf(length: number, chip = 0): Uint8Array {
  const header = new Uint8Array(24);
  header[0] = 0xe9;
  header[1] = 1;
  header[12] = chip;
  header[23] = 1;
  const segment = new Uint8Array(8 + length).fill(7);
  new DataView(segment.buffer).setUint32(4, length, true);
  const end = (Math.floor((32 + length) / 16) + 1) * 16;
  const body = new Uint8Array(end);
  body.set(header);
  body.set(segment, 24);
  const digest = createHash("sha256").update(body).digest();
  return new Uint8Array(Buffer.concat([body, digest]));
}

function tableOf(applicationAt: number): Uint8Array {
  const table = new Uint8Array(64).fill(0xff);
  const view = new DataView(table.buffer);
  view.setUint16(0, 0x50aa, true);
  table[2] = 0;
  table[3] = 0x10;
  view.setUint32(4, applicationAt, true);
  return table;
}

const whole = (application = imageOf(1_000), bootloader = imageOf(100)) =>
  layOutFlash(
    new Map([
      [0x1000, bootloader],
      [0x8000, tableOf(0x20000)],
      [0x20000, application],
    ]),
  );

describe("an image of a board's flash", () => {
  it("is accepted if bootloader, table and application are complete and for this chip", () => {
    checkFlash(whole(), "flash.bin");
  });

  const bad: readonly [string, Uint8Array, RegExp][] = [
    ["truncated", whole().subarray(0, flashBytes - 1), /has 4194303 bytes instead of 4194304/],
    ["empty", layOutFlash(new Map()), /the bootloader is missing/],
    ["without a table", layOutFlash(new Map([[0x1000, imageOf(9)]])), /no partition table/],
    ["for another chip", whole(imageOf(1_000, 9)), /the application is for another chip \(9\)/],
    ["with half an application", whole(imageOf(1_000).subarray(0, 500)), /damaged or truncated/],
    [
      "with a changed byte",
      whole().map((byte, at) => (at === 0x20000 + 100 ? byte ^ 1 : byte)),
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
