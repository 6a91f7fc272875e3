import { readUtf8, utf8Length, writeUtf8 } from "./utf8.ts";

/** What a member of a map may be: an unsigned integer, a text, or bytes. */
export type CborValue = number | string | Uint8Array;

/** More members than any message has. */
const maximumMembers = 16;
const maximumKeyBytes = 32;

const unsignedType = 0;
const bytesType = 2;
const textType = 3;
const mapType = 5;

/**
 * Reads one map with text keys (RFC 8949): definite lengths, and no value inside of another. It never
 * throws, and never reads past the end.
 * @returns the members, whose bytes are views; undefined if it is anything else, or longer
 */
export function readCborMap(bytes: Uint8Array): ReadonlyMap<string, CborValue> | undefined {
  const reader = new Reader(bytes);
  const count = reader.head(mapType);
  if (count === undefined || count > maximumMembers) return undefined;
  const members = new Map<string, CborValue>();
  for (let i = 0; i < count; i++) {
    const key = reader.string(textType, maximumKeyBytes);
    const value = key === undefined ? undefined : reader.value();
    if (key === undefined || value === undefined) return undefined;
    const name = readUtf8(key);
    if (members.has(name)) return undefined;
    members.set(name, value);
  }
  return reader.isAtEnd ? members : undefined;
}

/** Writes a map with lengths in their shortest form (RFC 8949, 4.2.1), in the given order. */
export function writeCborMap(members: Readonly<Record<string, CborValue>>): Uint8Array {
  const entries = Object.entries(members);
  const writer = new Writer();
  writer.head(mapType, entries.length);
  for (const [key, value] of entries) {
    writer.text(key);
    if (typeof value === "number") writer.head(unsignedType, value);
    else if (typeof value === "string") writer.text(value);
    else writer.bytes(value);
  }
  return writer.end();
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(): CborValue | undefined {
    const first = this.#bytes[this.#at];
    if (first === undefined) return undefined;
    const type = first >> 5;
    if (type === unsignedType) return this.head(unsignedType);
    const longest = this.#bytes.length;
    if (type === bytesType) return this.string(bytesType, longest);
    const text = type === textType ? this.string(textType, longest) : undefined;
    return text && readUtf8(text);
  }

  string(type: number, longest: number): Uint8Array | undefined {
    const length = this.head(type);
    if (length === undefined || length > longest) return undefined;
    if (length > this.#bytes.length - this.#at) return undefined;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** The number in the head of the next value, which must have this major type (RFC 8949, 3). */
  head(type: number): number | undefined {
    const first = this.#bytes[this.#at];
    if (first === undefined || first >> 5 !== type) return undefined;
    this.#at += 1;
    const short = first & 0x1f;
    if (short < 24) return short;
    // 24 to 27: one, two, four or eight bytes follow. Above that: indefinite or reserved.
    if (short > 27) return undefined;
    const size = 1 << (short - 24);
    if (size > this.#bytes.length - this.#at) return undefined;
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + (this.#bytes[this.#at++] as number);
    return Number.isSafeInteger(value) ? value : undefined;
  }
}

class Writer {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  head(type: number, value: number): void {
    const first = type << 5;
    if (value < 24) {
      this.#add(Uint8Array.of(first | value));
      return;
    }
    const size = value < 0x100 ? 1 : value < 0x1_0000 ? 2 : value < 0x1_0000_0000 ? 4 : 8;
    const head = new Uint8Array(1 + size);
    head[0] = first | (24 + Math.log2(size));
    let rest = value;
    for (let at = size; at > 0; at--) {
      head[at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.#add(head);
  }

  text(text: string): void {
    const bytes = new Uint8Array(utf8Length(text));
    writeUtf8(text, bytes, 0);
    this.head(textType, bytes.length);
    this.#add(bytes);
  }

  bytes(bytes: Uint8Array): void {
    this.head(bytesType, bytes.length);
    this.#add(bytes);
  }

  end(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #add(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}
