import { readUtf8, utf8Length, writeUtf8 } from "./utf8.ts";

/**
 * Packets of Improv Wi-Fi over a serial port (https://www.improv-wifi.com/serial): `IMPROV`, the
 * version, type, length, data, and a checksum: the sum of all bytes before it, modulo 256.
 */
export const improvType = { currentState: 1, errorState: 2, command: 3, result: 4 } as const;

/** `IMPROV` and version 1. Only its first byte is an `I`: see {@link ImprovDecoder}. */
const header: readonly number[] = [0x49, 0x4d, 0x50, 0x52, 0x4f, 0x56, 1];
const typeAt = 7;
const lengthAt = 8;
const dataAt = 9;
const newline = 0x0a;
/** Header, type, length, 255 bytes of data, checksum. */
const longestPacket = 265;
const longestData = 255;

export type ImprovInput =
  | { readonly type: "packet"; readonly packetType: number; readonly data: Uint8Array }
  /** its checksum is wrong; `packetType` may be wrong too */
  | { readonly type: "damaged"; readonly packetType: number };

/**
 * Finds packets in what a serial port receives: text, noise, and packets in pieces. It keeps at
 * most one packet. What looked like a packet and is not one may contain the beginning of a real
 * one, so only its first byte is discarded and the rest is read again.
 */
export class ImprovDecoder {
  readonly #bytes = new Uint8Array(longestPacket);
  #length = 0;
  /** the last input, and how much of it has been used */
  #received: Uint8Array = nothing;
  #used = 0;

  /** The beginning of a packet has arrived, and not its end. */
  get isPartial(): boolean {
    return this.#length > 0;
  }

  /** Call {@link next} until it returns undefined before the next call. */
  receive(bytes: Uint8Array): void {
    this.#received = bytes;
    this.#used = 0;
  }

  next(): ImprovInput | undefined {
    for (;;) {
      const input = this.#take();
      if (input !== undefined) return input;
      const byte = this.#received[this.#used];
      if (byte === undefined) {
        this.#received = nothing;
        this.#used = 0;
        return undefined;
      }
      this.#used += 1;
      this.#bytes[this.#length] = byte;
      this.#length += 1;
    }
  }

  /** Forgets the beginning of a packet. */
  drop(): void {
    this.#length = 0;
  }

  /** Takes what is complete from the bytes that are kept, and leaves room for at least one more. */
  #take(): ImprovInput | undefined {
    this.#align();
    const bytes = this.#bytes;
    if (this.#length <= lengthAt) return undefined;
    const packetType = at(bytes, typeAt);
    const checksumAt = dataAt + at(bytes, lengthAt);
    if (this.#length <= checksumAt) return undefined;
    if (sum(bytes, checksumAt) !== bytes[checksumAt]) {
      this.#discard(1);
      return { type: "damaged", packetType };
    }
    const data = bytes.slice(dataAt, checksumAt);
    this.#discard(checksumAt + 1);
    return { type: "packet", packetType, data };
  }

  /** Discards what cannot be the beginning of a packet. */
  #align(): void {
    let start = 0;
    while (start < this.#length && !this.#isBeginning(start)) start += 1;
    if (start > 0) this.#discard(start);
  }

  #isBeginning(start: number): boolean {
    const length = Math.min(header.length, this.#length - start);
    for (let i = 0; i < length; i++) {
      if (this.#bytes[start + i] !== header[i]) return false;
    }
    return true;
  }

  #discard(count: number): void {
    this.#bytes.copyWithin(0, count, this.#length);
    this.#length -= count;
  }
}

/**
 * A packet between two newlines. The first ends a line that somebody else has begun: a client
 * ignores everything up to the end of a line that does not begin with a packet.
 */
export function encodePacket(type: number, data: Uint8Array): Uint8Array {
  const packet = new Uint8Array(1 + dataAt + data.length + 2);
  packet[0] = newline;
  packet.set(header, 1);
  packet[1 + typeAt] = type;
  packet[1 + lengthAt] = data.length;
  packet.set(data, 1 + dataAt);
  const checksumAt = 1 + dataAt + data.length;
  // The newline does not count.
  packet[checksumAt] = (sum(packet, checksumAt) - newline) & 0xff;
  packet[checksumAt + 1] = newline;
  return packet;
}

/**
 * The data of an RPC result: the command, the length of what follows, and each text with its length
 * before it.
 * @throws RangeError if the texts need more than 253 bytes
 */
export function encodeResult(command: number, texts: readonly string[]): Uint8Array {
  const length = texts.reduce((total, text) => total + 1 + utf8Length(text), 2);
  if (length > longestData) throw new RangeError(`a result of ${length} bytes: 255 at most`);
  // The official client reads a length of 10 as a newline, and loses the packet. An empty text more
  // makes it 11, and means nothing.
  const data = new Uint8Array(length === newline ? length + 1 : length);
  data[0] = command;
  data[1] = data.length - 2;
  let offset = 2;
  for (const text of texts) {
    const textLength = utf8Length(text);
    data[offset] = textLength;
    writeUtf8(text, data, offset + 1);
    offset += 1 + textLength;
  }
  return data;
}

export interface ImprovCommand {
  readonly command: number;
  readonly parameters: Uint8Array;
}

/** @returns undefined if the data of a packet is not a command */
export function readCommand(data: Uint8Array): ImprovCommand | undefined {
  const [command, length] = data;
  if (command === undefined || length !== data.length - 2) return undefined;
  return { command, parameters: data.subarray(2) };
}

/**
 * Texts that each have their length before them.
 * @returns undefined if the lengths do not add up; a text is undefined if it is not UTF-8
 */
export function readTexts(bytes: Uint8Array): (string | undefined)[] | undefined {
  const texts: (string | undefined)[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const end = offset + 1 + at(bytes, offset);
    if (end > bytes.length) return undefined;
    texts.push(readText(bytes.subarray(offset + 1, end)));
    offset = end;
  }
  return texts;
}

/** Malformed UTF-8 is read as other characters: written again, it differs. */
function readText(bytes: Uint8Array): string | undefined {
  const text = readUtf8(bytes);
  if (utf8Length(text) !== bytes.length) return undefined;
  const again = new Uint8Array(bytes.length);
  writeUtf8(text, again, 0);
  return again.every((byte, i) => byte === bytes[i]) ? text : undefined;
}

function sum(bytes: Uint8Array, end: number): number {
  let total = 0;
  for (let i = 0; i < end; i++) total += at(bytes, i);
  return total & 0xff;
}

const at = (bytes: Uint8Array, index: number) => bytes[index] as number;
const nothing = new Uint8Array(0);
