import assert from "node:assert/strict";
import fc from "fast-check";
import { byteCodeIn } from "./archive.ts";
import { ByteCodeError } from "./instructions.ts";

function atom(type: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length + 8);
  head.write(type, 4, "latin1");
  return Buffer.concat([head, content]);
}

describe("a compiled module", () => {
  const version = atom("VERS", Buffer.from([18, 0, 0, 0]));

  it("has byte code in one of its atoms", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (names, code) => {
        const atoms = Buffer.concat([version, atom("SYMB", names), atom("CODE", code)]);
        assert.deepEqual([...byteCodeIn(atom("XS_B", atoms))], [...code]);
      }),
    );
  });

  it("is refused when it is something else, or a part of one", () => {
    const whole = atom("XS_B", Buffer.concat([version, atom("CODE", Buffer.alloc(9))]));
    assert.throws(() => byteCodeIn(Buffer.from("no archive")), ByteCodeError);
    assert.throws(() => byteCodeIn(atom("XS_B", version)), ByteCodeError);
    for (let length = 0; length < whole.length; length++) {
      assert.throws(() => byteCodeIn(whole.subarray(0, length)), ByteCodeError);
    }
  });
});
