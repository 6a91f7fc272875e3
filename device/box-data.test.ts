import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryFlash } from "../host-sim/hardware/flash.ts";
import { filesIn, first, second, smallFlash, text, write } from "./box-data.rig.ts";
import { BoxData, BoxDataError, boxPartitionLength, eraseBoxData } from "./box-data.ts";

const erased = () => MemoryFlash.erased(boxPartitionLength);

describe("the files of a box", () => {
  it("are empty on a new board, and read back as written", () => {
    const flash = erased();
    assert.equal(new BoxData(flash).state, "empty");
    write(flash, first);
    assert.deepEqual(filesIn(flash), first);
    write(flash, second);
    assert.deepEqual(filesIn(flash), second);
    write(flash, first);
    assert.deepEqual(filesIn(flash), first);
  });

  it("are written in whole blocks of 16 bytes, as encrypted flash demands", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const flash = erased();
        const writes: number[] = [];
        flash.onStep = (step) => {
          if (step.type === "write") writes.push(step.offset % 16, step.bytes.length % 16);
        };
        new BoxData(flash).write(new Map([["a", bytes]]));
        assert.deepEqual(writes, [0, 0]);
        assert.deepEqual(new BoxData(flash).read("a"), bytes);
      }),
    );
  });

  it("leave nothing of the old files in flash", () => {
    const flash = erased();
    write(flash, new Map([["settings.json", text("an old password")]]));
    write(flash, second);
    assert.ok(!Buffer.from(flash.bytes).includes("an old password"));
    eraseBoxData(flash);
    assert.ok(flash.bytes.every((byte) => byte === 0xff));
  });

  it("fill a half completely, and are refused when they need one byte more", () => {
    const flash = erased();
    write(flash, first);
    const overhead = 20 + 1 + 1 + 2;
    const largest = new Map([["a", new Uint8Array(boxPartitionLength / 2 - overhead)]]);
    write(flash, largest);
    assert.deepEqual(filesIn(flash), largest);
    const tooLarge = new Map([["a", new Uint8Array(boxPartitionLength / 2 - overhead + 1)]]);
    assert.throws(() => write(flash, tooLarge), BoxDataError);
    for (const name of ["", "a/b", "ü", "a".repeat(33)]) {
      assert.throws(() => write(flash, new Map([[name, text("x")]])), BoxDataError);
    }
    assert.deepEqual(filesIn(flash), largest);
  });

  it("keeps the old files when the flash does not keep what is written", () => {
    const flash = smallFlash();
    write(flash, first);
    const stuck = flash.bytes.length / 2 + 30;
    const writeBytes = flash.write.bind(flash);
    flash.write = (offset, bytes) => {
      writeBytes(offset, bytes);
      flash.bytes[stuck] = 0;
    };
    const data = new BoxData(flash);
    assert.throws(() => data.write(second), /could not be read back/);
    assert.deepEqual(data.readAll(), first);
    assert.deepEqual(filesIn(flash), first);
  });
});
