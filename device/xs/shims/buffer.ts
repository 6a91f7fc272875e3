import { readUtf8, utf8Length, writeUtf8 } from "../../core/utf8.ts";

/**
 * The part of Node's Buffer that mqtt-packet 9 uses. The npm package of that name cannot be loaded
 * on XS: it assigns to prototypes, which inherit from prototypes that XS has frozen. Here,
 * everything is defined in the class body. `from()` is Uint8Array's own: mqtt-packet only passes
 * lists of bytes.
 */
export class Buffer extends Uint8Array {
  /** Zeroed, like every array here; Node does not guarantee it. */
  static allocUnsafe(length: number): Buffer {
    return new Buffer(length);
  }

  static alloc(length: number): Buffer {
    return new Buffer(length);
  }

  static isBuffer(value: unknown): value is Buffer {
    return value instanceof Buffer;
  }

  /** in UTF-8, if it is a string */
  static byteLength(value: string | Uint8Array): number {
    return typeof value === "string" ? utf8Length(value) : value.length;
  }

  copy(target: Uint8Array, start: number): void {
    target.set(this, start);
  }

  write(text: string, offset: number): void {
    writeUtf8(text, this, offset);
  }

  writeUInt8(value: number, offset: number): void {
    this[offset] = value;
  }

  writeUInt32BE(value: number, offset: number): void {
    this[offset] = value >>> 24;
    this[offset + 1] = value >>> 16;
    this[offset + 2] = value >>> 8;
    this[offset + 3] = value;
  }

  /** UTF-8; invalid bytes become U+FFFD */
  override toString(): string {
    return readUtf8(this);
  }
}
