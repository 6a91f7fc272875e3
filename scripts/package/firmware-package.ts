import type { ChipName } from "../../device/chips/table.ts";

/** The files of a package, in the order in which they are written: see flash-board.ts. */
export const partFiles = [
  "firmware.bin",
  "partition-table.bin",
  "ota_data_initial.bin",
  "bootloader.bin",
] as const;

export type PartFile = (typeof partFiles)[number];

/** One file of the firmware, and its place in the flash. */
export interface PackagePart {
  readonly file: PartFile;
  /** in bytes; the beginning of a sector */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export type PackageNetwork = "wifi" | "ethernet";

/** A GPIO that the image uses itself, so that the gate cannot have it. */
export interface UsedPin {
  readonly pin: number;
  /** the option or setting that names it */
  readonly by: string;
}

/** A firmware for any box, checked: what a board needs, except for what makes a box itself. */
export interface FirmwarePackage {
  readonly name: string;
  readonly version: string;
  /** it starts on no other */
  readonly chip: ChipName;
  readonly network: PackageNetwork;
  /** it locks its chip at the first start, for good: docs/security.md */
  readonly isSecure: boolean;
  /** every {@link partFiles}, in that order */
  readonly parts: readonly PackagePart[];
  /** the partition of the box's own files, in bytes */
  readonly box: { readonly offset: number; readonly bytes: number };
  /** the size of a slot for an application */
  readonly slotBytes: number;
  readonly usedPins: readonly UsedPin[];
}
