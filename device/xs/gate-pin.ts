import type NativeDigital from "embedded:io/digital";
import type { Digital } from "../hal.ts";

/**
 * A gate's pin, LOW from the first moment: ECMA-419's Digital sets the level before the
 * direction. The global object holds it forever. If it were closed or collected, the ESP32 would
 * enable the pin's pull-up and press the button.
 */
export function openGatePin(
  io: typeof NativeDigital,
  pin: number,
  holder: object = globalThis,
): Digital {
  const gatePin = new io({ pin, mode: io.Output, initialValue: 0 });
  Object.defineProperty(holder, `gatePin${pin}`, { value: gatePin });
  return gatePin;
}
