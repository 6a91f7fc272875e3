import { Buffer } from "./buffer.ts";

/**
 * The part of `bl` that mqtt-packet's parser uses: bytes are appended at one end and consumed at
 * the other. The codec passes whole packets, so the list usually has one chunk and rarely joins
 * two.
 */
class BufferList {
  #bytes = new Buffer(0);

  get length(): number {
    return this.#bytes.length;
  }

  /** The bytes are not copied if they are the only chunk: they must not change until consumed. */
  append(bytes: Uint8Array): void {
    const held = this.#bytes;
    if (held.length === 0) {
      this.#bytes = new Buffer(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
      return;
    }
    const joined = new Buffer(held.length + bytes.length);
    joined.set(held);
    joined.set(bytes, held.length);
    this.#bytes = joined;
  }

  consume(count: number): void {
    if (count > 0) this.#bytes = this.slice(count, this.length);
  }

  slice(start: number, end: number): Buffer {
    // Created explicitly: subarray() would look up the species of a frozen constructor each time.
    const { buffer, byteOffset } = this.#bytes;
    const from = Math.min(start, this.length);
    const length = Math.max(0, Math.min(end, this.length) - from);
    return new Buffer(buffer, byteOffset + from, length);
  }

  /** `encoding` is always UTF-8 */
  toString(_encoding: string, start: number, end: number): string {
    return this.slice(start, end).toString();
  }

  /** @throws RangeError past the end, as Node does: the parser relies on it for truncated packets */
  readUInt8(offset: number): number {
    const byte = this.#bytes[offset];
    if (byte === undefined) throw new RangeError("attempt to read past the end of the packet");
    return byte;
  }

  readUInt16BE(offset: number): number {
    return this.readUInt8(offset) * 0x100 + this.readUInt8(offset + 1);
  }

  readUInt32BE(offset: number): number {
    return this.readUInt16BE(offset) * 0x10000 + this.readUInt16BE(offset + 2);
  }
}

/** The result of `require("bl")`: a function that is called without `new`. */
export function createBufferList(): BufferList {
  return new BufferList();
}
