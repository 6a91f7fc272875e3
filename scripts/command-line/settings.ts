import { InvalidArgumentError } from "commander";
import {
  type NumberSetting,
  numberLimits,
  parseSettings,
  type Settings,
} from "../../device/config.ts";
import { UserError } from "./user-error.ts";

/** A commander parser for a whole number within the setting's limits. */
export function numberOption(name: NumberSetting): (text: string) => number {
  const { minimum, maximum, unit } = numberLimits[name];
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(
      `It must be a whole number, ${minimum}–${maximum}${unit === "" ? "" : ` ${unit}`}.`,
    );
  };
}

/** @throws UserError with all problems on one line */
export function requireSettings(input: Readonly<Record<string, unknown>>): Settings {
  const result = parseSettings(input);
  if (result.type === "settings") return result.settings;
  throw new UserError(result.problems.join("; "));
}
