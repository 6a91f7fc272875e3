import type NativeDigital from "embedded:io/digital";
import type { Digital } from "../hal.ts";

/**
 * The gate's pin, LOW from its first moment: ECMA-419's Digital sets the level before the direction.
 * Held by the global object for ever. Were it closed, or collected, the ESP32 would turn the pin's
 * pull-up on, and press the button.
 */
export function openGatePin(
  io: typeof NativeDigital,
  pin: number,
  holder: object = globalThis,
): Digital {
  const gatePin = new io({ pin, mode: io.Output, initialValue: 0 });
  Object.defineProperty(holder, "gatePin", { value: gatePin });
  return gatePin;
}
