/**
 * Who may open which gate, and when. A grant follows the clock in the gate's time zone. When the clock is
 * put forward, the skipped minutes do not occur. When it is put back, the repeated minutes count twice.
 */
import type { GateView, Weekday } from "../api.ts";
import type { Gate, Grant } from "./entities.ts";
import { offsetAt, type SteadyTime, steadyTimes, type WallClock, wallClock } from "./time-zone.ts";

export type May = GateView["may"];

/** The days, hours and end of a grant. */
export type GrantTimes = Pick<Grant, "days" | "fromMinute" | "toMinute" | "endsAt">;

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

/** Every weekday recurs within 8 days, even across a clock change. */
const searchMs = 8 * dayMs;

/**
 * @param grants the person's grants for this gate
 * @param now ms since 1970
 * @throws RangeError when the gate's time zone is unknown
 */
export function mayOpen(
  gate: Pick<Gate, "isActive" | "timeZone">,
  grants: readonly GrantTimes[],
  now: number,
): May {
  if (!gate.isActive) return { open: false, why: "gate-closed", opensAt: null };
  if (grants.length === 0) return { open: false, why: "no-grant", opensAt: null };
  const lasting = grants.filter((grant) => lasts(grant, now));
  if (lasting.length === 0) return { open: false, why: "grant-ended", opensAt: null };
  const clock = wallClock(now, offsetAt(gate.timeZone, now));
  if (lasting.some((grant) => covers(grant, clock))) return { open: true };
  return { open: false, why: "not-now", opensAt: nextOpening(gate.timeZone, lasting, now) };
}

/**
 * Whether the grant covers the time on the clock. Hours over midnight belong to the day on which
 * they begin.
 */
export function covers({ days, fromMinute, toMinute }: GrantTimes, clock: WallClock): boolean {
  const { weekday, minute } = clock;
  if (fromMinute <= toMinute) {
    return days.includes(weekday) && minute >= fromMinute && minute < toMinute;
  }
  return (
    (days.includes(weekday) && minute >= fromMinute) ||
    (days.includes(dayBefore(weekday)) && minute < toMinute)
  );
}

function lasts({ endsAt }: GrantTimes, at: number): boolean {
  return endsAt === null || at < endsAt;
}

function dayBefore(weekday: Weekday): Weekday {
  return (weekday === 1 ? 7 : weekday - 1) as Weekday;
}

/** @returns null when no grant opens within eight days */
function nextOpening(timeZone: string, grants: readonly GrantTimes[], now: number): number | null {
  for (const time of steadyTimes(timeZone, now, now + searchMs)) {
    const openings = grants.map((grant) => firstIn(time, grant)).filter((at) => at !== undefined);
    if (openings.length > 0) return Math.min(...openings);
  }
  return null;
}

/** The first moment within a steady time at which the grant opens. */
function firstIn({ from, to, offsetMs }: SteadyTime, grant: GrantTimes): number | undefined {
  // The clock may have been put forward into the grant's hours.
  if (isOpen(from, offsetMs, grant)) return from;
  const midnight = Math.floor((from + offsetMs) / dayMs) * dayMs - offsetMs;
  for (let at = midnight + grant.fromMinute * minuteMs; at < to; at += dayMs) {
    if (at > from && isOpen(at, offsetMs, grant)) return at;
  }
  return undefined;
}

function isOpen(at: number, offsetMs: number, grant: GrantTimes): boolean {
  return lasts(grant, at) && covers(grant, wallClock(at, offsetMs));
}
