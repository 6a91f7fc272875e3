import { thisChip } from "./chip.ts";
import type { Chip } from "./chips/table.ts";
import { isWhole } from "./messages/json.ts";
import { isInputOnly, pinLimits, pinOf } from "./pins.ts";

/** A push button at the box, from its pin to ground: LOW while it is pressed. */
export interface ButtonSettings {
  readonly pin: number;
  /** a press counts once the level has been stable for this long, in ms */
  readonly debounceMs: number;
}

export const buttonLimits = {
  debounceMs: { default: 50, minimum: 20, maximum: 1_000 },
} as const;

const { debounceMs: limits } = buttonLimits;

export const buttonForm =
  `{pin: ${pinLimits.minimum}–${pinLimits.maximum}, but not 34–39 of an ESP32, ` +
  `debounceMs: ${limits.minimum}–${limits.maximum}}`;

/** @returns undefined if it is not of the {@link buttonForm}; only `pin` is required */
export function readButton(value: unknown, chip: Chip = thisChip): ButtonSettings | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { pin: given, debounceMs, ...unknown } = value as Readonly<Record<string, unknown>>;
  const pin = pinOf(given);
  // GPIO 34 to 39 of an ESP32 have no pull-up: with a wire off, their level is anything.
  if (pin === undefined || isInputOnly(pin, chip) || Object.keys(unknown).length > 0)
    return undefined;
  const settled = debounceMs ?? limits.default;
  if (!isWhole(settled, limits.minimum, limits.maximum)) return undefined;
  return { pin, debounceMs: settled };
}
