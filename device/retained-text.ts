import { readUtf8 } from "./core/utf8.ts";
import type { RetainedMemory } from "./hal.ts";

/** What stands before a text: its length and its checksum, two bytes each. */
const headBytes = 4;

/** Two sums of bytes (Fletcher's checksum), 16 bits; never 0, so that cleared memory is no text. */
export function checksumOf(bytes: Uint8Array, start: number, end: number): number {
  let sum = 1;
  let sumOfSums = 0;
  for (let at = start; at < end; at++) {
    sum = (sum + (bytes[at] as number)) % 255;
    sumOfSums = (sumOfSums + sum) % 255;
  }
  return (sumOfSums << 8) | (sum === 0 ? 255 : sum);
}

/** One short text in retained memory. It is there whole, or not at all. */
export class RetainedText {
  readonly #memory: RetainedMemory;
  readonly #offset: number;
  /** all of its bytes, made in advance: at the end of the memory, none can be made */
  readonly #bytes: Uint8Array;

  /** @param length how many bytes it has in the memory, with its head */
  constructor(memory: RetainedMemory, offset: number, length: number) {
    this.#memory = memory;
    this.#offset = offset;
    this.#bytes = new Uint8Array(length);
  }

  /** Needs no memory. What is not ASCII becomes `?`, and what does not fit is lost. */
  write(text: string): void {
    const bytes = this.#bytes;
    const count = Math.min(text.length, bytes.length - headBytes);
    for (let index = 0; index < count; index++) {
      const unit = text.charCodeAt(index);
      bytes[headBytes + index] = unit < 0x80 ? unit : 0x3f;
    }
    const checksum = checksumOf(bytes, headBytes, headBytes + count);
    bytes[0] = count & 0xff;
    bytes[1] = count >> 8;
    bytes[2] = checksum & 0xff;
    bytes[3] = checksum >> 8;
    this.#memory.write(this.#offset, bytes);
  }

  clear(): void {
    this.#memory.write(this.#offset, this.#bytes.fill(0));
  }

  /** Undefined if there is none, or it is damaged. */
  read(): string | undefined {
    const bytes = this.#memory.read(this.#offset, this.#bytes.length);
    const [count0 = 0, count1 = 0, checksum0 = 0, checksum1 = 0] = bytes;
    const end = headBytes + (count0 | (count1 << 8));
    if (end > bytes.length) return undefined;
    if (checksumOf(bytes, headBytes, end) !== (checksum0 | (checksum1 << 8))) return undefined;
    return readUtf8(bytes.subarray(headBytes, end));
  }
}
