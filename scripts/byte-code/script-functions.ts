import { ByteCodeError, type Instruction, instructionsIn, type Opcode } from "./instructions.ts";
import type { LinkedCode } from "./linked-code.ts";

/** A function of JavaScript in an image. */
export interface ScriptFunction {
  /** of its byte code, in the memory of the chip */
  readonly address: number;
  /** in bytes */
  readonly length: number;
  /** as the engine knows it; "" if it does not */
  readonly name: string;
  /**
   * where it may come from: more than one place if several functions have the same byte code, none if it is of
   * the SDK
   */
  readonly places: readonly ScriptPlace[];
}

export interface ScriptPlace {
  /** the name of the bundled module */
  readonly module: string;
  /** from an offset in the byte code on, the line in the module, 1 for the first */
  readonly lines: readonly (readonly [offset: number, line: number])[];
}

/** A module as it was compiled for the image, and once more with the numbers of its lines. */
export interface CompiledModule {
  readonly name: string;
  readonly code: Uint8Array;
  readonly codeWithLines: Uint8Array;
}

const lineInstruction = "XS_CODE_LINE";
/** Only a compilation with lines has them. */
const debugging: readonly string[] = [lineInstruction, "XS_CODE_FILE", "XS_CODE_PROFILE"];
/** The linker adds no more zeros than this to a function, to align the next. */
const mostPadding = 7;

/**
 * The functions of an image with their lines. In a function's byte code, the linker gives names other numbers,
 * and marks a function within it as one in flash. A function is found by everything else.
 * @throws ByteCodeError when the byte code is not as it is known here
 */
export function scriptFunctionsOf(
  linked: readonly LinkedCode[],
  modules: readonly CompiledModule[],
  opcodes: readonly Opcode[],
): ScriptFunction[] {
  const byCode = new Map<string, ScriptPlace[]>();
  for (const module of modules) {
    for (const [code, place] of placesIn(module, opcodes)) {
      const others = byCode.get(code);
      if (others === undefined) byCode.set(code, [place]);
      else others.push(place);
    }
  }
  return linked
    .map(({ address, name, bytes }) => {
      const places = candidates(comparable(bytes, opcodes)).flatMap((key) => byCode.get(key) ?? []);
      return { address, length: bytes.length, name, places };
    })
    .sort((a, b) => a.address - b.address);
}

/** The byte code of each function in a module, and of the module itself. */
function* placesIn(
  { name, code, codeWithLines }: CompiledModule,
  opcodes: readonly Opcode[],
): Generator<[string, ScriptPlace]> {
  const instructions = [...instructionsIn(code, opcodes)];
  const lines = linesOf(instructions, [...instructionsIn(codeWithLines, opcodes)], name);
  const plain = comparable(code, opcodes);
  const place = (start: number, end: number): [string, ScriptPlace] => [
    keyOf(plain.subarray(start, end)),
    { module: name, lines: changesIn(instructions, lines, start, end) },
  ];
  yield place(0, code.length);
  for (const { name: instruction, offset, operand } of instructions) {
    // The body of a function follows, in the byte code of what contains it.
    if (!/^XS_CODE_CODE_[124]$/.test(instruction)) continue;
    const start = offset + 1 + operand.length;
    yield place(start, start + Buffer.from(operand).readUIntLE(0, operand.length));
  }
}

/** @returns the line of each instruction */
function linesOf(
  instructions: readonly Instruction[],
  withLines: readonly Instruction[],
  module: string,
): number[] {
  const lines: number[] = [];
  let line = 0;
  for (const { name, operand } of withLines) {
    if (name === lineInstruction) line = Buffer.from(operand).readUInt16LE();
    if (debugging.includes(name)) continue;
    const other = instructions[lines.length];
    if (other === undefined || withoutWidth(name) !== withoutWidth(other.name)) {
      throw new ByteCodeError(`${module} is compiled in another way with lines`);
    }
    lines.push(line);
  }
  return lines;
}

/** A longer way makes a wider branch. */
function withoutWidth(instruction: string): string {
  return instruction.replace(/_[124]$/, "");
}

function changesIn(
  instructions: readonly Instruction[],
  lines: readonly number[],
  start: number,
  end: number,
): [number, number][] {
  const changes: [number, number][] = [];
  for (const [index, { offset }] of instructions.entries()) {
    if (offset < start || offset >= end) continue;
    const line = lines[index] ?? 0;
    if (line > 0 && changes.at(-1)?.[1] !== line) changes.push([offset - start, line]);
  }
  return changes;
}

/** Without what the linker changes. */
function comparable(code: Uint8Array, opcodes: readonly Opcode[]): Uint8Array {
  const plain = code.slice();
  for (const { name, offset, operand, hasId } of instructionsIn(code, opcodes)) {
    const compiled = name.replace("_CODE_ARCHIVE_", "_CODE_");
    if (compiled !== name) plain[offset] = opcodes.findIndex((each) => each.name === compiled);
    if (hasId) plain.fill(0, offset + 1, offset + 1 + operand.length);
  }
  return plain;
}

/** The byte code, with and without what may be padding. */
function candidates(code: Uint8Array): string[] {
  const keys = [keyOf(code)];
  for (let count = 1; count <= mostPadding && code[code.length - count] === 0; count++) {
    keys.push(keyOf(code.subarray(0, code.length - count)));
  }
  return keys;
}

function keyOf(code: Uint8Array): string {
  return Buffer.from(code).toString("latin1");
}

/** @returns undefined if an address is in no function */
export function scriptFunctionAt(
  functions: readonly ScriptFunction[],
  wanted: number,
): ScriptFunction | undefined {
  return functions.find(({ address, length }) => wanted >= address && wanted < address + length);
}

/** @returns the line in the module, 1 for the first; undefined before the first one that is known */
export function lineAt({ lines }: ScriptPlace, offset: number): number | undefined {
  return lines.findLast(([start]) => start <= offset)?.[1];
}
