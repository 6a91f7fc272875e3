import type NativeFlash from "embedded:storage/flash";
import type { Flash } from "../hal.ts";

/** A partition with ECMA-419's flash module. */
export class XsFlash implements Flash {
  readonly length: number;
  readonly blockLength: number;
  readonly #native: ReturnType<typeof NativeFlash.open>;

  /** @throws Error if there is no such partition */
  constructor(native: typeof NativeFlash, partition: string) {
    this.#native = native.open({ path: partition });
    const { size, blockLength } = this.#native.status();
    this.length = size;
    this.blockLength = blockLength;
  }

  read(offset: number, count: number): Uint8Array {
    return new Uint8Array(this.#native.read(count, offset));
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#native.write(bytes, offset);
  }

  eraseBlocks(first: number, end: number): void {
    this.#native.eraseBlock(first, end);
  }
}
