import FFI from "mc/ffi";
import type { PulseOutput } from "../../hal.ts";
import { type RmtFunctions, RmtPulseOutput } from "./rmt-pulse.ts";

/** The functions of ESP-IDF that manifest.json declares for XS FFI. */
export interface BoardFunctions extends RmtFunctions {
  /** in bytes */
  esp_get_free_heap_size(): number;
  /** @returns `esp_err_t` */
  esp_ota_mark_app_valid_cancel_rollback(): number;
}

export function withPulses(gpio: PulseOutput, pin: number): PulseOutput {
  return new RmtPulseOutput(gpio, pin, new FFI());
}

/** NTP's */
export const timeServerPort = 123;

export function freeHeap(): number {
  return new FFI().esp_get_free_heap_size();
}

/** An image that was written over the serial port is not on trial: nothing is confirmed then. */
export function confirmFirmware(): void {
  new FFI().esp_ota_mark_app_valid_cancel_rollback();
}
