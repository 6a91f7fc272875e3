import type { Flash } from "../../device/hal.ts";

/** One change of flash memory. `offset` and `length` are in bytes. */
export type FlashStep =
  | { readonly type: "erase"; readonly offset: number; readonly length: number }
  | { readonly type: "write"; readonly offset: number; readonly bytes: Uint8Array };

/** A sector of an ESP32's flash. */
const sector = 0x1000;

/** Flash memory as on a chip: an erased byte is 0xff, and a write can only clear bits. */
export class MemoryFlash implements Flash {
  readonly blockLength = sector;
  readonly bytes: Uint8Array;
  /** Called before each change takes effect. If it throws, the change does not happen. */
  onStep: ((step: FlashStep) => void) | undefined;

  /** @param bytes used, not copied; a multiple of 4096 */
  constructor(bytes: Uint8Array) {
    if (bytes.length % sector !== 0) throw new RangeError("flash consists of whole sectors");
    this.bytes = bytes;
  }

  static erased(length: number): MemoryFlash {
    return new MemoryFlash(new Uint8Array(length).fill(0xff));
  }

  get length(): number {
    return this.bytes.length;
  }

  read(offset: number, count: number): Uint8Array {
    this.#check(offset, count);
    return this.bytes.slice(offset, offset + count);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#check(offset, bytes.length);
    this.onStep?.({ type: "write", offset, bytes });
    for (const [i, byte] of bytes.entries())
      this.bytes[offset + i] = (this.bytes[offset + i] ?? 0) & byte;
  }

  eraseBlocks(first: number, end: number): void {
    const offset = first * sector;
    const length = (end - first) * sector;
    this.#check(offset, length);
    this.onStep?.({ type: "erase", offset, length });
    this.bytes.fill(0xff, offset, offset + length);
  }

  #check(offset: number, count: number): void {
    if (offset < 0 || count < 0 || offset + count > this.bytes.length) {
      throw new RangeError(`${offset}+${count} is outside of ${this.bytes.length} bytes of flash`);
    }
  }
}
