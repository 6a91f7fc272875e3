import { consistsOf, dot, hyphen, isDigit, isLetter } from "./characters.ts";
import { readUtf8, writeUtf8 } from "./core/utf8.ts";
import type { Flash } from "./hal.ts";

/**
 * What makes a box itself, in a partition of its own: settings, certificates and keys. An update of
 * the firmware never touches it.
 *
 * The partition has two halves. Each can hold one copy of all files:
 *
 * | bytes | content |
 * | --- | --- |
 * | 0–3 | `BBox` |
 * | 4–7 | version of this format: 1 |
 * | 8–11 | sequence number: of two valid copies, the higher one is the newer |
 * | 12–15 | length of the content in bytes |
 * | 16–19 | CRC-32 (IEEE 802.3) of bytes 0–15 and of the content |
 * | from 20 | the content: for each file 1 byte length of the name, the name, 2 bytes length, the bytes |
 *
 * Numbers are little-endian. A copy is filled up with 0xff to a multiple of 16 bytes: encrypted flash is
 * written in blocks of that size. A change writes the other half, and erases the old one only after the
 * new copy has been read back. A power cut at any moment leaves the old copy or the new one.
 */
export type BoxFiles = ReadonlyMap<string, Uint8Array>;

/** What the partition contains. */
export type BoxState =
  | "files"
  /** nothing was ever written, or it was erased */
  | "empty"
  /** a copy was begun, but none is valid */
  | "damaged";

/** A copy that fits in no half. */
export class BoxDataError extends Error {}

const magic = 0x78_6f_42_42;
const version = 1;
const crcAt = 16;
const highestSequence = 0x7fff_ffff;
const longestName = 32;
const longestFile = 0xffff;
/** How many bytes are read at a time: on the board, memory is scarce. */
const pieceLength = 512;
/** ESP-IDF's `esp_flash_write_encrypted` takes offsets and lengths that are multiples of it. */
const encryptionBlock = 16;

export const boxHeaderLength = 20;

/** The size of the partition on an ESP32 (device/xs/esp32/partitions.csv). */
export const boxPartitionLength = 0x1_0000;

/**
 * The newest valid copy in a partition. It is checked once; a file is read from flash whenever it is
 * needed, because the board's memory is scarce.
 */
export class BoxData {
  readonly #flash: Flash;
  #copy: Copy | undefined;
  #state: BoxState = "empty";
  #places: ReadonlyMap<string, Place> = new Map();

  constructor(flash: Flash) {
    this.#flash = flash;
    this.#look();
  }

  get state(): BoxState {
    return this.#state;
  }

  has(name: string): boolean {
    return this.#places.has(name);
  }

  /** A copy in a buffer of its own, which TLS requires; undefined if there is no such file. */
  read(name: string): Uint8Array | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : this.#flash.read(place.offset, place.length);
  }

  readAll(): BoxFiles {
    const files = new Map<string, Uint8Array>();
    for (const [name, { offset, length }] of this.#places) {
      files.set(name, this.#flash.read(offset, length));
    }
    return files;
  }

  /**
   * Replaces all files. The copy is written to the half that does not hold the newest one; the other
   * half is erased at the end, so that no old key or password stays.
   * @throws BoxDataError if the files are too large, or have an invalid name; nothing is changed then.
   *   Any error of the flash: the old copy or the new one is valid.
   */
  write(files: BoxFiles): void {
    const flash = this.#flash;
    const half = flash.length / 2;
    const target = this.#copy?.offset === 0 ? half : 0;
    const sequence = (this.#copy?.sequence ?? 0) + 1;
    const copy = encodeCopy(files, sequence);
    if (copy.length > half) {
      throw new BoxDataError(`the box's files take ${copy.length} bytes, but only ${half} fit`);
    }
    try {
      eraseHalf(flash, target);
      flash.write(target, copy);
      if (copyAt(flash, target)?.sequence !== sequence) {
        throw new Error("the box's files could not be read back after they were written");
      }
      eraseHalf(flash, half - target);
    } finally {
      this.#look();
    }
  }

  #look(): void {
    this.#copy = newestCopy(this.#flash);
    const places = this.#copy === undefined ? undefined : placesIn(this.#flash, this.#copy);
    this.#places = places ?? new Map();
    if (places !== undefined) this.#state = "files";
    else this.#state = isErased(this.#flash) ? "empty" : "damaged";
  }
}

/** Erases everything. The box then waits to be set up. */
export function eraseBoxData(flash: Flash): void {
  eraseHalf(flash, 0);
  eraseHalf(flash, flash.length / 2);
}

/** Blocks are erased in ascending order, so that the header goes first. */
function eraseHalf(flash: Flash, offset: number): void {
  const first = offset / flash.blockLength;
  const blocks = flash.length / 2 / flash.blockLength;
  flash.eraseBlocks(first, first + blocks);
}

interface Copy {
  readonly offset: number;
  readonly sequence: number;
  /** of the content, in bytes */
  readonly length: number;
}

interface Place {
  readonly offset: number;
  readonly length: number;
}

