import type { NativeFunction } from "./elf.ts";

const headerBytes = 52;
const sectionBytes = 40;
const symbolBytes = 16;
const functionType = 2;

/** A little ELF-32 file of nothing but functions; those in ROM have no type, and an absolute address. */
export function elfOf(functions: readonly NativeFunction[]): Uint8Array {
  const names = Buffer.from(`\0${functions.map(({ name }) => `${name}\0`).join("")}`);
  const symbolsAt = headerBytes;
  const symbolsLength = functions.length * symbolBytes;
  const namesAt = symbolsAt + symbolsLength;
  const sectionsAt = namesAt + names.length;
  const bytes = new Uint8Array(sectionsAt + 3 * sectionBytes);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint32(0x20, sectionsAt, true);
  view.setUint16(0x2e, sectionBytes, true);
  view.setUint16(0x30, 3, true);
  let nameAt = 1;
  for (const [index, { address, size, name }] of functions.entries()) {
    const at = symbolsAt + index * symbolBytes;
    const isInRom = address < 0x4006_0000;
    view.setUint32(at, nameAt, true);
    view.setUint32(at + 4, address, true);
    view.setUint32(at + 8, size, true);
    view.setUint8(at + 12, isInRom ? 0 : functionType);
    view.setUint16(at + 14, isInRom ? 0xfff1 : 1, true);
    nameAt += name.length + 1;
  }
  bytes.set(names, namesAt);
  const section = (index: number, type: number, offset: number, size: number, link: number) => {
    const at = sectionsAt + index * sectionBytes;
    view.setUint32(at + 4, type, true);
    view.setUint32(at + 16, offset, true);
    view.setUint32(at + 20, size, true);
    view.setUint32(at + 24, link, true);
  };
  section(1, 2, symbolsAt, symbolsLength, 2);
  section(2, 3, namesAt, names.length, 0);
  return bytes;
}
