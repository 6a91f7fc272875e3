import { BoxData, type BoxFiles } from "../../device/box-data.ts";
import { planBoxData } from "../../host-sim/esp32/box-plan.ts";
import { MemoryFlash } from "../../host-sim/hardware/flash.ts";

/** Whole sectors to erase and write. */
export interface RegionWrite {
  /** from the beginning of the partition */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * What to write to a box's partition, in this order, so that the old files or the new ones are whole at
 * any moment. Empty when the box has these files, and no older ones.
 * @param partition the whole partition as it is now
 * @throws BoxDataError if the files are too large, or have an invalid name
 */
export function boxWrites(partition: Uint8Array, files: BoxFiles): readonly RegionWrite[] {
  if (hasExactly(partition, files)) return [];
  const regions: RegionWrite[] = [];
  for (const step of planBoxData(partition, files)) {
    if (step.type === "erase") {
      regions.push({ offset: step.offset, bytes: new Uint8Array(step.length).fill(0xff) });
      continue;
    }
    // A write always goes to what was erased right before it.
    const region = regions.at(-1);
    if (region === undefined) throw new Error("the plan writes before it erases");
    region.bytes.set(step.bytes, step.offset - region.offset);
  }
  return regions.filter(
    ({ offset, bytes }) => !isEqual(partition.subarray(offset, offset + bytes.length), bytes),
  );
}

function hasExactly(partition: Uint8Array, files: BoxFiles): boolean {
  const current = new BoxData(new MemoryFlash(partition.slice())).readAll();
  if (current.size !== files.size) return false;
  for (const [name, bytes] of files) {
    const own = current.get(name);
    if (own === undefined || !isEqual(own, bytes)) return false;
  }
  // A half with an older copy would keep its key and password.
  const half = partition.length / 2;
  return [partition.subarray(0, half), partition.subarray(half)].some((each) =>
    each.every((byte) => byte === 0xff),
  );
}

const isEqual = (a: Uint8Array, b: Uint8Array) => Buffer.from(a).equals(b);
