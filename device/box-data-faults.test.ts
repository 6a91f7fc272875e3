import assert from "node:assert/strict";
import fc from "fast-check";
import type { MemoryFlash } from "../host-sim/hardware/flash.ts";
import { filesIn, first, second, smallFlash, write } from "./box-data.rig.ts";
import { BoxData } from "./box-data.ts";

class PowerCut extends Error {}

/**
 * Cuts the power after so many bytes. A write is cut between two bytes; an erase may leave any bits
 * of the rest of its range as they were.
 */
function cutAfter(flash: MemoryFlash, byteCount: number): void {
  let left = byteCount;
  flash.onStep = (step) => {
    const length = step.type === "write" ? step.bytes.length : step.length;
    if (length <= left) {
      left -= length;
      return;
    }
    for (let i = 0; i < left; i++) {
      const at = step.offset + i;
      const before = flash.bytes[at] ?? 0;
      flash.bytes[at] = step.type === "write" ? before & (step.bytes[i] ?? 0) : 0xff;
    }
    throw new PowerCut();
  };
}

/** How many bytes the second write changes in total: each is a moment for a power cut. */
function changedBytes(): number {
  const flash = smallFlash();
  write(flash, first);
  let total = 0;
  flash.onStep = (step) => {
    total += step.type === "write" ? step.bytes.length : step.length;
  };
  write(flash, second);
  return total;
}

describe("the files of a box in failing flash", () => {
  it("are the old or the new ones after a power cut at every byte", function () {
    this.timeout(30_000);
    const total = changedBytes();
    const seen = { old: 0, new: 0 };
    for (let at = 0; at < total; at++) {
      const flash = smallFlash();
      write(flash, first);
      cutAfter(flash, at);
      assert.throws(() => write(flash, second), PowerCut);
      flash.onStep = undefined;
      const files = filesIn(flash);
      const isNew = files.get("certificate.der")?.length === 1;
      assert.deepEqual(files, isNew ? second : first, `cut after ${at} bytes`);
      seen[isNew ? "new" : "old"]++;
      // The next change works, whatever the cut has left.
      if (at % 97 === 0) {
        write(flash, first);
        assert.deepEqual(filesIn(flash), first);
      }
    }
    assert.ok(seen.old > 0 && seen.new > 0, JSON.stringify(seen));
  });

  it("are never a mixture, whatever bits flip", () => {
    const beforeLastErase = changedBytes() - 2 * 4096;
    const flipped = fc.array(fc.nat(4 * 4096 * 8 - 1), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(flipped, fc.boolean(), (bits, isInterrupted) => {
        const flash = smallFlash();
        write(flash, first);
        // Both halves hold a valid copy just before the old one is erased.
        if (isInterrupted) {
          cutAfter(flash, beforeLastErase);
          assert.throws(() => write(flash, second), PowerCut);
        }
        for (const bit of bits) {
          const at = bit >> 3;
          flash.bytes[at] = (flash.bytes[at] ?? 0) ^ (1 << (bit & 7));
        }
        const data = new BoxData(flash);
        if (data.state === "files") {
          const isNew = data.read("certificate.der")?.length === 1;
          assert.deepEqual(data.readAll(), isNew ? second : first);
        } else assert.equal(data.state, "damaged");
      }),
      { numRuns: 300 },
    );
  });

  it("are damaged, not empty, when the bytes are random", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        const flash = smallFlash();
        flash.bytes.set(bytes, 0);
        const isErased = bytes.subarray(0, 20).every((byte) => byte === 0xff);
        assert.equal(new BoxData(flash).state, isErased ? "empty" : "damaged");
      }),
    );
  });
});
