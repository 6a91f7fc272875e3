import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryRetained } from "../host-sim/retained-memory.ts";
import { LineRing } from "./line-ring.ts";

const bytes = 2_100;
const line = fc.string({ unit: "binary", maxLength: 300 }).map((text) => text.replace(/\n/g, " "));

function ringIn(memory: MemoryRetained): LineRing {
  return new LineRing(memory, 10, bytes);
}

describe("LineRing", () => {
  it("keeps the last lines, whole, in order, also across a reset", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const memory = new MemoryRetained(bytes + 20);
        const ring = ringIn(memory);
        for (const each of lines) ring.add(each);
        const kept = ringIn(memory).read();
        const whole = lines.map((each) => Buffer.from(each).toString());
        assert.deepEqual(kept, whole.slice(whole.length - kept.length));
        const size = kept.reduce((sum, each) => sum + Buffer.byteLength(each) + 6, 0);
        assert.ok(kept.length === lines.length || size > bytes - 4 - 906);
      }),
    );
  });

  it("reads whatever is in the memory without an error, and goes on", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: bytes + 20, maxLength: bytes + 20 }), (noise) => {
        const memory = new MemoryRetained(noise.length);
        memory.bytes.set(noise);
        const ring = ringIn(memory);
        ring.add("after");
        assert.equal(ring.read().at(-1), "after");
      }),
    );
  });

  it("loses a damaged line, and no other", () => {
    const memory = new MemoryRetained(bytes + 20);
    const ring = ringIn(memory);
    for (const each of ["one", "two", "three"]) ring.add(each);
    // After the position, the first line, and the second line's mark.
    memory.bytes[10 + 4 + "0000 one\n".length + "0000 ".length] = 0x54;
    assert.deepEqual(ring.read(), ["one", "three"]);
  });

  it("loses the line that was being written at a reset, and no other", () => {
    for (let cut = 1; cut <= 12; cut++) {
      const memory = new MemoryRetained(bytes + 20);
      ringIn(memory).add("one");
      const before = memory.bytes.slice();
      ringIn(memory).add("the second line");
      const whole = memory.bytes.slice();
      memory.bytes.set(before);
      const start = 10 + 4 + 9;
      memory.bytes.set(whole.slice(start, start + cut), start);
      assert.deepEqual(ringIn(memory).read(), ["one"]);
    }
  });

  it("cuts a line that is too long, and joins one that has line breaks", () => {
    const ring = ringIn(new MemoryRetained(bytes + 20));
    ring.add("x".repeat(5_000));
    ring.add("a\nb");
    assert.deepEqual(ring.read(), ["x".repeat(1_024), "a b"]);
  });

  it("is empty once it is cleared", () => {
    const memory = new MemoryRetained(bytes + 20);
    const ring = ringIn(memory);
    ring.add("one");
    ring.clear();
    assert.deepEqual(ring.read(), []);
    assert.deepEqual(
      [...memory.bytes.slice(0, 10), ...memory.bytes.slice(bytes + 10)].filter(Boolean),
      [],
    );
  });
});
