import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryRetained } from "../host-sim/retained-memory.ts";
import { RetainedText } from "./retained-text.ts";

describe("RetainedText", () => {
  it("keeps as much of an ASCII text as fits", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const memory = new MemoryRetained(60);
        new RetainedText(memory, 7, 44).write(text);
        assert.equal(new RetainedText(memory, 7, 44).read(), text.slice(0, 40));
      }),
    );
  });

  it("has no text before it is written, and none after it is cleared", () => {
    const memory = new MemoryRetained(60);
    const text = new RetainedText(memory, 7, 44);
    for (const fill of [0, 0xff, 0xa5]) {
      memory.lose(fill);
      assert.equal(text.read(), undefined);
    }
    text.write("");
    assert.equal(text.read(), "");
    text.clear();
    assert.equal(text.read(), undefined);
  });

  it("has no text when a byte of it is damaged", () => {
    fc.assert(
      fc.property(fc.nat(12), fc.integer({ min: 1, max: 254 }), (at, change) => {
        const memory = new MemoryRetained(44);
        const text = new RetainedText(memory, 0, 44);
        text.write("memory ok");
        memory.bytes[at] = ((memory.bytes[at] ?? 0) + change) % 256;
        const read = text.read();
        assert.ok(read === undefined || read === "memory ok", read);
      }),
    );
  });

  it("replaces what is not ASCII", () => {
    const text = new RetainedText(new MemoryRetained(44), 0, 44);
    text.write("Tür 🚗");
    assert.equal(text.read(), "T?r ??");
  });
});
