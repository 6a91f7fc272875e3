/**
 * Converts the days, hours and last day of a grant between the form, the list and {@link
 * GrantBody}.
 */
import type { Weekday } from "../../api.ts";

export const weekdays: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];
export const dayMinutes = 1440;

/** "06:30" → 390; undefined: not a time of day */
export function minuteOf(text: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * 60 + Number(match[2]);
}

/** 390 → "06:30", 1440 → "24:00" */
export function timeOf(minute: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** Joins consecutive days: [1,2,3,4,5,7] → [[1,5],[7,7]] */
export function runsOfDays(days: readonly Weekday[]): readonly (readonly [Weekday, Weekday])[] {
  const runs: [Weekday, Weekday][] = [];
  for (const day of weekdays.filter((each) => days.includes(each))) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] + 1 === day) last[1] = day;
    else runs.push([day, day]);
  }
  return runs;
}

/**
 * The first moment after a date in `timeZone`. A grant with this last day ends then.
 * @param date "2026-12-31"
 * @returns ms since 1970; undefined: not a date
 */
export function endOfDay(date: string, timeZone: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (match === null) return undefined;
  const asIfUtc = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + 1);
  // Twice, because the first guess may use the offset of the other side of a clock change.
  const guess = asIfUtc - offsetMs(asIfUtc, timeZone);
  return asIfUtc - offsetMs(guess, timeZone);
}

/** The reverse of {@link endOfDay}. */
export function lastDay(endsAt: number, timeZone: string): string {
  const { year, month, day } = wallClock(endsAt - 1, timeZone);
  return `${year}-${month}-${day}`;
}

/** The zone's offset from UTC at that moment. */
function offsetMs(at: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = wallClock(at, timeZone);
  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return local - Math.floor(at / 1000) * 1000;
}

function wallClock(at: number, timeZone: string) {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "00";
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
    second: part("second"),
  };
}
