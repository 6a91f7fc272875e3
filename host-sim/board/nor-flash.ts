import { flashBytes } from "../esp32/flash-image.ts";

export const sectorBytes = 4096;

export interface NorFlashFaults {
  /** an address whose byte cannot be programmed: it stays erased */
  readonly stuckAt?: number;
  /** an address whose byte is right when it is programmed, and loses one bit after that */
  readonly weakAt?: number;
}

/**
 * The board's flash. Like any NOR flash, it is erased to ones in whole sectors, and programming can
 * only make zeros of ones.
 */
export class NorFlash {
  /** what is in it; a program that runs on the board may write here too */
  readonly bytes: Uint8Array;
  readonly #faults: NorFlashFaults;

  /** @param content of the whole flash; erased if absent. It is not copied. */
  constructor(content?: Uint8Array, faults: NorFlashFaults = {}) {
    this.bytes = content ?? new Uint8Array(flashBytes).fill(0xff);
    this.#faults = faults;
    if (this.bytes.length !== flashBytes) {
      throw new RangeError(`flash of ${this.bytes.length} bytes instead of ${flashBytes}`);
    }
  }

  contains(offset: number, length: number): boolean {
    return offset + length <= this.bytes.length;
  }

  /** Erases every sector that has a byte of the range. */
  erase(offset: number, length: number): void {
    if (length === 0) return;
    const start = Math.floor(offset / sectorBytes) * sectorBytes;
    this.bytes.fill(0xff, start, Math.ceil((offset + length) / sectorBytes) * sectorBytes);
  }

  /** @returns whether the flash has these bytes now */
  program(offset: number, data: Uint8Array): boolean {
    const { stuckAt, weakAt } = this.#faults;
    const { bytes } = this;
    let isAsWritten = this.contains(offset, data.length);
    for (const [i, byte] of data.entries()) {
      const at = offset + i;
      const before = bytes[at];
      if (before === undefined) return false;
      const after = at === stuckAt ? before : before & byte;
      isAsWritten &&= after === byte;
      // The lowest zero becomes a one.
      bytes[at] = at === weakAt ? after | (after + 1) : after;
    }
    return isAsWritten;
  }
}
