import assert from "node:assert/strict";
import { MemoryFlash } from "../host-sim/hardware/flash.ts";
import { BoxData, type BoxFiles } from "./box-data.ts";

export const text = (value: string) => new TextEncoder().encode(value);

export const first: BoxFiles = new Map([
  ["settings.json", text('{"thingName":"lot-1"}')],
  ["certificate.der", Uint8Array.of(1, 2, 3)],
  ["private-key.der", Uint8Array.of(4, 5, 6, 7)],
]);
export const second: BoxFiles = new Map([
  ["settings.json", text('{"thingName":"lot-2"}')],
  ["certificate.der", Uint8Array.of(8)],
  ["private-key.der", Uint8Array.of(9, 10)],
]);

/** As after a restart. */
export function filesIn(flash: MemoryFlash): BoxFiles {
  const data = new BoxData(flash);
  assert.equal(data.state, "files");
  return data.readAll();
}

export const write = (flash: MemoryFlash, files: BoxFiles) => new BoxData(flash).write(files);

/** Enough for a short test: a file of each kind, in two halves of two sectors. */
export const smallFlash = () => MemoryFlash.erased(4 * 4096);
