import { readUtf8, utf8Length, writeUtf8 } from "./core/utf8.ts";
import type { RetainedMemory } from "./hal.ts";
import { checksumOf } from "./retained-text.ts";

const newline = 0x0a;
const space = 0x20;
/** A text in UTF-8. On the board, the engine does it, which is faster. */
export type EncodeText = (text: string) => Uint8Array;

/** Four hexadecimal digits and a space stand before each line. */
const markBytes = 5;
/** A longer line loses its end. */
const longestLine = 1_024;
const clearedBytes = 64;
/** The position, and its complement. */
const headBytes = 4;

/**
 * The last printed lines, in a part of retained memory. The newest line replaces the oldest ones. Each
 * has its own checksum, so a line that was being written at a reset is lost, and no other.
 */
export class LineRing {
  readonly #memory: RetainedMemory;
  readonly #offset: number;
  readonly #length: number;
  readonly #encode: EncodeText;
  readonly #head = new Uint8Array(headBytes);
  /** where the next line goes */
  #at: number;

  /** @param length in bytes; more than a line has */
  constructor(
    memory: RetainedMemory,
    offset: number,
    length: number,
    encode: EncodeText = encodeUtf8,
  ) {
    this.#memory = memory;
    this.#encode = encode;
    this.#offset = offset + headBytes;
    this.#length = length - headBytes;
    const [a = 0, b = 0, c = 0, d = 0] = memory.read(offset, headBytes);
    const at = a | (b << 8);
    const isSound = a === (~c & 0xff) && b === (~d & 0xff) && at < this.#length;
    this.#at = at;
    if (!isSound) this.clear();
  }

  clear(): void {
    // Lines, not zeros: nothing joins the first line that is written.
    const empty = new Uint8Array(clearedBytes).fill(newline);
    let at = 0;
    for (; at + clearedBytes <= this.#length; at += clearedBytes) {
      this.#memory.write(this.#offset + at, empty);
    }
    this.#memory.write(this.#offset + at, empty.slice(0, this.#length - at));
    this.#keep(0);
  }

  add(line: string): void {
    const bytes = framed(this.#encode(line.includes("\n") ? line.split("\n").join(" ") : line));
    const room = this.#length - this.#at;
    if (bytes.length <= room) {
      this.#memory.write(this.#offset + this.#at, bytes);
    } else {
      this.#memory.write(this.#offset + this.#at, bytes.slice(0, room));
      this.#memory.write(this.#offset, bytes.slice(room));
    }
    this.#keep((this.#at + bytes.length) % this.#length);
  }

  /** Oldest first. */
  read(): string[] {
    const bytes = new Uint8Array(this.#length);
    const older = this.#memory.read(this.#offset + this.#at, this.#length - this.#at);
    bytes.set(older);
    bytes.set(this.#memory.read(this.#offset, this.#at), older.length);
    const lines: string[] = [];
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] !== newline) continue;
      if (isWhole(bytes, start, at)) lines.push(readUtf8(bytes.subarray(start + markBytes, at)));
      start = at + 1;
    }
    return lines;
  }

  #keep(at: number): void {
    this.#at = at;
    const head = this.#head;
    head[0] = at & 0xff;
    head[1] = at >> 8;
    head[2] = ~at & 0xff;
    head[3] = ~(at >> 8) & 0xff;
    this.#memory.write(this.#offset - headBytes, head);
  }
}

function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  writeUtf8(text, bytes, 0);
  return bytes;
}

function framed(line: Uint8Array): Uint8Array {
  const end = markBytes + Math.min(line.length, longestLine);
  const bytes = new Uint8Array(end + 1);
  bytes.set(line.subarray(0, longestLine), markBytes);
  writeMark(bytes, 0, checksumOf(bytes, markBytes, end));
  bytes[end] = newline;
  return bytes;
}

function isWhole(bytes: Uint8Array, start: number, end: number): boolean {
  if (end < start + markBytes) return false;
  const mark = new Uint8Array(markBytes);
  writeMark(mark, 0, checksumOf(bytes, start + markBytes, end));
  return mark.every((byte, index) => byte === bytes[start + index]);
}

function writeMark(bytes: Uint8Array, offset: number, checksum: number): void {
  for (let digit = 0; digit < 4; digit++) {
    const value = (checksum >> (12 - 4 * digit)) & 0xf;
    bytes[offset + digit] = value < 10 ? 0x30 + value : 0x57 + value;
  }
  bytes[offset + 4] = space;
}
