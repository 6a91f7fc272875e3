import assert from "node:assert/strict";
import fc from "fast-check";
import { NetstringReader, netstring } from "./netstring.ts";

describe("netstrings", () => {
  it("round-trip however their bytes are split", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }),
        fc.array(fc.nat(1_000), { maxLength: 8 }),
        (messages, cuts) => {
          const bytes = Buffer.concat(messages.map((message) => netstring(message)));
          const at = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
          const reader = new NetstringReader();
          const read = [...at, bytes.length].flatMap((end, i) =>
            reader.read(bytes.subarray(at[i - 1] ?? 0, end)),
          );
          assert.deepEqual(
            read.map((message) => [...message]),
            messages.map((message) => [...message]),
          );
        },
      ),
    );
  });

  it("consist of any number of parts", () => {
    assert.equal(Buffer.from(netstring("e", Buffer.from("1+1"))).toString(), "4:e1+1,");
  });

  for (const [name, text] of [
    ["letters for a length", "abc:"],
    ["no length at all", ":x,"],
    ["a length without end", "1234567890"],
    ["no comma at the end", "1:xy"],
  ] as const) {
    it(`are refused with ${name}`, () => {
      assert.throws(() => new NetstringReader().read(Buffer.from(text)), /invalid netstring/);
    });
  }
});
