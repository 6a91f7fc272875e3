import type { PulseOutput } from "../../hal.ts";

/** A desktop has no pins: nothing but the program ends a pulse. */
export function withPulses(gpio: PulseOutput): PulseOutput {
  return gpio;
}

/** NTP's */
export const timeServerPort = 123;

/** A desktop's heap says nothing about a box. */
export function freeHeap(): undefined {}

/** Nothing is on trial on a desktop. */
export function confirmFirmware(): void {}
