import { isInputOnly } from "../../device/pins.ts";

/** GPIOs of the ESP32 (ESP32 Series Datasheet, 2.2 and 2.4) that a box cannot use, and why. */
const unfit: readonly { readonly pins: readonly number[]; readonly reason: string }[] = [
  { pins: [6, 7, 8, 9, 10, 11], reason: "is connected to the flash memory" },
  { pins: [1, 3], reason: "is the serial port for flashing" },
  { pins: [0, 2, 12, 15], reason: "is a strapping pin that selects the boot mode" },
];

const missing = [20, 24, 28, 29, 30, 31];
const highest = 39;

/**
 * Why the gate must not use this pin of an ESP32; undefined if it can. GPIO 5 is allowed: it is a
 * strapping pin too, but the firmware does not use the function that it selects.
 */
export function reasonAgainstPin(pin: number): string | undefined {
  return isInputOnly(pin) ? "is input-only" : reasonAgainstInputPin(pin);
}

/**
 * Why the contact at the gate must not be wired to this pin. A contact holds its pin at a level at the
 * start too: on a pin that selects the boot mode, it could keep the box from starting.
 */
export function reasonAgainstInputPin(pin: number): string | undefined {
  if (pin > highest || missing.includes(pin)) return "does not exist on the ESP32";
  return unfit.find(({ pins }) => pins.includes(pin))?.reason;
}

/** The pins to use instead; docs/wiring.md says what to check before you use one. */
export const fitPins = "5, 21, 22, 23, 25, 26, 27, 32 or 33";

/** The same for a contact; 34 and 35 have no pull resistors of their own. */
export const fitInputPins = "21, 22, 23, 25, 26, 27, 32, 33, 34 or 35";
