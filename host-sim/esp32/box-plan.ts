import { BoxData, type BoxFiles } from "../../device/box-data.ts";
import { type FlashStep, MemoryFlash } from "../hardware/flash.ts";

/**
 * The changes that write a box's files to its partition, in their order: the firmware's own, so that an
 * interruption leaves the old files or the new ones.
 * @param partition the whole partition as it is now; not changed
 * @throws BoxDataError if the files are too large, or have an invalid name
 */
export function planBoxData(partition: Uint8Array, files: BoxFiles): readonly FlashStep[] {
  const steps: FlashStep[] = [];
  const flash = new MemoryFlash(partition.slice());
  const data = new BoxData(flash);
  flash.onStep = (step) => steps.push(step);
  data.write(files);
  return steps;
}
