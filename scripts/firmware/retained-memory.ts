import { existsSync, readFileSync } from "node:fs";
import type { Chip } from "../../device/chips/table.ts";
import { UserError } from "../command-line/user-error.ts";

/** ELF-32, System V ABI: offsets in bytes. */
const sectionsAt = 0x20;
const sectionBytesAt = 0x2e;
const sectionCountAt = 0x30;
/** SHF_ALLOC: the section is in memory when the program runs. */
const allocated = 2;

/**
 * What the box keeps over a reset must not be anybody else's memory.
 * @param elf the linked application; nothing is checked if there is none
 * @throws UserError of one line when a section of it is there
 */
export function requireRetainedMemory(elf: string, { title, retained }: Chip): void {
  if (!existsSync(elf)) return;
  const bytes = readFileSync(elf);
  const end = retained.address + retained.bytes;
  const taken = memoryOf(bytes).find(
    ({ address, length }) => address < end && address + length > retained.address,
  );
  if (taken === undefined) return;
  throw new UserError(
    `the image uses 0x${taken.address.toString(16)}, where a box with the ${title} keeps what it knows of a crash: leave out what uses RTC memory`,
  );
}

function memoryOf(bytes: Buffer): { readonly address: number; readonly length: number }[] {
  const first = bytes.readUInt32LE(sectionsAt);
  const sectionBytes = bytes.readUInt16LE(sectionBytesAt);
  const count = bytes.readUInt16LE(sectionCountAt);
  return Array.from({ length: count }, (_, index) => {
    const at = first + index * sectionBytes;
    const isAllocated = (bytes.readUInt32LE(at + 8) & allocated) !== 0;
    const length = isAllocated ? bytes.readUInt32LE(at + 20) : 0;
    return { address: bytes.readUInt32LE(at + 12), length };
  }).filter(({ length }) => length > 0);
}
