import { thisChip } from "../../chip.ts";
import type { RetainedMemory } from "../../hal.ts";

/** The C library's functions, as XS FFI calls them (manifest.json declares them). */
export interface CopyFunctions {
  /** copies to an address */
  memcpy(address: number, source: ArrayBuffer, count: number): number;
  /** copies from an address */
  memmove(target: ArrayBuffer, address: number, count: number): number;
}

/** A reset leaves it as it is, and nothing else is there (chips/table.ts). */
export class XsRetainedMemory implements RetainedMemory {
  readonly length: number;
  /** as the CPU sees it */
  readonly #start: number;
  readonly #functions: CopyFunctions;

  constructor(functions: CopyFunctions, { address, bytes } = thisChip.retained) {
    this.#functions = functions;
    this.#start = address;
    this.length = bytes;
  }

  read(offset: number, count: number): Uint8Array {
    this.#check(offset, count);
    const bytes = new Uint8Array(count);
    if (count > 0) this.#functions.memmove(bytes.buffer, this.#start + offset, count);
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    const { length } = bytes;
    this.#check(offset, length);
    if (length > 0) {
      this.#functions.memcpy(this.#start + offset, bytes.buffer as ArrayBuffer, length);
    }
  }

  /** @throws RangeError instead of touching memory that is not its own */
  #check(offset: number, count: number): void {
    if (offset < 0 || count < 0 || offset + count > this.length) throw new RangeError("offset");
  }
}
