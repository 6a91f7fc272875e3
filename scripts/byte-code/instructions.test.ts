import assert from "node:assert/strict";
import fc from "fast-check";
import { code, opcodes, table } from "./byte-code.rig.ts";
import { ByteCodeError, instructionsIn, readOpcodes } from "./instructions.ts";

describe("the instructions of XS", () => {
  it("are read from its source, for a build with short IDs", () => {
    assert.equal(opcodes.length, 14);
    assert.deepEqual(opcodes[0], { name: "XS_NO_CODE", size: 1 });
    assert.deepEqual(opcodes[10], { name: "XS_CODE_PROFILE", size: 3 });
    assert.deepEqual(opcodes[13], { name: "XS_CODE_STRING_4", size: -4 });
  });

  it("are refused when the table has another form", () => {
    assert.throws(() => readOpcodes("int main() {}"), ByteCodeError);
    assert.throws(() => readOpcodes(table.replace("-4 /*", "-3 /*")), ByteCodeError);
  });

  it("are told apart by their lengths", () => {
    const bytes = Uint8Array.from([
      ...code("ADD"),
      ...code("GET", 7, 1),
      ...code("STRING_1", 2, 65, 0),
      ...code("STRING_2", 1, 0, 0),
      ...code("STRING_4", 1, 0, 0, 0, 0),
      ...code("LINE", 9, 0),
    ]);
    const found = [...instructionsIn(bytes, opcodes)];
    assert.deepEqual(
      found.map(({ name, offset, hasId }) => [name, offset, hasId]),
      [
        ["XS_CODE_ADD", 0, false],
        ["XS_CODE_GET", 1, true],
        ["XS_CODE_STRING_1", 4, false],
        ["XS_CODE_STRING_2", 8, false],
        ["XS_CODE_STRING_4", 12, false],
        ["XS_CODE_LINE", 18, false],
      ],
    );
    assert.deepEqual([...(found[2]?.operand ?? [])], [2, 65, 0]);
  });

  it("cover any bytes, or are refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          const found = [...instructionsIn(bytes, opcodes)];
          const length = found.reduce((sum, { operand }) => sum + 1 + operand.length, 0);
          assert.equal(length, bytes.length);
        } catch (error) {
          assert.ok(error instanceof ByteCodeError, String(error));
        }
      }),
    );
  });
});
