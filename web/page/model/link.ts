/** The stream of events: opening, live, broken and back with growing pauses. Pure: time comes in. */

/** A stream broken for longer than this turns the controls off. */
export const graceMs = 3_000;
/** The service sends something every 5 s at least; a silence this long is a broken stream. */
export const silenceMs = 12_000;
/** An opening that takes longer has failed. */
export const openingMs = 8_000;
const firstPauseMs = 500;
const longestPauseMs = 15_000;

export type Link =
  /** nobody is signed in */
  | { readonly type: "off" }
  | {
      readonly type: "opening";
      readonly since: number;
      readonly brokenSince: number;
      readonly failures: number;
    }
  | { readonly type: "live"; readonly openedAt: number; readonly heardAt: number }
  | {
      readonly type: "waiting";
      readonly until: number;
      readonly brokenSince: number;
      readonly failures: number;
    };

/** @param isStale whether what was known before is worth nothing, so that the controls are off at once */
export function reopen(link: Link, now: number, isStale: boolean): Link {
  const brokenSince = isStale ? now - graceMs : brokenSinceOf(link, now);
  return {
    type: "opening",
    since: now,
    brokenSince,
    failures: "failures" in link ? link.failures : 0,
  };
}

/** @param random 0 ≤ random < 1: full jitter, so that a restart of the service meets no crowd */
export function breakOff(link: Link, now: number, random: number): Link {
  if (link.type === "off") return link;
  const failures = "failures" in link ? link.failures + 1 : 1;
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
  return {
    type: "waiting",
    until: now + pauseMs / 2 + (pauseMs / 2) * random,
    brokenSince: brokenSinceOf(link, now),
    failures,
  };
}

/** Whether what the stream said last may be shown as how it is. */
export function isTrusted(link: Link, now: number): boolean {
  if (link.type === "off") return false;
  if (link.type === "live") return now - link.heardAt < silenceMs;
  return now - link.brokenSince < graceMs;
}

export function linkDeadline(link: Link, now: number): number | null {
  if (link.type === "off") return null;
  if (link.type === "live") return link.heardAt + silenceMs;
  const due = link.type === "opening" ? link.since + openingMs : link.until;
  const offAt = link.brokenSince + graceMs;
  return offAt > now ? Math.min(offAt, due) : due;
}

function brokenSinceOf(link: Link, now: number): number {
  return link.type === "opening" || link.type === "waiting" ? link.brokenSince : now;
}
