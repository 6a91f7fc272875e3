import { BoxData, type BoxFiles, boxPartitionLength } from "../../device/box-data.ts";
import { MemoryFlash } from "../../host-sim/hardware/flash.ts";

/** A partition with only these files. */
export function boxPartition(files: BoxFiles): Uint8Array {
  const flash = MemoryFlash.erased(boxPartitionLength);
  new BoxData(flash).write(files);
  return flash.bytes;
}
