import type { RetainedMemory } from "../../hal.ts";

/** The C library's functions, as XS FFI calls them (manifest.json declares them). */
export interface CopyFunctions {
  /** copies to an address */
  memcpy(address: number, source: ArrayBuffer, count: number): number;
  /** copies from an address */
  memmove(target: ArrayBuffer, address: number, count: number): number;
}

/** RTC slow memory, as the CPUs see it (ESP32 Technical Reference Manual, "System and Memory"). */
const rtcSlowMemory = 0x5000_0000;
/**
 * From its beginning, ESP-IDF's linker script keeps this much free for a program of the ULP
 * coprocessor, and there is none: CONFIG_ULP_COPROC_RESERVE_MEM in sdkconfig.defaults.
 */
export const reservedBytes = 6_144;

/** A reset leaves it as it is, and ESP-IDF does not touch what it has reserved. */
export class XsRetainedMemory implements RetainedMemory {
  readonly length = reservedBytes;
  readonly #functions: CopyFunctions;

  constructor(functions: CopyFunctions) {
    this.#functions = functions;
  }

  read(offset: number, count: number): Uint8Array {
    this.#check(offset, count);
    const bytes = new Uint8Array(count);
    if (count > 0) this.#functions.memmove(bytes.buffer, rtcSlowMemory + offset, count);
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    const { length } = bytes;
    this.#check(offset, length);
    if (length > 0) {
      this.#functions.memcpy(rtcSlowMemory + offset, bytes.buffer as ArrayBuffer, length);
    }
  }

  /** @throws RangeError instead of touching memory that is not its own */
  #check(offset: number, count: number): void {
    if (offset < 0 || count < 0 || offset + count > reservedBytes) throw new RangeError("offset");
  }
}
