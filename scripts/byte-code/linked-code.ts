import type { ElfMemory } from "../explain/elf.ts";
import { ByteCodeError } from "./instructions.ts";

/** Byte code in an image. */
export interface LinkedCode {
  /** in the memory of the chip */
  readonly address: number;
  /** of the function; "" if it has none */
  readonly name: string;
  /** padding may follow it */
  readonly bytes: Uint8Array;
}

/** A slot of XS on a 32-bit chip, in bytes: what comes before its value is 8 bytes long. */
const slotBytes = 16;
const valueAt = 8;
/** before a name in the linker's file */
const named = "xsID_";

/** A slot with the code of a function: its index, its name, and the bytes. */
const slotWithCode =
  /^\/\* (\d+) \*\/.*\.ID = (\w+),.*\.kind = XS_CODE_X_KIND\}, \.value = \{ \.code = \{ \(txByte\*\)"((?:\\x[\da-f]{2})+)"/gm;
/** The code of a module that is not preloaded: `static const txU1 gxCode43[2468] = { … };` */
const moduleCode = /^static const txU1 (gxCode\d+)\[\d+\] = \{([^}]*)\};/gm;

/**
 * All byte code of an image: each function of a preloaded module, and each module that is loaded at the start.
 * @param source the text of `mc.xs.c`, which Moddable's linker writes
 * @param memory of the image that was made with it
 * @throws ByteCodeError when the two do not fit together
 */
export function linkedCodeIn(source: string, memory: ElfMemory): LinkedCode[] {
  const heap = memory.addressOf("gxHeap");
  if (heap === undefined) throw new ByteCodeError("the image has no symbol gxHeap");
  const functions = Array.from(source.matchAll(slotWithCode), ([, index, id = "", text = ""]) => {
    const address = memory.wordAt(heap + Number(index) * slotBytes + valueAt);
    if (address === undefined) throw new ByteCodeError("gxHeap is shorter than in mc.xs.c");
    const name = id.startsWith(named) ? id.slice(named.length) : "";
    return { address, name, bytes: bytesOf(text, /\\x([\da-f]{2})/g) };
  });
  const modules = Array.from(source.matchAll(moduleCode), ([, name = "", text = ""]) => {
    const address = memory.addressOf(name);
    return address === undefined
      ? []
      : [{ address, name: "", bytes: bytesOf(text, /0x([\da-f]{2})/gi) }];
  }).flat();
  return [...functions, ...modules];
}

function bytesOf(text: string, pattern: RegExp): Uint8Array {
  return Uint8Array.from(text.matchAll(pattern), ([, digits = ""]) => Number.parseInt(digits, 16));
}
