import { createHash } from "node:crypto";
import { layOutFlash } from "./flash-image.ts";

/** In esptool's format: a header, one segment, a checksum in the last byte of sixteen, a digest. */
export function imageOf(length: number, chip = 0): Uint8Array {
  const header = new Uint8Array(24);
  header[0] = 0xe9;
  header[1] = 1;
  header[12] = chip;
  header[23] = 1;
  const segment = new Uint8Array(8 + length).fill(7);
  new DataView(segment.buffer).setUint32(4, length, true);
  const end = (Math.floor((32 + length) / 16) + 1) * 16;
  const body = new Uint8Array(end);
  body.set(header);
  body.set(segment, 24);
  const digest = createHash("sha256").update(body).digest();
  return new Uint8Array(Buffer.concat([body, digest]));
}

function tableOf(applicationAt: number): Uint8Array {
  const table = new Uint8Array(64).fill(0xff);
  const view = new DataView(table.buffer);
  view.setUint16(0, 0x50aa, true);
  table[2] = 0;
  table[3] = 0x10;
  view.setUint32(4, applicationAt, true);
  return table;
}

/** A flash that a board boots from; its parts have no code. */
export const wholeFlash = (
  application = imageOf(1_000),
  bootloader = imageOf(100),
  bootloaderAt = 0x1000,
) =>
  layOutFlash(
    new Map([
      [bootloaderAt, bootloader],
      [0x8000, tableOf(0x20000)],
      [0x20000, application],
    ]),
  );