function newestCopy(flash: Flash): Copy | undefined {
  const first = copyAt(flash, 0);
  const second = copyAt(flash, flash.length / 2);
  if (first === undefined || second === undefined) return first ?? second;
  return second.sequence > first.sequence ? second : first;
}

/**
 * How many bytes a copy has, by its header alone: where reading is slow, the rest of the half need not
 * be read. Undefined if there is no header.
 * @param header the first {@link boxHeaderLength} bytes of a half
 */
export function copyLengthOf(header: Uint8Array, halfLength: number): number | undefined {
  const view = viewOf(header);
  const length = view.getUint32(12, true);
  const isPlausible =
    view.getUint32(0, true) === magic &&
    view.getUint32(4, true) === version &&
    view.getUint32(8, true) <= highestSequence &&
    length <= halfLength - boxHeaderLength;
  return isPlausible ? boxHeaderLength + length : undefined;
}

function copyAt(flash: Flash, offset: number): Copy | undefined {
  const header = flash.read(offset, boxHeaderLength);
  const view = viewOf(header);
  const copyLength = copyLengthOf(header, flash.length / 2);
  if (copyLength === undefined) return undefined;
  const sequence = view.getUint32(8, true);
  const length = copyLength - boxHeaderLength;
  let crc = crc32(header.subarray(0, crcAt), 0);
  for (let at = 0; at < length; at += pieceLength) {
    const count = Math.min(pieceLength, length - at);
    crc = crc32(flash.read(offset + boxHeaderLength + at, count), crc);
  }
  return crc === view.getUint32(crcAt, true) ? { offset, sequence, length } : undefined;
}

/** Only the headers count: reading the whole partition would take the board more than a second. */
function isErased(flash: Flash): boolean {
  for (const offset of [0, flash.length / 2]) {
    for (const byte of flash.read(offset, boxHeaderLength)) {
      if (byte !== 0xff) return false;
    }
  }
  return true;
}

function encodeCopy(files: BoxFiles, sequence: number): Uint8Array {
  let length = boxHeaderLength;
  for (const [name, bytes] of files) {
    if (!isFileName(name) || bytes.length > longestFile) {
      throw new BoxDataError(
        `${name} cannot be a file of a box: ${longestName} characters, ${longestFile} bytes at most`,
      );
    }
    length += 1 + name.length + 2 + bytes.length;
  }
  const padded = Math.ceil(length / encryptionBlock) * encryptionBlock;
  const copy = new Uint8Array(padded).fill(0xff, length);
  const view = viewOf(copy);
  view.setUint32(0, magic, true);
  view.setUint32(4, version, true);
  view.setUint32(8, sequence, true);
  view.setUint32(12, length - boxHeaderLength, true);
  let at = boxHeaderLength;
  for (const [name, bytes] of files) {
    copy[at] = name.length;
    writeUtf8(name, copy, at + 1);
    at += 1 + name.length;
    view.setUint16(at, bytes.length, true);
    copy.set(bytes, at + 2);
    at += 2 + bytes.length;
  }
  const content = copy.subarray(boxHeaderLength, length);
  const crc = crc32(content, crc32(copy.subarray(0, crcAt), 0));
  view.setUint32(crcAt, crc, true);
  return copy;
}

/** Undefined if the content is not a list of files, although its checksum is right. */
function placesIn(flash: Flash, { offset, length }: Copy): ReadonlyMap<string, Place> | undefined {
  const places = new Map<string, Place>();
  let at = offset + boxHeaderLength;
  const end = at + length;
  while (at < end) {
    const nameLength = flash.read(at, 1)[0] ?? 0;
    const bytesAt = at + 1 + nameLength + 2;
    if (bytesAt > end) return undefined;
    const name = readUtf8(flash.read(at + 1, nameLength));
    const bytesLength = viewOf(flash.read(bytesAt - 2, 2)).getUint16(0, true);
    at = bytesAt + bytesLength;
    if (!isFileName(name) || places.has(name) || at > end) return undefined;
    places.set(name, { offset: bytesAt, length: bytesLength });
  }
  return places;
}

const isFileName = (name: string) => consistsOf(name, isFileNameUnit, 1, longestName);

const isFileNameUnit = (unit: number) =>
  isLetter(unit) || isDigit(unit) || unit === dot || unit === hyphen;

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  new DataView(buffer, byteOffset, byteLength);

/** For each value of four bits: a table of 256 entries would take a kilobyte. */
const crcTable: readonly number[] = Object.freeze(
  Array.from({ length: 16 }, (_, nibble) => {
    let crc = nibble;
    for (let bit = 0; bit < 4; bit++) crc = crc & 1 ? 0xedb8_8320 ^ (crc >>> 1) : crc >>> 1;
    return crc >>> 0;
  }),
);

/** CRC-32 as in Ethernet and zlib, continued from `before` (0 at the beginning). */
function crc32(bytes: Uint8Array, before: number): number {
  const { length } = bytes;
  let crc = ~before;
  for (let i = 0; i < length; i++) {
    crc ^= bytes[i] as number;
    crc = (crcTable[crc & 15] as number) ^ (crc >>> 4);
    crc = (crcTable[crc & 15] as number) ^ (crc >>> 4);
  }
  return ~crc >>> 0;
}
