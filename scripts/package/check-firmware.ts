import { boxPartitionLength } from "../../device/box-data.ts";
import { type ChipName, chips } from "../../device/chips/table.ts";
import {
  checkFlash,
  FlashImageError,
  flashBytes,
  layOutFlash,
  tableOffset,
} from "../../host-sim/esp32/flash-image.ts";
import type { FirmwarePackage, PartFile } from "./firmware-package.ts";
import { parsePartitionTable, placesOf, type TableEntry, tableBytes } from "./partition-table.ts";

const sector = 0x1000;

/** Where the parts and the box's files belong, by the partition table itself. */
export interface Places {
  readonly offsets: Readonly<Record<PartFile, number>>;
  readonly box: { readonly offset: number; readonly bytes: number };
  readonly slotBytes: number;
  readonly otadataBytes: number;
}

/** Undefined if the table lacks a partition that a box needs. */
export function placesIn(table: Uint8Array, isSecure: boolean, chip: ChipName): Places | undefined {
  const places = placesOf(parsePartitionTable(table) ?? []);
  if (places === undefined) return undefined;
  const { otadata, box, slot } = places;
  return {
    offsets: {
      "bootloader.bin": chips[chip].bootloaderAt,
      "partition-table.bin": tableOffset(isSecure),
      "ota_data_initial.bin": otadata.offset,
      "firmware.bin": slot.offset,
    },
    box: { offset: box.offset, bytes: box.bytes },
    slotBytes: slot.bytes,
    otadataBytes: otadata.bytes,
  };
}

/** What is wrong with a firmware, in words that follow "the package"; undefined if nothing is. */
export function firmwareProblem(firmware: FirmwarePackage): string | undefined {
  const table = firmware.parts.find(({ file }) => file === "partition-table.bin");
  const entries = table === undefined ? undefined : parsePartitionTable(table.bytes);
  const { isSecure, chip } = firmware;
  const places = table === undefined ? undefined : placesIn(table.bytes, isSecure, chip);
  if (table === undefined || entries === undefined || places === undefined) {
    return "has no partition table for a box";
  }
  return (
    tableProblem(entries, isSecure) ??
    placeProblem(firmware, places) ??
    sizeProblem(firmware, places) ??
    overlapOf(firmware) ??
    imageProblem(firmware)
  );
}

function tableProblem(entries: readonly TableEntry[], isSecure: boolean): string | undefined {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  const isSound = sorted.every(({ offset, bytes }, index) => {
    const isPlaced = offset >= tableOffset(isSecure) + sector && offset % sector === 0;
    const end = offset + bytes;
    const isFilled = bytes > 0 && bytes % sector === 0 && end <= flashBytes;
    return isPlaced && isFilled && end <= (sorted[index + 1]?.offset ?? flashBytes);
  });
  return isSound ? undefined : "has a partition table whose partitions do not fit 4 MB of flash";
}

function placeProblem({ parts, box }: FirmwarePackage, places: Places): string | undefined {
  const misplaced = parts.find(({ file, offset }) => offset !== places.offsets[file]);
  if (misplaced !== undefined) {
    return `puts ${misplaced.file} at ${hex(misplaced.offset)} instead of ${hex(places.offsets[misplaced.file])}`;
  }
  const isBox = box.offset === places.box.offset && box.bytes === places.box.bytes;
  return isBox && box.bytes === boxPartitionLength
    ? undefined
    : "puts the box's files in another place than its partition table";
}

function sizeProblem(firmware: FirmwarePackage, places: Places): string | undefined {
  const { parts, slotBytes, isSecure, chip } = firmware;
  if (slotBytes !== places.slotBytes)
    return "names another size of a slot than its partition table";
  const most: Readonly<Record<PartFile, number>> = {
    "bootloader.bin": tableOffset(isSecure) - chips[chip].bootloaderAt,
    "partition-table.bin": tableBytes,
    "ota_data_initial.bin": places.otadataBytes,
    "firmware.bin": slotBytes,
  };
  const large = parts.find(({ file, bytes }) => bytes.length > most[file]);
  if (large === undefined) return undefined;
  return `has a ${large.file} of ${large.bytes.length} bytes, but only ${most[large.file]} fit`;
}

/** Flash is erased by the sector, so no two parts share one. */
function overlapOf({ parts, box }: FirmwarePackage): string | undefined {
  const regions = [
    ...parts.map(({ file, offset, bytes }) => ({
      name: file as string,
      offset,
      length: bytes.length,
    })),
    { name: "the box's files", offset: box.offset, length: box.bytes },
  ].sort((a, b) => a.offset - b.offset);
  for (const [index, { name, offset, length }] of regions.entries()) {
    const next = regions[index + 1];
    const end = Math.ceil((offset + length) / sector) * sector;
    if (next !== undefined && end > next.offset) return `puts ${name} over ${next.name}`;
  }
  return undefined;
}

function imageProblem({ parts, isSecure, chip }: FirmwarePackage): string | undefined {
  try {
    const flash = layOutFlash(new Map(parts.map(({ offset, bytes }) => [offset, bytes])));
    checkFlash(flash, "it", tableOffset(isSecure), chips[chip]);
    return undefined;
  } catch (error) {
    if (!(error instanceof FlashImageError)) throw error;
    return `cannot be run (${error.message})`;
  }
}

const hex = (offset: number) => `0x${offset.toString(16)}`;
