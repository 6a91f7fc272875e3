import { thisChip } from "./chip.ts";
import type { Chip } from "./chips/table.ts";
import { isWhole } from "./messages/json.ts";
import { isInputOnly, pinLimits, pinOf } from "./pins.ts";

/** A contact at the gate, wired to an input. */
export interface GateInputSettings {
  readonly pin: number;
  /** the level at which the gate is where {@link GateInputSettings.shows} says */
  readonly active: "low" | "high";
  /** the position that the contact proves */
  readonly shows: "closed" | "open";
  /** the chip's own resistor; `none` on GPIO 34 to 39 of an ESP32, which have none */
  readonly pull: "up" | "down" | "none";
  /** the level counts once it has been stable for this long, in ms */
  readonly debounceMs: number;
  /** the gate counts as left open after this long, in ms; 0: never */
  readonly leftOpenMs: number;
}

export const gateInputLimits = {
  debounceMs: { default: 50, minimum: 5, maximum: 1_000 },
  leftOpenMs: { default: 0, minimum: 0, maximum: 86_400_000 },
} as const;

const range = ({ minimum, maximum }: { readonly minimum: number; readonly maximum: number }) =>
  `${minimum}–${maximum}`;

export const gateInputForm =
  `{pin: ${range(pinLimits)}, active: low or high, shows: closed or open, pull: up, down or none, ` +
  `debounceMs: ${range(gateInputLimits.debounceMs)}, leftOpenMs: ${range(gateInputLimits.leftOpenMs)}}`;

/** @returns undefined if it is not of the {@link gateInputForm}; only `pin` and `shows` are required */
export function readGateInput(
  value: unknown,
  chip: Chip = thisChip,
): GateInputSettings | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const input = value as Readonly<Record<string, unknown>>;
  const { active = "low", shows, debounceMs, leftOpenMs, ...others } = input;
  const { pin: given, pull: wanted, ...unknown } = others;
  const pin = pinOf(given);
  if (pin === undefined || Object.keys(unknown).length > 0) return undefined;
  if ((active !== "low" && active !== "high") || (shows !== "closed" && shows !== "open")) {
    return undefined;
  }
  const pull = wanted ?? (isInputOnly(pin, chip) ? "none" : active === "low" ? "up" : "down");
  const settled = timeOf("debounceMs", debounceMs);
  const left = timeOf("leftOpenMs", leftOpenMs);
  if (pull !== "up" && pull !== "down" && pull !== "none") return undefined;
  if (settled === undefined || left === undefined) return undefined;
  return { pin, active, shows, pull, debounceMs: settled, leftOpenMs: left };
}

/** Why the pin cannot be such an input; undefined if it can. */
export function reasonAgainstPull(
  { pin, pull }: GateInputSettings,
  chip: Chip = thisChip,
): string | undefined {
  if (pull === "none" || !isInputOnly(pin, chip)) return undefined;
  return `gateInput: pin ${pin} has no pull resistor, so pull must be none`;
}

function timeOf(name: keyof typeof gateInputLimits, value: unknown): number | undefined {
  const { default: fallback, minimum, maximum } = gateInputLimits[name];
  const given = value ?? fallback;
  return isWhole(given, minimum, maximum) ? given : undefined;
}
