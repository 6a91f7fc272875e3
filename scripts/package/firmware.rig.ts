import { createHash } from "node:crypto";
import { type ChipName, chips } from "../../device/chips/table.ts";
import { layOutFlash } from "../../host-sim/esp32/flash-image.ts";
import type { FirmwarePackage, PackagePart, PartFile } from "./firmware-package.ts";
import { encodePartitionTable, type TableEntry } from "./partition-table.ts";

/**
 * An image in esptool's format: a header, one segment, a checksum in the last byte of sixteen, a digest.
 * Half of the segment does not compress, as in a real image.
 */
export function imageOf(length: number, seed = 1, chip: ChipName = "esp32"): Uint8Array {
  const header = new Uint8Array(24);
  header[0] = 0xe9;
  header[1] = 1;
  header[12] = chips[chip].imageId;
  header[23] = 1;
  const segment = new Uint8Array(8 + length).fill(seed);
  new DataView(segment.buffer).setUint32(4, length, true);
  let noise = seed;
  for (let i = 8; i < segment.length; i += 2) {
    noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0;
    segment[i] = noise >>> 16;
  }
  const body = new Uint8Array((Math.floor((32 + length) / 16) + 1) * 16);
  body.set(header);
  body.set(segment, 24);
  return new Uint8Array(Buffer.concat([body, createHash("sha256").update(body).digest()]));
}

/** device/xs/esp32/partitions.csv */
export const entries: readonly TableEntry[] = [
  { name: "nvs", type: 1, subtype: 2, offset: 0x9000, bytes: 0x5000 },
  { name: "otadata", type: 1, subtype: 0, offset: 0xe000, bytes: 0x2000 },
  { name: "box", type: 1, subtype: 0x40, offset: 0x10000, bytes: 0x10000 },
  { name: "ota_0", type: 0, subtype: 0x10, offset: 0x20000, bytes: 0x1e0000 },
  { name: "ota_1", type: 0, subtype: 0x11, offset: 0x210000, bytes: 0x1e0000 },
  { name: "coredump", type: 1, subtype: 3, offset: 0x3f0000, bytes: 0x10000 },
];

export const tableOf = (of: readonly TableEntry[] = entries) => encodePartitionTable(of);

/** The parts of a firmware with an application of so many bytes. */
export function partsOf(
  applicationBytes = 100_000,
  seed = 1,
  chip: ChipName = "esp32",
): readonly PackagePart[] {
  const part = (file: PartFile, offset: number, bytes: Uint8Array) => ({ file, offset, bytes });
  return [
    part("firmware.bin", 0x20000, imageOf(applicationBytes, seed, chip)),
    part("partition-table.bin", 0x8000, tableOf()),
    part("ota_data_initial.bin", 0xe000, new Uint8Array(0x2000).fill(0xff)),
    part(
      "bootloader.bin",
      chips[chip].bootloaderAt,
      imageOf(Math.min(20_000, applicationBytes), seed, chip),
    ),
  ];
}

export function firmwareOf(changes: Partial<FirmwarePackage> = {}): FirmwarePackage {
  return {
    name: "Boom Box",
    version: "0.1.0",
    chip: "esp32",
    network: "wifi",
    isSecure: false,
    parts: partsOf(),
    box: { offset: 0x10000, bytes: 0x10000 },
    slotBytes: 0x1e0000,
    usedPins: [],
    ...changes,
  };
}

/** A firmware for that chip. */
export function firmwareFor(chip: ChipName): FirmwarePackage {
  return firmwareOf({ chip, parts: partsOf(3_000, 1, chip) });
}

/** device/xs/esp32/secure/partitions.csv */
const secureEntries: readonly TableEntry[] = [
  { name: "nvs_key", type: 1, subtype: 4, offset: 0x11000, bytes: 0x1000 },
  { name: "otadata", type: 1, subtype: 0, offset: 0x12000, bytes: 0x2000 },
  { name: "nvs", type: 1, subtype: 2, offset: 0x14000, bytes: 0xc000 },
  { name: "box", type: 1, subtype: 0x40, offset: 0x20000, bytes: 0x10000 },
  { name: "ota_0", type: 0, subtype: 0x10, offset: 0x30000, bytes: 0x1e0000 },
  { name: "ota_1", type: 0, subtype: 0x11, offset: 0x210000, bytes: 0x1e0000 },
  { name: "coredump", type: 1, subtype: 3, offset: 0x3f0000, bytes: 0x10000 },
];

/** A firmware of `boom-box build --secure`, without its signatures: nothing here checks those. */
export function secureFirmwareOf(): FirmwarePackage {
  const offsets: Partial<Record<PartFile, number>> = {
    "firmware.bin": 0x30000,
    "partition-table.bin": 0x10000,
    "ota_data_initial.bin": 0x12000,
  };
  const parts = partsOf(3_000).map((part) => ({
    ...part,
    offset: offsets[part.file] ?? part.offset,
    bytes: part.file === "partition-table.bin" ? tableOf(secureEntries) : part.bytes,
  }));
  const box = { offset: 0x20000, bytes: 0x10000 };
  return firmwareOf({ isSecure: true, parts, box, slotBytes: 0x1e0000 });
}

/** A flash with a firmware on it, and without a box's files. */
export function flashOf({ parts }: FirmwarePackage): Uint8Array {
  return layOutFlash(new Map(parts.map(({ offset, bytes }) => [offset, bytes])));
}
