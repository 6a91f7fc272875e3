import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { elfOf } from "./elf.rig.ts";
import { ElfError, functionAt, readElf } from "./elf.ts";

const functions = [
  { address: 0x4000_c2c8, size: 0, name: "memcpy" },
  { address: 0x400d_1000, size: 0x40, name: "app_main" },
  { address: 0x400d_1040, size: 0x10, name: "fxAbort" },
];

describe("the symbols of an ELF file", () => {
  it("are its functions, and those of the chip's ROM, by address", () => {
    const bytes = elfOf([...functions].reverse());
    assert.deepEqual(readElf(bytes), {
      sha256: createHash("sha256").update(bytes).digest("hex"),
      functions,
    });
  });

  it("are read at any offset of a buffer", () => {
    const bytes = elfOf(functions);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    assert.deepEqual(readElf(larger.subarray(3)).functions, functions);
  });

  it("are refused in anything else, without another error", () => {
    assert.throws(() => readElf(Buffer.from("no ELF")), ElfError);
    assert.throws(() => readElf(elfOf(functions).fill(0, 0x20, 0x24)), ElfError);
    const bytes = elfOf(functions);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, end) => {
        const damaged = bytes.slice(0, end);
        if (at < end) damaged[at] = value;
        try {
          readElf(damaged);
        } catch (error) {
          assert.ok(error instanceof ElfError, String(error));
        }
      }),
    );
  });

  it("give the function that an address is in", () => {
    assert.deepEqual(functionAt(functions, 0x400d_1000), { name: "app_main", offset: 0 });
    assert.deepEqual(functionAt(functions, 0x400d_103f), { name: "app_main", offset: 0x3f });
    assert.deepEqual(functionAt(functions, 0x400d_1040), { name: "fxAbort", offset: 0 });
    assert.equal(functionAt(functions, 0x400d_1050), undefined);
    assert.deepEqual(functionAt(functions, 0x4000_c2d0), { name: "memcpy", offset: 8 });
    assert.equal(functionAt(functions, 0x4000_0000), undefined);
    assert.equal(functionAt([], 0x400d_1000), undefined);
  });
});
