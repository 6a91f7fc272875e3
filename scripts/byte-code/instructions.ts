/** An instruction of XS, and what its length says. */
export interface Opcode {
  /** as in the sources of XS: `XS_CODE_LINE` */
  readonly name: string;
  /**
   * in bytes, with the opcode; 0: an ID follows; -1, -2 or -4: so many bytes follow that have the number
   * of bytes behind them
   */
  readonly size: number;
}

/** One instruction in byte code. */
export interface Instruction {
  readonly name: string;
  /** of the opcode in the byte code, in bytes */
  readonly offset: number;
  /** what follows the opcode */
  readonly operand: Uint8Array;
  /** the operand is the number of a name, which a linker changes */
  readonly hasId: boolean;
}

/** XS has other byte code, or another layout of its files, than what is known here. */
export class ByteCodeError extends Error {}

const idBytes = 2;

/**
 * The instructions of an engine, by opcode. Each version of XS has its own, so they are read from its
 * source.
 * @param source the text of `xs/sources/xsCommon.c` in the SDK: its table `gxCodeSizes`
 * @throws ByteCodeError when there is no such table
 */
export function readOpcodes(source: string): readonly Opcode[] {
  const table = /gxCodeSizes\[XS_CODE_COUNT\][^{]*\{([\s\S]*?)\n\};/.exec(source)?.[1] ?? "";
  // A build for the board has IDs of two bytes.
  const ours = table.replace(/#ifdef mx32bitID\n[\s\S]*?#else\n([\s\S]*?)#endif\n/g, "$1");
  const opcodes = Array.from(
    ours.matchAll(/^\s*(-?\d+)\s*\/\* (XS_\w+) \*\//gm),
    ([, size, name = ""]) => ({ name, size: Number(size) }),
  );
  const isKnown = opcodes.every(({ size }) => size > 0 || [0, -1, -2, -4].includes(size));
  if (opcodes.length === 0 || !isKnown) {
    throw new ByteCodeError("xsCommon.c has no table of instructions that can be read");
  }
  return opcodes;
}

/** @throws ByteCodeError when the bytes are none of these instructions */
export function* instructionsIn(
  code: Uint8Array,
  opcodes: readonly Opcode[],
): Generator<Instruction> {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  let offset = 0;
  while (offset < code.length) {
    const opcode = opcodes[view.getUint8(offset)];
    if (opcode === undefined) throw new ByteCodeError("there is an unknown instruction");
    const end = offset + lengthOf(opcode, view, offset);
    if (end > code.length) throw new ByteCodeError("an instruction is incomplete");
    yield {
      name: opcode.name,
      offset,
      operand: code.subarray(offset + 1, end),
      hasId: opcode.size === 0,
    };
    offset = end;
  }
}

function lengthOf({ size }: Opcode, view: DataView, offset: number): number {
  if (size > 0) return size;
  if (size === 0) return 1 + idBytes;
  const at = offset + 1;
  if (at - size > view.byteLength) throw new ByteCodeError("an instruction is incomplete");
  if (size === -1) return 2 + view.getUint8(at);
  if (size === -2) return 3 + view.getUint16(at, true);
  return 5 + view.getUint32(at, true);
}
