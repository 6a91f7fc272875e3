import { createHash } from "node:crypto";
import { type Chip, chips, esp32 } from "../../device/chips/table.ts";

/** An image that cannot be run: the problem and the fix, in one line. */
export class FlashImageError extends Error {}

/** Size of a board's whole flash. */
export const flashBytes = 4 * 1024 * 1024;

/** Of the ESP32, which the virtual boards have. */
export const { bootloaderAt } = esp32;
/** Offset of ESP-IDF's partition table, in every image except a secure one. */
export const partitionTableAt = 0x8000;

/** A signed bootloader is longer, so that the table of a secure image comes later. */
export const tableOffset = (isSecure: boolean) => (isSecure ? 0x1_0000 : partitionTableAt);

/** Offset of the partition with a box's own files (device/xs/esp32/partitions.csv). */
export const boxPartitionAt = 0x1_0000;

const imageMagic = 0xe9;
const longestSegments = 16;

/**
 * Lays out the parts of a build as on the chip. Unwritten flash is 0xff.
 * @param parts offset to bytes
 */
export function layOutFlash(parts: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const flash = new Uint8Array(flashBytes).fill(0xff);
  for (const [offset, bytes] of parts) flash.set(bytes, offset);
  return flash;
}

/**
 * Checks that there is a complete bootloader and application for the chip. With an incomplete one, an
 * emulator hangs without a message.
 * @param name of the file, for the error
 * @param tableAt where the partition table is
 * @throws FlashImageError
 */
export function checkFlash(
  flash: Uint8Array,
  name: string,
  tableAt = partitionTableAt,
  chip: Chip = esp32,
): void {
  if (flash.length !== flashBytes) {
    throw new FlashImageError(
      `${name} has ${flash.length} bytes instead of ${flashBytes}: build it with "boom-box build --emulator"`,
    );
  }
  checkImage(flash, chip.bootloaderAt, `${name}: the bootloader`, chip);
  if (flash[tableAt] !== 0xaa || flash[tableAt + 1] !== 0x50) {
    throw new FlashImageError(`${name} has no partition table: rebuild it`);
  }
  checkImage(flash, applicationAt(flash, name, tableAt), `${name}: the application`, chip);
}

/** The first slot for an application: type 0, any subtype. */
function applicationAt(flash: Uint8Array, name: string, tableAt: number): number {
  const view = new DataView(flash.buffer, flash.byteOffset, flash.byteLength);
  for (let at = tableAt; view.getUint16(at, true) === 0x50aa; at += 32) {
    if (flash[at + 2] === 0) return view.getUint32(at + 4, true);
  }
  throw new FlashImageError(`${name} has no slot for an application: rebuild it`);
}

/** Whether the bootloader can start what is at `start`: an image for the chip, whole. */
export function isBootableImage(
  flash: Uint8Array,
  start: number,
  length: number,
  chip: Chip = esp32,
): boolean {
  const slot = flash.subarray(start, start + length);
  return slot[0] === imageMagic && chipOf(slot, 0) === chip.imageId && isWhole(slot, 0);
}

function checkImage(flash: Uint8Array, start: number, what: string, wanted: Chip): void {
  if (flash[start] !== imageMagic) {
    throw new FlashImageError(`${what} is missing: rebuild it`);
  }
  const chip = chipOf(flash, start);
  if (chip !== wanted.imageId) {
    const its = Object.values(chips).find(({ imageId }) => imageId === chip)?.title ?? chip;
    throw new FlashImageError(
      `${what} is for another chip (${its}): build it for the ${wanted.title}`,
    );
  }
  if (!isWhole(flash, start)) {
    throw new FlashImageError(`${what} is damaged or truncated: rebuild it`);
  }
}

/** `esp_chip_id_t`, in an image's header */
function chipOf(flash: Uint8Array, start: number): number {
  return (flash[start + 12] ?? 0) + 256 * (flash[start + 13] ?? 0);
}

/** ESP-IDF's image format: header, segments, checksum, and the SHA-256 of all that. */
function isWhole(flash: Uint8Array, start: number): boolean {
  const view = new DataView(flash.buffer, flash.byteOffset, flash.byteLength);
  const segments = flash[start + 1] ?? 0;
  let at = start + 24;
  for (let i = 0; i < segments && i < longestSegments; i++) {
    if (at + 8 > flash.length) break;
    at += 8 + view.getUint32(at + 4, true);
  }
  // The checksum is the last byte of a 16-byte block.
  const end = start + (Math.floor((at - start) / 16) + 1) * 16;
  const hasDigest = flash[start + 23] === 1;
  return (
    end + 32 <= flash.length &&
    (!hasDigest || sha256(flash.subarray(start, end)) === hex(flash.subarray(end, end + 32)))
  );
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
