import assert from "node:assert/strict";
import fc from "fast-check";
import { writeCborMap } from "../core/cbor.ts";
import { readBlock, readBlockRequest, writeBlock, writeBlockRequest } from "./update-blocks.ts";

describe("the blocks of a stream", () => {
  it("are asked for one at a time, in AWS's words", () => {
    const request = { clientToken: "t", file: 0, block: 300 };
    const hex = Buffer.from(writeBlockRequest(request)).toString("hex");
    assert.equal(hex, "a561636174616600616c191000616f19012c616e01");
    assert.deepEqual(readBlockRequest(writeBlockRequest(request)), request);
    const two = writeCborMap({ c: "t", f: 0, l: 4_096, o: 0, n: 2 });
    assert.equal(readBlockRequest(two), undefined);
  });

  it("are read as they were written", () => {
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.nat(),
        fc.uint8Array({ maxLength: 4_096 }),
        (file, block, bytes) => {
          assert.deepEqual(readBlock(writeBlock({ file, block, bytes }, "t")), {
            file,
            block,
            bytes,
          });
        },
      ),
    );
  });

  it("are refused when they are not what they say", () => {
    const block = { f: 0, l: 2, i: 1, p: Uint8Array.of(1, 2) };
    assert.ok(readBlock(writeCborMap(block)));
    const wrong = [
      { ...block, l: 3 },
      { ...block, l: "2" },
      { ...block, i: "1" },
      { ...block, f: Uint8Array.of(0) },
      { ...block, p: "12" },
      { f: 0, l: 2, i: 1 },
    ];
    for (const each of wrong) assert.equal(readBlock(writeCborMap(each)), undefined);
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readBlock(bytes)));
  });
});
