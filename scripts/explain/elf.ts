import { createHash } from "node:crypto";

/** A function of native code, and its place in the image, in bytes. */
export interface NativeFunction {
  readonly address: number;
  /** 0: unknown, such as that of a function in the chip's ROM */
  readonly size: number;
  readonly name: string;
}

/** What an ELF file says about addresses. */
export interface ElfSymbols {
  /** SHA-256 of the file, as the panic handler prints its beginning */
  readonly sha256: string;
  /** in ascending order of address */
  readonly functions: readonly NativeFunction[];
}

/** What an image has in memory when it starts. */
export interface ElfMemory {
  /** @returns undefined if nothing has the name */
  addressOf(symbol: string): number | undefined;
  /** @returns the 32 bits at an address; undefined if the file does not have them */
  wordAt(address: number): number | undefined;
}

export class ElfError extends Error {}

/** ELF-32, System V ABI: offsets in bytes. */
const sectionsAt = 0x20;
const sectionBytesAt = 0x2e;
const sectionCountAt = 0x30;
/** of a section's entry */
const sectionBytes = 40;
const symbolTable = 2;
const symbolBytes = 16;
const functionType = 2;
const dataType = 1;
/** SHT_PROGBITS: the section's bytes are in the file */
const contents = 1;
const noType = 0;
/** the symbol has an address of its own, in no section: the ROM's functions */
const absolute = 0xfff1;
/** ESP32 Technical Reference Manual, "System and Memory": the ROM's code */
const rom = { first: 0x4000_0000, end: 0x4006_0000 };
const mostSections = 1_000;

/**
 * Reads the functions of a 32-bit ELF file, which is untrusted.
 * @throws ElfError if it is none
 */
export function readElf(bytes: Uint8Array): ElfSymbols {
  const { table, names, view } = openElf(bytes);
  return {
    sha256: createHash("sha256").update(bytes).digest("hex"),
    functions: functionsIn(view, bytes, table, names),
  };
}

/**
 * Reads the constants of a 32-bit ELF file, which is untrusted.
 * @throws ElfError if it is none
 */
export function readElfMemory(bytes: Uint8Array): ElfMemory {
  const { sections, table, names, view } = openElf(bytes);
  const addresses = new Map<string, number>();
  for (const symbol of symbolsIn(view, table)) {
    if (symbol.type === dataType) {
      addresses.set(textAt(bytes, names, symbol.nameAt), symbol.address);
    }
  }
  return {
    addressOf: (symbol) => addresses.get(symbol),
    wordAt(address) {
      const found = sections.find(
        (each) =>
          each.type === contents &&
          address >= each.address &&
          address + 4 <= each.address + each.size,
      );
      if (found === undefined) return undefined;
      const at = found.offset + address - found.address;
      return at + 4 <= bytes.length ? view.getUint32(at, true) : undefined;
    },
  };
}

interface Section {
  readonly address: number;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

interface OpenElf {
  readonly view: DataView;
  readonly sections: readonly Section[];
  readonly table: Section;
  /** of the table's symbols */
  readonly names: Section;
}

function openElf(bytes: Uint8Array): OpenElf {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isElf =
    bytes.length > sectionCountAt + 2 &&
    view.getUint32(0) === 0x7f45_4c46 &&
    bytes[4] === 1 &&
    bytes[5] === 1;
  if (!isElf) throw new ElfError("is no 32-bit ELF file");
  const sections = sectionsIn(view);
  const table = sections.find(({ type }) => type === symbolTable);
  const names = table && sections[table.link];
  if (table === undefined || names === undefined) throw new ElfError("has no symbols");
  return { view, sections, table, names };
}

interface ElfSymbol {
  readonly nameAt: number;
  readonly address: number;
  readonly size: number;
  readonly type: number;
  readonly section: number;
}

function* symbolsIn(view: DataView, { offset, size }: Section): Generator<ElfSymbol> {
  for (let at = offset; at + symbolBytes <= offset + size; at += symbolBytes) {
    if (at + symbolBytes > view.byteLength) throw damaged();
    yield {
      nameAt: view.getUint32(at, true),
      address: view.getUint32(at + 4, true),
      size: view.getUint32(at + 8, true),
      type: view.getUint8(at + 12) & 0xf,
      section: view.getUint16(at + 14, true),
    };
  }
}

function damaged(): ElfError {
  return new ElfError("is a damaged ELF file");
}

function functionsIn(
  view: DataView,
  bytes: Uint8Array,
  table: Section,
  names: Section,
): NativeFunction[] {
  const found = new Map<number, NativeFunction>();
  for (const { nameAt, address, size, type, section } of symbolsIn(view, table)) {
    const isInRom = address >= rom.first && address < rom.end;
    const isOfRom = type === noType && section === absolute && isInRom;
    if (address === 0 || !(type === functionType || isOfRom)) continue;
    const name = textAt(bytes, names, nameAt);
    // Of two names for one function, the one that knows its size.
    const other = found.get(address);
    if (name !== "" && (other === undefined || other.size < size)) {
      found.set(address, { address, size, name });
    }
  }
  return [...found.values()].sort((a, b) => a.address - b.address);
}

function sectionsIn(view: DataView): Section[] {
  const offset = view.getUint32(sectionsAt, true);
  const length = view.getUint16(sectionBytesAt, true);
  const count = Math.min(view.getUint16(sectionCountAt, true), mostSections);
  return Array.from({ length: count }, (_, index) => {
    const at = offset + index * length;
    if (at + sectionBytes > view.byteLength) throw damaged();
    return {
      address: view.getUint32(at + 12, true),
      type: view.getUint32(at + 4, true),
      offset: view.getUint32(at + 16, true),
      size: view.getUint32(at + 20, true),
      link: view.getUint32(at + 24, true),
    };
  });
}

function textAt(bytes: Uint8Array, { offset, size }: Section, at: number): string {
  if (at >= size) return "";
  const end = bytes.indexOf(0, offset + at);
  return Buffer.from(bytes.subarray(offset + at, end < 0 ? undefined : end)).toString("latin1");
}

/** A function of unknown size is not longer than this. */
const longestUnknown = 0x1000;

/** @returns the function that an address is in, and how far; undefined if it is in none */
export function functionAt(
  functions: readonly NativeFunction[],
  address: number,
): { readonly name: string; readonly offset: number } | undefined {
  let low = 0;
  let high = functions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((functions[middle]?.address ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  const found = functions[low - 1];
  if (found === undefined) return undefined;
  const offset = address - found.address;
  return offset < (found.size || longestUnknown) ? { name: found.name, offset } : undefined;
}
