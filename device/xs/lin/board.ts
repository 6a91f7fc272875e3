import type { PulseOutput } from "../../hal.ts";

/** NTP's */
export const timeServerPort = 123;

/** A desktop has no pins, no meaningful heap size, and no firmware on trial. */
export function openBoard() {
  return {
    withPulses: (gpio: PulseOutput): PulseOutput => gpio,
    freeHeap: () => undefined,
    confirmFirmware: () => {},
  };
}
