import { crc32 } from "node:zlib";
import { isBootableImage, partitionTableAt } from "../esp32/flash-image.ts";
import { sectorBytes } from "./nor-flash.ts";

/**
 * What ESP-IDF 6.0's bootloader does with two slots and CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE: the
 * rules of bootloader_utility.c and bootloader_common.c, on the bytes of a flash.
 */

/** `esp_ota_img_states_t` (esp_flash_partitions.h). */
export const imageState = {
  new: 0,
  pendingVerify: 1,
  valid: 2,
  invalid: 3,
  aborted: 4,
  undefined: 0xffff_ffff,
} as const;

/** `esp_ota_select_entry_t`: one in each of otadata's two sectors. */
export interface OtaEntry {
  /** counts the selections; 0xffffffff if erased */
  readonly sequence: number;
  readonly state: number;
  readonly crc: number;
}

/** A slot for an application, or the partition otadata. In bytes from the beginning of the flash. */
export interface FlashRange {
  readonly offset: number;
  readonly length: number;
}

export interface BootSlot extends FlashRange {
  /** 0 for ota_0 */
  readonly index: number;
}

/** The part of the partition table that the bootloader looks at. */
export interface BootPlan {
  /** undefined: the first slot starts */
  readonly otadata: FlashRange | undefined;
  /** in the order of their subtypes */
  readonly slots: readonly BootSlot[];
}

/** Erases and writes. A test counts these, and cuts the power at one of them. */
export interface FlashWriter {
  erase(offset: number, length: number): void;
  program(offset: number, bytes: Uint8Array): unknown;
}

const erased = 0xffff_ffff;
const entryBytes = 32;
const applicationType = 0;
const dataType = 1;
const otaSubtype = 0;
const firstSlotSubtype = 0x10;

export function readBootPlan(flash: Uint8Array): BootPlan {
  const view = viewOf(flash);
  let otadata: FlashRange | undefined;
  const slots: BootSlot[] = [];
  for (let at = partitionTableAt; view.getUint16(at, true) === 0x50aa; at += entryBytes) {
    const [type = 0, subtype = 0] = flash.subarray(at + 2, at + 4);
    const range = { offset: view.getUint32(at + 4, true), length: view.getUint32(at + 8, true) };
    if (type === dataType && subtype === otaSubtype) otadata = range;
    if (type === applicationType) slots.push({ ...range, index: subtype - firstSlotSubtype });
  }
  return { otadata, slots: slots.sort((a, b) => a.index - b.index) };
}

/** `bootloader_common_ota_select_crc`: esp_rom_crc32_le(UINT32_MAX, the sequence, 4). */
export function crcOf(sequence: number): number {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, sequence, true);
  // The ROM's CRC-32 inverts its start value and its result, as zlib's does.
  return crc32(bytes, erased);
}

export function readOtaEntries(flash: Uint8Array, { offset }: FlashRange): readonly OtaEntry[] {
  const view = viewOf(flash);
  return [offset, offset + sectorBytes].map((at) => ({
    sequence: view.getUint32(at, true),
    state: view.getUint32(at + 24, true),
    crc: view.getUint32(at + 28, true),
  }));
}

/** Erases the entry's sector, then writes it: a power cut in between leaves none. */
export function writeOtaEntry(
  flash: FlashWriter,
  { offset }: FlashRange,
  index: number,
  entry: Omit<OtaEntry, "crc">,
): void {
  const at = offset + index * sectorBytes;
  const bytes = new Uint8Array(entryBytes).fill(0xff);
  viewOf(bytes).setUint32(0, entry.sequence, true);
  viewOf(bytes).setUint32(24, entry.state, true);
  viewOf(bytes).setUint32(28, crcOf(entry.sequence), true);
  flash.erase(at, sectorBytes);
  flash.program(at, bytes);
}

/** `bootloader_common_ota_select_invalid`: it does not look at the CRC. */
const isRuledOut = ({ sequence, state }: OtaEntry) =>
  sequence === erased || state === imageState.invalid || state === imageState.aborted;

const hasRightCrc = ({ sequence, crc }: OtaEntry) => crc === crcOf(sequence);

/** `bootloader_common_get_active_otadata`. @returns its index; undefined if there is none */
export function activeEntry(entries: readonly OtaEntry[]): number | undefined {
  let active: number | undefined;
  for (const [index, entry] of entries.entries()) {
    if (isRuledOut(entry) || !hasRightCrc(entry)) continue;
    // Of two with the same sequence, the first.
    if (active === undefined || entry.sequence > (entries[active]?.sequence ?? 0)) active = index;
  }
  return active;
}

/** Which of the slots an entry is about. */
export function slotOfEntry({ sequence }: OtaEntry, slotCount: number): number {
  return ((sequence - 1) >>> 0) % slotCount;
}

/**
 * A start: `bootloader_utility_get_selected_boot_partition`, then `…_load_boot_image`.
 * @param flash its content
 * @param writer writes to the same flash
 * @returns the slot whose image starts; undefined if none can
 */
export function boot(flash: Uint8Array, writer: FlashWriter): BootSlot | undefined {
  const plan = readBootPlan(flash);
  const { otadata, slots } = plan;
  if (otadata === undefined) return startable(flash, slots, 0);
  for (const [index, entry] of readOtaEntries(flash, otadata).entries()) {
    if (entry.state !== imageState.pendingVerify) continue;
    writeOtaEntry(writer, otadata, index, { ...entry, state: imageState.aborted });
  }
  const entries = readOtaEntries(flash, otadata);
  if (entries.every(isRuledOut)) {
    const slot = startable(flash, slots, 0);
    const isInitial = entries.every((entry) => entry.sequence === erased || !hasRightCrc(entry));
    if (slot !== undefined && isInitial) {
      writeOtaEntry(writer, otadata, 0, { sequence: slot.index + 1, state: imageState.valid });
    }
    return slot;
  }
  const active = activeEntry(entries);
  const entry = active === undefined ? undefined : entries[active];
  // "ota data partition invalid and no factory, will try all partitions"
  if (active === undefined || entry === undefined) return startable(flash, slots, -1);
  if (entry.state === imageState.new) {
    writeOtaEntry(writer, otadata, active, { ...entry, state: imageState.pendingVerify });
  }
  return startable(flash, slots, slotOfEntry(entry, slots.length));
}

/** Backwards from the selected slot, then forwards: the first whose image is whole. */
function startable(
  flash: Uint8Array,
  slots: readonly BootSlot[],
  selected: number,
): BootSlot | undefined {
  const order = [...slots.slice(0, selected + 1).reverse(), ...slots.slice(selected + 1)];
  return order.find(({ offset, length }) => isBootableImage(flash, offset, length));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
