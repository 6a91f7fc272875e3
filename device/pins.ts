/** The gate's pin, and the limits of every pin. */
export const pinLimits = { default: 5, minimum: 0, maximum: 48 } as const;

/** The number of a pin, or undefined if it is none. */
export function pinOf(value: unknown): number | undefined {
  const isPin = typeof value === "number" && Number.isInteger(value);
  return isPin && value >= pinLimits.minimum && value <= pinLimits.maximum ? value : undefined;
}

/** GPIO 34 to 39 of an ESP32 are inputs without pull resistors. */
export function isInputOnly(pin: number): boolean {
  return pin >= 34 && pin <= 39;
}
