import assert from "node:assert/strict";
import fc from "fast-check";
import { firmwareImage, flashWith } from "../../device/core/update.rig.ts";
import {
  boot,
  crcOf,
  imageState,
  readBootPlan,
  readOtaEntries,
  writeOtaEntry,
} from "./bootloader.ts";
import type { NorFlash } from "./nor-flash.ts";

const first = 0x2_0000;
const second = 0x21_0000;
const image = firmwareImage("1.0.0", 5_000);

/** Both slots have a firmware. */
function board(): NorFlash {
  const flash = flashWith(image);
  flash.bytes.set(image, second);
  return flash;
}

function otadata(flash: NorFlash) {
  const range = readBootPlan(flash.bytes).otadata;
  assert.ok(range);
  return range;
}

function write(flash: NorFlash, index: number, sequence: number, state: number): void {
  writeOtaEntry(flash, otadata(flash), index, { sequence, state });
}

const statesOf = (flash: NorFlash) =>
  readOtaEntries(flash.bytes, otadata(flash)).map(({ state }) => state);

const start = (flash: NorFlash) => boot(flash.bytes, flash)?.index;

const damage = (flash: NorFlash, at: number) => flash.bytes.fill(0, at + 100, at + 110);

const { pendingVerify, valid, invalid, aborted } = imageState;
const erased = imageState.undefined;

describe("the bootloader", () => {
  it("has a CRC of the sequence alone, as ESP-IDF's otatool.py computes it", () => {
    assert.equal(crcOf(1), 0x4743_989a);
    assert.equal(crcOf(2), 0x55f6_3774);
  });

  it("has entries as an emulated chip had them: of a first start, and of a confirmed update", () => {
    const flash = board();
    write(flash, 0, 1, valid);
    write(flash, 1, 2, valid);
    const { offset } = otadata(flash);
    const entry = (at: number) => Buffer.from(flash.bytes.subarray(at, at + 32)).toString("hex");
    assert.equal(entry(offset), `01000000${"ff".repeat(20)}020000009a984347`);
    assert.equal(entry(offset + 4096), `02000000${"ff".repeat(20)}020000007437f655`);
  });

  it("starts the first slot of a board that was just flashed, and notes that", () => {
    const flash = board();
    assert.equal(start(flash), 0);
    const [entry, other] = readOtaEntries(flash.bytes, otadata(flash));
    assert.deepEqual(entry, { sequence: 1, state: valid, crc: crcOf(1) });
    assert.equal(other?.sequence, 0xffff_ffff);
    assert.equal(start(flash), 0);
  });

  it("starts the slot with the higher sequence, modulo the number of slots", () => {
    for (const [sequence, slot] of [
      [2, 1],
      [3, 0],
      [4, 1],
    ] as const) {
      const flash = board();
      write(flash, 0, 1, valid);
      write(flash, 1, sequence, valid);
      assert.equal(start(flash), slot);
    }
  });

  it("marks a new image as pending, and as aborted if it was not confirmed by the next start", () => {
    const flash = board();
    write(flash, 0, 1, valid);
    write(flash, 1, 2, imageState.new);
    assert.equal(start(flash), 1);
    assert.deepEqual(statesOf(flash), [valid, pendingVerify]);
    assert.equal(start(flash), 0);
    assert.deepEqual(statesOf(flash), [valid, aborted]);
    assert.equal(start(flash), 0);
  });

  it("starts no image that is invalid or aborted while another one is valid", () => {
    for (const state of [invalid, aborted]) {
      const flash = board();
      write(flash, 0, 1, valid);
      write(flash, 1, 2, state);
      assert.equal(start(flash), 0);
      assert.deepEqual(statesOf(flash), [valid, state]);
    }
  });

  it("starts an image whose state is undefined, and leaves it so", () => {
    const flash = board();
    write(flash, 0, 2, erased);
    assert.equal(start(flash), 1);
    assert.equal(statesOf(flash)[0], erased);
  });

  it("ignores an entry with a wrong CRC", () => {
    const flash = board();
    write(flash, 0, 1, valid);
    write(flash, 1, 2, valid);
    const at = otadata(flash).offset + 4096 + 28;
    flash.bytes[at] = 1 ^ (flash.bytes[at] ?? 0);
    assert.equal(start(flash), 0);
  });

  it("tries the first slot when both entries are ruled out, and leaves them", () => {
    const flash = board();
    write(flash, 0, 1, invalid);
    write(flash, 1, 2, aborted);
    assert.equal(start(flash), 0);
    assert.deepEqual(statesOf(flash), [invalid, aborted]);
  });

  it("starts the other slot when the image is damaged, and aborts it at the next start", () => {
    const flash = board();
    write(flash, 0, 1, valid);
    write(flash, 1, 2, imageState.new);
    damage(flash, second);
    assert.equal(start(flash), 0);
    assert.deepEqual(statesOf(flash), [valid, pendingVerify]);
    assert.equal(start(flash), 0);
    assert.deepEqual(statesOf(flash), [valid, aborted]);
    const other = board();
    damage(other, first);
    assert.equal(start(other), 1);
  });

  it("starts nothing when neither slot has a whole image", () => {
    const flash = board();
    damage(flash, first);
    flash.erase(second, 4096);
    assert.equal(start(flash), undefined);
  });

  it("starts a whole image whatever is in otadata", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(0x1fff), fc.nat(255)), { maxLength: 80 }),
        fc.boolean(),
        (bytes, isSecondWhole) => {
          const flash = board();
          if (!isSecondWhole) damage(flash, second);
          const { offset } = otadata(flash);
          write(flash, 0, 1, valid);
          write(flash, 1, 2, imageState.new);
          for (const [at, byte] of bytes) flash.bytes[offset + at] = byte;
          const slot = start(flash);
          assert.ok(isSecondWhole ? slot !== undefined : slot === 0);
        },
      ),
    );
  });
});
