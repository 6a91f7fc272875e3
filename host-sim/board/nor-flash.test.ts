import assert from "node:assert/strict";
import { flashBytes } from "../esp32/flash-image.ts";
import { NorFlash } from "./nor-flash.ts";

const at = (flash: NorFlash, offset: number, length = 1) => [
  ...flash.bytes.subarray(offset, offset + length),
];

describe("NorFlash", () => {
  it("is erased at first", () => {
    const flash = new NorFlash();
    assert.equal(flash.bytes.length, flashBytes);
    assert.ok(flash.bytes.every((byte) => byte === 0xff));
  });

  it("makes zeros of ones only, and says if that was not enough", () => {
    const flash = new NorFlash();
    assert.equal(flash.program(100, Uint8Array.of(0xf0, 0x3c)), true);
    assert.equal(flash.program(100, Uint8Array.of(0x30, 0x3c)), true);
    assert.equal(flash.program(100, Uint8Array.of(0x0f, 0x3c)), false);
    assert.deepEqual(at(flash, 100, 3), [0, 0x3c, 0xff]);
  });

  it("erases whole sectors: each that has a byte of the range", () => {
    const flash = new NorFlash(new Uint8Array(flashBytes));
    flash.erase(4_095, 2);
    assert.deepEqual(at(flash, 0), [0xff]);
    assert.deepEqual(at(flash, 8_191, 2), [0xff, 0]);
    flash.erase(8_192, 0);
    assert.deepEqual(at(flash, 8_192), [0]);
    flash.erase(flashBytes - 1, 1);
    assert.deepEqual(at(flash, flashBytes - 4_097, 2), [0, 0xff]);
  });

  it("has an end", () => {
    const flash = new NorFlash();
    assert.equal(flash.contains(flashBytes - 2, 2), true);
    assert.equal(flash.contains(flashBytes - 2, 3), false);
    assert.equal(flash.program(flashBytes - 1, Uint8Array.of(1, 2)), false);
    assert.deepEqual(at(flash, flashBytes - 1, 2), [1]);
    assert.throws(() => new NorFlash(new Uint8Array(10)), RangeError);
  });

  it("can have a byte that is stuck, or one that is weak", () => {
    const stuck = new NorFlash(undefined, { stuckAt: 5 });
    assert.equal(stuck.program(4, Uint8Array.of(1, 1)), false);
    assert.deepEqual(at(stuck, 4, 2), [1, 0xff]);
    const weak = new NorFlash(undefined, { weakAt: 5 });
    assert.equal(weak.program(4, Uint8Array.of(1, 1)), true, "nobody knows yet");
    assert.deepEqual(at(weak, 4, 2), [1, 3]);
  });
});
