/** GPIOs of the ESP32 (ESP32 Series Datasheet, 2.2 and 2.4) that cannot carry the gate, and why. */
const unfit: readonly { readonly pins: readonly number[]; readonly reason: string }[] = [
  { pins: [34, 35, 36, 37, 38, 39], reason: "is input-only" },
  { pins: [6, 7, 8, 9, 10, 11], reason: "is bound to the flash memory" },
  { pins: [1, 3], reason: "is the serial port, by which the board is flashed" },
  { pins: [0, 2, 12, 15], reason: "decides how the board starts" },
];

const missing = [20, 24, 28, 29, 30, 31];
const highest = 39;

/**
 * Why this pin of an ESP32 must not press the gate's button; undefined when it may. GPIO 5 may: it is
 * a strapping pin too, but of what follows from it the firmware uses nothing.
 */
export function reasonAgainstPin(pin: number): string | undefined {
  if (pin > highest || missing.includes(pin)) return "does not exist on the ESP32";
  return unfit.find(({ pins }) => pins.includes(pin))?.reason;
}

/** What to take instead; docs/wiring.md says what to look at before one is trusted. */
export const fitPins = "5, 21, 22, 23, 25, 26, 27, 32 or 33";
