import type { PulseOutput, SetupHardware } from "../../hal.ts";
import { FileFlash } from "./file-flash.ts";

/** NTP's */
export const timeServerPort = 123;

/**
 * A desktop has no pins, no serial port of its own, no meaningful heap size, and no firmware on trial.
 * It keeps nothing in memory across a restart.
 */
export function openBoard() {
  return {
    chip: "desktop",
    imageId: undefined,
    openFlash: () => new FileFlash(),
    openSlots: () => undefined,
    openCrashMemory: () => undefined,
    withPulses: (gpio: PulseOutput, _pin: number, _index: number): PulseOutput => gpio,
    openInput: () => undefined,
    openSetup: (): SetupHardware => ({}),
    freeHeap: () => undefined,
    panic: () => {},
    confirmFirmware: () => {},
  };
}
