/**
 * Who may open which gate, and when. A grant follows the clock in the gate's time zone. When the clock is
 * put forward, the skipped minutes do not occur. When it is put back, the repeated minutes count twice.
 */
import type { GateView, Weekday } from "../api.ts";
import type { Gate, Grant } from "./entities.ts";
import { type Holidays, holidaySearchDays } from "./holidays.ts";
import { offsetAt, type SteadyTime, steadyTimes, type WallClock, wallClock } from "./time-zone.ts";

export type May = GateView["may"];

/** When a grant opens. */
export type GrantTimes = Pick<
  Grant,
  "days" | "fromMinute" | "toMinute" | "startsAt" | "endsAt" | "onHolidays"
>;

export const atAllTimes = {
  days: [1, 2, 3, 4, 5, 6, 7],
  fromMinute: 0,
  toMinute: 1_440,
  startsAt: null,
  endsAt: null,
  onHolidays: true,
} as const satisfies GrantTimes;

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

/** Every weekday recurs within 8 days, even across a clock change. */
const searchDays = 8;

/**
 * @param grants the person's grants for this gate
 * @param holidays of this gate
 * @param now ms since 1970
 * @throws RangeError when the gate's time zone is unknown
 */
export function mayOpen(
  gate: Pick<Gate, "isActive" | "timeZone">,
  grants: readonly GrantTimes[],
  holidays: Holidays,
  now: number,
): May {
  const no = { open: false, opensAt: null } as const;
  if (!gate.isActive) return { ...no, why: "gate-closed" };
  if (grants.length === 0) return { ...no, why: "no-grant" };
  const lasting = grants.filter(({ endsAt }) => endsAt === null || now < endsAt);
  if (lasting.length === 0) return { ...no, why: "grant-ended" };
  const begun = lasting.filter((grant) => hasBegun(grant, now));
  const clock = wallClock(now, offsetAt(gate.timeZone, now));
  if (begun.some((grant) => covers(grant, clock, holidays))) return { open: true };
  return {
    open: false,
    why: whyNot(begun, clock),
    opensAt: nextOpening(gate.timeZone, lasting, holidays, now),
  };
}

/** @param begun grants of which none covers the time */
function whyNot(begun: readonly GrantTimes[], clock: WallClock): "not-yet" | "holiday" | "not-now" {
  if (begun.length === 0) return "not-yet";
  return begun.some((grant) => covers(grant, clock, new Set())) ? "holiday" : "not-now";
}

/**
 * Whether the grant covers the time on the clock. Hours over midnight belong to the day on which
 * they begin, and only that day counts as a holiday.
 */
export function covers(grant: GrantTimes, clock: WallClock, holidays: Holidays): boolean {
  const { days, fromMinute, toMinute, onHolidays } = grant;
  const { day, weekday, minute } = clock;
  const isOn = (of: number, its: Weekday) =>
    days.includes(its) && (onHolidays || !holidays.has(of));
  if (fromMinute <= toMinute)
    return isOn(day, weekday) && minute >= fromMinute && minute < toMinute;
  return (
    (isOn(day, weekday) && minute >= fromMinute) ||
    (isOn(day - 1, dayBefore(weekday)) && minute < toMinute)
  );
}

function hasBegun({ startsAt }: GrantTimes, at: number): boolean {
  return startsAt === null || at >= startsAt;
}

function dayBefore(weekday: Weekday): Weekday {
  return (weekday === 1 ? 7 : weekday - 1) as Weekday;
}

/** @returns null when no grant opens within 8 days of now or of its beginning, or 40 with holidays */
function nextOpening(
  timeZone: string,
  grants: readonly GrantTimes[],
  holidays: Holidays,
  now: number,
): number | null {
  const searchMs = (holidays.size > 0 ? holidaySearchDays : searchDays) * dayMs;
  // Grants that begin at the same moment are searched together.
  const beginnings = new Set(grants.map(({ startsAt }) => Math.max(now, startsAt ?? now)));
  let earliest: number | null = null;
  for (const from of [...beginnings].toSorted((one, other) => one - other)) {
    if (earliest !== null && from >= earliest) break;
    const some = grants.filter(({ startsAt }) => Math.max(now, startsAt ?? now) === from);
    const opening = firstOpening(timeZone, some, holidays, from, from + searchMs);
    if (opening !== null && (earliest === null || opening < earliest)) earliest = opening;
  }
  return earliest;
}

function firstOpening(
  timeZone: string,
  grants: readonly GrantTimes[],
  holidays: Holidays,
  from: number,
  to: number,
): number | null {
  for (const time of steadyTimes(timeZone, from, to)) {
    const openings = grants
      .map((grant) => firstIn(time, grant, holidays))
      .filter((at) => at !== undefined);
    if (openings.length > 0) return Math.min(...openings);
  }
  return null;
}

/** The first moment within a steady time at which the grant opens. */
function firstIn(
  { from, to, offsetMs }: SteadyTime,
  grant: GrantTimes,
  holidays: Holidays,
): number | undefined {
  const isOpen = (at: number) =>
    (grant.endsAt === null || at < grant.endsAt) &&
    covers(grant, wallClock(at, offsetMs), holidays);
  // The clock may have been put forward into the grant's hours.
  if (isOpen(from)) return from;
  const midnight = Math.floor((from + offsetMs) / dayMs) * dayMs - offsetMs;
  for (let at = midnight + grant.fromMinute * minuteMs; at < to; at += dayMs) {
    if (at > from && isOpen(at)) return at;
  }
  return undefined;
}
