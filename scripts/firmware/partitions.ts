import { flashBytes, tableOffset } from "../../host-sim/esp32/flash-image.ts";

/** One line of ESP-IDF's partition table (API guide "Partition Tables"), in bytes. */
export interface Partition {
  readonly name: string;
  readonly type: string;
  readonly subtype: string;
  readonly offset: number;
  readonly size: number;
  /** the chip encrypts it although it is data */
  readonly isEncrypted: boolean;
}

const sector = 0x1000;
/** ESP-IDF maps applications into memory in pages */
const page = 0x10000;

const needed: readonly (Pick<Partition, "name" | "type" | "subtype"> & {
  readonly size?: number;
})[] = [
  { name: "nvs", type: "data", subtype: "nvs" },
  { name: "otadata", type: "data", subtype: "ota", size: 2 * sector },
  { name: "box", type: "data", subtype: "0x40", size: 0x10000 },
  { name: "ota_0", type: "app", subtype: "ota_0" },
  { name: "ota_1", type: "app", subtype: "ota_1" },
  { name: "coredump", type: "data", subtype: "coredump", size: 0x10000 },
];
const neededSecure: typeof needed = [{ name: "nvs_key", type: "data", subtype: "nvs_keys" }];
/** What would be readable otherwise: applications and otadata are always encrypted. */
const secrets: readonly string[] = ["box", "nvs_key", "coredump"];

/** @returns the partitions in the order of the table, or the problems of its lines */
export function parsePartitions(text: string): Partition[] | { readonly problems: string[] } {
  const partitions: Partition[] = [];
  const problems: string[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (/^\s*(#|$)/.test(line)) return;
    const [name = "", type = "", subtype = "", offset = "", size = "", flags = ""] = line
      .split(",")
      .map((field) => field.trim());
    const places = { offset: bytesOf(offset), size: bytesOf(size) };
    const isEncrypted = flags.split(":").includes("encrypted");
    const entry = { name, type, subtype, ...places, isEncrypted };
    if (name === "" || Number.isNaN(entry.offset) || Number.isNaN(entry.size)) {
      problems.push(`line ${index + 1} needs a name, an offset and a size: ${line.trim()}`);
    } else partitions.push(entry);
  });
  return problems.length > 0 ? { problems } : partitions;
}

function bytesOf(text: string): number {
  const [, digits, unit] = /^(0x[\da-f]+|\d+)([KM]?)$/i.exec(text) ?? [];
  if (digits === undefined) return Number.NaN;
  const factor = { "": 1, K: 1024, M: 1024 * 1024 }[unit?.toUpperCase() ?? ""] ?? 1;
  return Number(digits) * factor;
}

/** @returns one line for each rule that the table breaks */
export function partitionProblems(partitions: readonly Partition[], isSecure: boolean): string[] {
  const wanted = isSecure ? [...needed, ...neededSecure] : needed;
  return [
    ...partitions.flatMap((partition) => placeProblems(partition, isSecure)),
    ...overlaps(partitions),
    ...wanted.flatMap((each) => missing(partitions, each)),
    ...unequalSlots(partitions),
    ...(isSecure ? readable(partitions) : []),
  ];
}

function readable(partitions: readonly Partition[]): string[] {
  return partitions
    .filter(({ name, isEncrypted }) => secrets.includes(name) && !isEncrypted)
    .map(({ name }) => `${name} holds secrets, but is not marked as encrypted`);
}

function placeProblems({ name, type, offset, size }: Partition, isSecure: boolean): string[] {
  const firstOffset = tableOffset(isSecure) + sector;
  const alignment = type === "app" ? page : sector;
  const problems: string[] = [];
  if (offset % alignment !== 0) {
    problems.push(`${name} begins at ${hex(offset)}, which is not a multiple of ${hex(alignment)}`);
  }
  if (size <= 0 || size % sector !== 0) {
    problems.push(`${name} has ${hex(size)} bytes, which is not a multiple of ${hex(sector)}`);
  }
  if (offset < firstOffset) {
    problems.push(`${name} begins at ${hex(offset)}, in the bootloader or the table`);
  }
  if (offset + size > flashBytes) {
    problems.push(`${name} ends at ${hex(offset + size)}, after the flash of ${hex(flashBytes)}`);
  }
  return problems;
}

function overlaps(partitions: readonly Partition[]): string[] {
  const sorted = [...partitions].sort((a, b) => a.offset - b.offset);
  return sorted.flatMap((partition, index) => {
    const next = sorted[index + 1];
    if (next === undefined || partition.offset + partition.size <= next.offset) return [];
    return [`${partition.name} and ${next.name} overlap`];
  });
}

function missing(partitions: readonly Partition[], wanted: (typeof needed)[number]): string[] {
  const found = partitions.find(({ name }) => name === wanted.name);
  const place = `${wanted.name} (${wanted.type}, ${wanted.subtype})`;
  if (found?.type !== wanted.type || found.subtype !== wanted.subtype) {
    return [`${place} is missing`];
  }
  if (wanted.size === undefined || found.size === wanted.size) return [];
  return [`${place} has ${hex(found.size)} bytes, but must have ${hex(wanted.size)}`];
}

function unequalSlots(partitions: readonly Partition[]): string[] {
  const sizes = new Set(partitions.filter(({ type }) => type === "app").map(({ size }) => size));
  return sizes.size > 1
    ? ["the application slots differ in size, but an update must fit in both"]
    : [];
}

const hex = (bytes: number) => `0x${bytes.toString(16)}`;

const grouped = (bytes: number) => bytes.toLocaleString("en-US");

/** How full a slot is with an image of so many bytes, as text for the user. */
export function slotUse(imageBytes: number, partitions: readonly Partition[]) {
  const slotBytes = Math.min(
    ...partitions.filter(({ type }) => type === "app").map(({ size }) => size),
  );
  const fits = imageBytes <= slotBytes;
  const percent = Math.round((imageBytes / slotBytes) * 100);
  const sizes = `${grouped(imageBytes)} of ${grouped(slotBytes)} bytes of its slot`;
  return { fits, text: `the image takes ${sizes}, ${percent} %` };
}
