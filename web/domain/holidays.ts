/** The days of a gate on which only grants with `onHolidays` open. */

/** Days since 1 January 1970 on the calendar of the gate. */
export type Holidays = ReadonlySet<number>;

/** A stored day; `gateId` null: for all gates. */
export interface KnownHoliday {
  readonly gateId: string | null;
  /** "2026-12-25" */
  readonly date: string;
}

const dayMs = 86_400_000;

/** How far ahead the next opening is searched when there are holidays. */
export const holidaySearchDays = 40;

/** Grants may begin later than now. */
const windowDays = 400;

/** The dates that can matter now, in any time zone: yesterday's night shift, and the search ahead. */
export function holidayWindow(now: number): HolidayWindow {
  return { from: dateOf(now - 2 * dayMs), to: dateOf(now + windowDays * dayMs) };
}

/** From a date to another one, both inclusive. */
export interface HolidayWindow {
  readonly from: string;
  readonly to: string;
}

export function holidaysOf(gateId: string, all: readonly KnownHoliday[]): Holidays {
  const its = all.filter((holiday) => holiday.gateId === null || holiday.gateId === gateId);
  return new Set(its.map(({ date }) => Date.parse(`${date}T00:00Z`) / dayMs));
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
