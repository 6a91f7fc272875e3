/** The latest possible time, in ms since 1970 (ECMA-262, "Time Values"). */
export const latestTime = 8.64e15;

/** @returns the value, or undefined when `text` is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The members of a parsed value; none when it is not an object. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A whole number within these limits, both included. */
export function isWhole(value: unknown, minimum: number, maximum: number): value is number {
  return (
    typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum
  );
}
