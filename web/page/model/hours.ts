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

/** 390 → "06:30", as the value of a field */
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

const dayMs = 86_400_000;
/** No zone changes its clock twice within this. */
const strideMs = dayMs / 4;

/**
 * The first moment of the date in `timeZone`. A grant with this first day begins then.
 * @returns ms since 1970; undefined: not a date of the calendar
 */
export function startOfDay(date: string, timeZone: string): number | undefined {
  const day = dayOf(date);
  return day === undefined ? undefined : endOfDay(isoOf(day - dayMs), timeZone);
}

/**
 * The moment at which the clock in `timeZone` shows this date and time. Where the clock is put forward over
 * it, this is the first moment after the gap; where it is put back, the first of the two.
 * @param minute after midnight
 * @returns ms since 1970; undefined: not a date of the calendar
 */
export function momentOf(date: string, minute: number, timeZone: string): number | undefined {
  const day = dayOf(date);
  return day === undefined ? undefined : firstAfter(day + minute * 60_000, timeZone);
}

/** The reverse of {@link momentOf}, in whole minutes. */
export function clockAt(
  at: number,
  timeZone: string,
): { readonly date: string; readonly minute: number } {
  const shown = at + offsetMs(at, timeZone);
  return { date: isoOf(shown), minute: Math.floor((shown % dayMs) / 60_000) };
}

/**
 * The first moment whose date in `timeZone` is later. A grant with this last day ends then. Where the
 * clock is put forward at midnight, this is the first moment after the gap.
 * @param date "2026-12-31"
 * @returns ms since 1970; undefined: not a date of the calendar
 */
export function endOfDay(date: string, timeZone: string): number | undefined {
  const day = dayOf(date);
  if (day === undefined) return undefined;
  return firstAfter(day + dayMs, timeZone);
}

/** The first moment at which the clock shows this or later. @param shown as if it were in UTC */
function firstAfter(shown: number, timeZone: string): number | undefined {
  // The clocks of no zone differ from UTC by a whole day.
  for (let at = shown - dayMs; at < shown + dayMs; ) {
    const offset = offsetMs(at, timeZone);
    const change = nextChange(at, at + strideMs, offset, timeZone);
    const end = Math.max(at, shown - offset);
    if (end < change) return end;
    at = change;
  }
  return undefined;
}

/** The reverse of {@link endOfDay}. */
export function lastDay(endsAt: number, timeZone: string): string {
  return dateOf(endsAt - 1, timeZone);
}

/** "2026-12-31": the date at that moment in `timeZone` */
export function dateOf(at: number, timeZone: string): string {
  return isoOf(at + offsetMs(at, timeZone));
}

/** Midnight of the date as if it were in UTC; undefined: not a date of the calendar, such as 31 February */
export function dayOf(date: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const day = Date.parse(`${date}T00:00Z`);
  return Number.isNaN(day) || isoOf(day) !== date ? undefined : day;
}

function isoOf(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}

/** The first moment after `from` with another offset; `to`: there is none before */
function nextChange(from: number, to: number, offset: number, timeZone: string): number {
  if (offsetMs(to, timeZone) === offset) return to;
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(middle, timeZone) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** The zone's offset from UTC at that moment. */
function offsetMs(at: number, timeZone: string): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const [year, month, day] = [part("year"), part("month"), part("day")];
  const local = Date.UTC(year, month - 1, day, part("hour"), part("minute"), part("second"));
  return local - Math.floor(at / 1000) * 1000;
}

/** A cache, because creating a format is slow. It has at most one entry for each gate's time zone. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timeZone, format);
  }
  return format;
}
