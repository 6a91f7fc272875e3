import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeSlip, SlipDecoder } from "./slip.ts";

const special = fc.oneof(fc.constantFrom(0xc0, 0xdb, 0xdc, 0xdd), fc.nat(255));
const packet = fc
  .array(special, { minLength: 1, maxLength: 40 })
  .map((bytes) => Uint8Array.from(bytes));

describe("SLIP", () => {
  it("brings packets through whole, in any pieces", () => {
    fc.assert(
      fc.property(fc.array(packet), fc.integer({ min: 1, max: 9 }), (packets, size) => {
        const decoder = new SlipDecoder(40);
        const bytes = Buffer.concat(packets.map(encodeSlip));
        const found: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size) {
          found.push(...decoder.receive(bytes.subarray(at, at + size)));
        }
        assert.deepEqual(found, packets);
      }),
    );
  });

  it("leaves out what is too long, has a wrong escape or ends in one, and goes on after it", () => {
    const decoder = new SlipDecoder(4);
    const good = [0xc0, 1, 2, 3, 4, 0xc0];
    for (const bad of [
      [0xc0, 1, 2, 3, 4, 5, 0xc0],
      [0xc0, 1, 0xdb, 1, 0xc0],
      [0xc0, 1, 0xdb, 0xc0],
      [0xc0, 0xc0],
    ]) {
      const found = decoder.receive(Uint8Array.from([...bad, ...good]));
      assert.deepEqual(found, [Uint8Array.of(1, 2, 3, 4)], String(bad));
    }
  });

  it("survives any bytes", () => {
    fc.assert(
      fc.property(fc.array(special, { maxLength: 200 }), packet, (bytes, last) => {
        const decoder = new SlipDecoder(40);
        for (const found of decoder.receive(Uint8Array.from(bytes))) assert.ok(found.length <= 40);
        decoder.receive(Uint8Array.of(0xc0));
        assert.deepEqual(decoder.receive(encodeSlip(last)), [last]);
      }),
    );
  });
});
