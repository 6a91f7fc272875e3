import type { RetainedMemory } from "../device/hal.ts";

/** It survives a reset: hand it to the next device. After a power cut, {@link lose} its content. */
export class MemoryRetained implements RetainedMemory {
  readonly bytes: Uint8Array;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
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
    this.bytes.set(bytes, offset);
  }

  /** What is in it after a power cut is nothing that was written. @param fill any byte */
  lose(fill = 0xa5): void {
    this.bytes.fill(fill);
  }

  #check(offset: number, count: number): void {
    if (offset < 0 || offset + count > this.length) throw new RangeError("offset");
  }
}
