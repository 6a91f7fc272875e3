import { thisChip } from "./chip.ts";
import type { Chip } from "./chips/table.ts";
import { isWhole } from "./messages/json.ts";

/** The gate's pin, and the limits of every pin. */
export const pinLimits = { default: 5, minimum: 0, maximum: 48 } as const;

/** The number of a pin, or undefined if it is none. */
export function pinOf(value: unknown): number | undefined {
  return isWhole(value, pinLimits.minimum, pinLimits.maximum) ? value : undefined;
}

/** One use of a pin; undefined: it is not used. */
export type PinUse = readonly [what: string, pin: number | undefined];

/** Why these cannot be wired together; undefined if no two of them share a pin. */
export function reasonAgainstPins(uses: readonly PinUse[]): string | undefined {
  for (const [index, [what, pin]] of uses.entries()) {
    if (pin === undefined) continue;
    const other = uses.slice(0, index).find(([, each]) => each === pin);
    if (other !== undefined) return `${what} and ${other[0]} both use pin ${pin}`;
  }
  return undefined;
}

/** Such an input has no pull resistor either: GPIO 34 to 39 of an ESP32. */
export function isInputOnly(pin: number, { pins }: Chip = thisChip): boolean {
  return pins.inputOnly.includes(pin);
}
