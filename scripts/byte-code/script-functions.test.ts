import assert from "node:assert/strict";
import { code, opcodes } from "./byte-code.rig.ts";
import { ByteCodeError } from "./instructions.ts";
import { linkedCodeIn } from "./linked-code.ts";
import {
  type CompiledModule,
  lineAt,
  scriptFunctionAt,
  scriptFunctionsOf,
} from "./script-functions.ts";

/** Two functions on lines 3 and 7, the second with one of its own on line 8. */
const inner = [...code("ADD"), ...code("GET", 5, 0)];
const second = [...code("GET", 2, 0), ...code("CODE_1", inner.length), ...inner, ...code("ADD")];
const first = [...code("GET", 1, 0), ...code("BRANCH_1", 4)];
const plain = [
  ...code("CODE_1", first.length),
  ...first,
  ...code("CODE_1", second.length),
  ...second,
];
const line = (number: number) => code("LINE", number, 0);
const withLines = [
  ...code("FILE", 1, 0),
  ...code("CODE_2", first.length + 7, 0),
  ...code("PROFILE", 0, 0),
  ...line(3),
  ...code("GET", 1, 0),
  ...code("BRANCH_2", 4, 0),
  ...code("CODE_1", second.length + 6),
  ...line(7),
  ...code("GET", 2, 0),
  ...code("CODE_1", inner.length + 3),
  ...line(8),
  ...inner,
  ...line(9),
  ...code("ADD"),
];
const module: CompiledModule = {
  name: "boom-box",
  code: Uint8Array.from(plain),
  codeWithLines: Uint8Array.from(withLines),
};
/** As the linker leaves them: other IDs, a mark, and zeros at the end. */
const linkedSecond = [
  ...code("GET", 200, 1),
  ...code("CODE_ARCHIVE_1", inner.length),
  ...code("ADD"),
  ...code("GET", 201, 1),
  ...code("ADD"),
  0,
  0,
];
const slot = (index: number, id: string, bytes: readonly number[]) =>
  `/* ${index} */	{ (txSlot*)&gxHeap[1], {.ID = ${id}, .flag = 0x8b, .kind = XS_CODE_X_KIND}, .value = { .code = { (txByte*)"${bytes
    .map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`)
    .join("")}", NULL } } },`;
const source = `
static const txU1 gxCode43[3];
static const txU1 gxCode43[3] = {
	0x01, 0x01, 0x01
};
static const txSlot gxHeap[mxHeapCount] = {
${slot(0, "xsID_take", linkedSecond)}
/* 0001 */	{ NULL, {.ID = XS_NO_ID, .flag = 0x8b, .kind = XS_CODE_X_KIND}, .value = { .code = { (txByte*)(gxNoCode), NULL } } },
${slot(2, "XS_NO_ID", [...code("STRING_1", 0), ...code("ADD")])}
};`;
const heap = 0x3f44_0000;
const words = new Map([
  [heap + 8, 0x3f41_0000],
  [heap + 40, 0x3f41_0100],
]);
const memory = {
  addressOf: (symbol: string) => ({ gxHeap: heap, gxCode43: 0x3f40_8000 })[symbol],
  wordAt: (address: number) => words.get(address),
};

describe("the functions of JavaScript in an image", () => {
  it("are those in the linker's file, by their addresses", () => {
    const found = linkedCodeIn(source, memory);
    assert.deepEqual(
      found.map(({ address, name, bytes }) => [address, name, bytes.length]),
      [
        [0x3f41_0000, "take", linkedSecond.length],
        [0x3f41_0100, "", 3],
        [0x3f40_8000, "", 3],
      ],
    );
  });

  it("are refused when the image is another one", () => {
    const other = { ...memory, wordAt: () => undefined };
    assert.throws(() => linkedCodeIn(source, other), ByteCodeError);
    assert.throws(
      () => linkedCodeIn(source, { ...memory, addressOf: () => undefined }),
      ByteCodeError,
    );
  });

  it("get the lines of the module that they come from", () => {
    const functions = scriptFunctionsOf(linkedCodeIn(source, memory), [module], opcodes);
    const take = scriptFunctionAt(functions, 0x3f41_0003);
    assert.equal(take?.name, "take");
    const [place] = take?.places ?? [];
    assert.ok(place !== undefined);
    assert.equal(place.module, "boom-box");
    assert.deepEqual(
      [0, 3, 5, 6, 9].map((offset) => lineAt(place, offset)),
      [7, 7, 8, 8, 9],
    );
  });

  it("have no place when they are of no bundled module", () => {
    const functions = scriptFunctionsOf(linkedCodeIn(source, memory), [module], opcodes);
    assert.deepEqual(scriptFunctionAt(functions, 0x3f41_0102)?.places, []);
    assert.equal(scriptFunctionAt(functions, 0x3f41_0103), undefined);
  });

  it("are refused when lines change more than the width of a branch", () => {
    const changed = { ...module, codeWithLines: Uint8Array.from([...line(1), ...code("ADD")]) };
    assert.throws(() => scriptFunctionsOf([], [changed], opcodes), ByteCodeError);
  });
});
