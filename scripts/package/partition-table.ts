/** An entry of ESP-IDF's binary partition table (API guide "Partition Tables"), in bytes. */
export interface TableEntry {
  readonly name: string;
  readonly type: number;
  readonly subtype: number;
  readonly offset: number;
  readonly bytes: number;
}

/** The longest table; the rest of its sector is not used. */
export const tableBytes = 0xc00;

const entryBytes = 32;
const entryMagic = 0x50aa;
const data = 1;
const app = 0;
const otaSubtype = 0x00;
const boxSubtype = 0x40;
const firstSlot = 0x10;

/** Reads the entries up to the first that is none. Undefined when there is not even one. */
export function parsePartitionTable(table: Uint8Array): readonly TableEntry[] | undefined {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const entries: TableEntry[] = [];
  for (let at = 0; at + entryBytes <= Math.min(table.length, tableBytes); at += entryBytes) {
    // After the last entry comes the table's MD5, or erased flash.
    if (view.getUint16(at, true) !== entryMagic) break;
    const label = table.subarray(at + 12, at + 28);
    const length = label.indexOf(0);
    entries.push({
      name: Buffer.from(length < 0 ? label : label.subarray(0, length)).toString("latin1"),
      type: table[at + 2] ?? 0,
      subtype: table[at + 3] ?? 0,
      offset: view.getUint32(at + 4, true),
      bytes: view.getUint32(at + 8, true),
    });
  }
  return entries.length === 0 ? undefined : entries;
}

/** A table without the MD5 that ESP-IDF adds. */
export function encodePartitionTable(entries: readonly TableEntry[]): Uint8Array {
  const table = new Uint8Array(tableBytes).fill(0xff);
  const view = new DataView(table.buffer);
  for (const [index, { name, type, subtype, offset, bytes }] of entries.entries()) {
    const at = index * entryBytes;
    table.fill(0, at, at + entryBytes);
    view.setUint16(at, entryMagic, true);
    table[at + 2] = type;
    table[at + 3] = subtype;
    view.setUint32(at + 4, offset, true);
    view.setUint32(at + 8, bytes, true);
    table.set(Buffer.from(name), at + 12);
  }
  return table;
}

/** The places that flashing needs; undefined if one of them is missing. */
export function placesOf(entries: readonly TableEntry[]) {
  const find = (type: number, subtype: number) =>
    entries.find((entry) => entry.type === type && entry.subtype === subtype);
  const otadata = find(data, otaSubtype);
  const box = boxPlaceOf(entries);
  const slot = find(app, firstSlot);
  if (otadata === undefined || box === undefined || slot === undefined) return undefined;
  return { otadata, box, slot };
}

/** The partition of the box's own files. */
export function boxPlaceOf(entries: readonly TableEntry[]): TableEntry | undefined {
  return entries.find(
    ({ name, type, subtype }) => name === "box" && type === data && subtype === boxSubtype,
  );
}
