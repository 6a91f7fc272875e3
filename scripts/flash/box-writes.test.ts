import assert from "node:assert/strict";
import { BoxData, BoxDataError, type BoxFiles } from "../../device/box-data.ts";
import { MemoryFlash } from "../../host-sim/hardware/flash.ts";
import { boxPartition } from "../firmware/box-files.ts";
import { boxWrites } from "./box-writes.ts";

const filesOf = (word: string): BoxFiles =>
  new Map([
    ["settings.json", Buffer.from(word)],
    ["private-key.der", Buffer.from(word.repeat(100))],
  ]);
const half = 0x8000;

const settingsOn = (partition: Uint8Array) =>
  Buffer.from(new BoxData(new MemoryFlash(partition)).read("settings.json") ?? []).toString();

/** With the writes done, each of them cut after so many bytes. */
function written(partition: Uint8Array, files: BoxFiles, count: number, bytesOfNext = 0) {
  const result = partition.slice();
  boxWrites(partition, files).forEach(({ offset, bytes }, index) => {
    if (index < count) result.set(bytes, offset);
    // Erasing a region comes before the first byte is written.
    if (index === count && bytesOfNext > 0) {
      result.fill(0xff, offset, offset + bytes.length);
      result.set(bytes.subarray(0, bytesOfNext), offset);
    }
  });
  return result;
}

describe("what is written to a box's partition", () => {
  it("is nothing when the box has these files, and no older ones", () => {
    assert.deepEqual(boxWrites(boxPartition(filesOf("a")), filesOf("a")), []);
  });

  it("goes to the free half first, and erases the old one, with its key, last", () => {
    const old = boxPartition(filesOf("old"));
    const writes = boxWrites(old, filesOf("new"));
    assert.deepEqual(
      writes.map(({ offset, bytes }) => [offset, bytes.length]),
      [
        [half, half],
        [0, half],
      ],
    );
    const result = written(old, filesOf("new"), 2);
    assert.equal(settingsOn(result), "new");
    assert.ok(!Buffer.from(result).includes("old"));
  });

  it("leaves the old files or the new ones, wherever it is cut", () => {
    const old = boxPartition(filesOf("old"));
    for (const count of [0, 1]) {
      for (const cutAt of [1, 16, 20, 100, 400, half - 1]) {
        const cut = written(old, filesOf("new"), count, cutAt);
        const expected = count === 0 && cutAt < 400 ? "old" : "new";
        assert.equal(settingsOn(cut), expected, `${count} writes and ${cutAt} bytes`);
        // The next run mends it.
        const next = boxWrites(cut, filesOf("new"));
        assert.equal(settingsOn(written(cut, filesOf("new"), next.length)), "new");
      }
    }
  });

  it("erases an older copy that an interrupted run left beside the same files", () => {
    const both = written(boxPartition(filesOf("old")), filesOf("new"), 1);
    const writes = boxWrites(both, filesOf("new"));
    assert.ok(writes.length > 0);
    assert.ok(!Buffer.from(written(both, filesOf("new"), writes.length)).includes("old"));
  });

  it("replaces what another firmware left there", () => {
    const foreign = new Uint8Array(2 * half).map((_, i) => i * 7);
    const writes = boxWrites(foreign, filesOf("new"));
    assert.equal(settingsOn(written(foreign, filesOf("new"), writes.length)), "new");
  });

  it("needs only one write on a new board", () => {
    const empty = new Uint8Array(2 * half).fill(0xff);
    assert.equal(boxWrites(empty, filesOf("new")).length, 1);
  });

  it("refuses files that fit in no half", () => {
    const files = new Map([["large.der", new Uint8Array(half)]]);
    assert.throws(() => boxWrites(new Uint8Array(2 * half).fill(0xff), files), BoxDataError);
  });
});
