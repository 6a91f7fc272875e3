/**
 * The state of the event stream. After a break it reconnects with growing pauses. Pure: time is an
 * argument.
 */

/** When the stream is broken for longer than this, the controls are turned off. */
export const graceMs = 3_000;
/** The service sends something at least every 5 s. A longer silence means a broken stream. */
export const silenceMs = 12_000;
/** How long opening the stream may take, until its first sign of life. */
export const openingMs = 8_000;
const firstPauseMs = 500;
const longestPauseMs = 15_000;

interface Broken {
  readonly brokenSince: number;
  /** in a row */
  readonly failures: number;
}

export type Link =
  /** nobody is signed in */
  | { readonly type: "off" }
  /** the page has been hidden for long, so it needs no stream */
  | { readonly type: "resting" }
  /** until the first sign of life: a proxy may hold back what the service sends */
  | ({ readonly type: "opening"; readonly since: number } & Broken)
  | {
      readonly type: "live";
      /** null: it has reported all gates since */
      readonly openedAt: number | null;
      readonly heardAt: number;
    }
  | ({ readonly type: "waiting"; readonly until: number } & Broken);

/** @param isStale whether the known state is out of date, so that the controls are off at once */
export function reopen(link: Link, now: number, isStale: boolean): Link {
  const brokenSince = isStale ? now - graceMs : brokenSinceOf(link, now);
  return {
    type: "opening",
    since: now,
    brokenSince,
    failures: "failures" in link ? link.failures : 0,
  };
}

/**
 * @param random 0 ≤ random < 1, for jitter: after a restart of the service the pages must not all
 * reconnect at once
 */
export function breakOff(link: Link, now: number, random: number): Link {
  if (link.type === "off" || link.type === "resting") return link;
  const failures = "failures" in link ? link.failures + 1 : 1;
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
  return {
    type: "waiting",
    until: now + pauseMs / 2 + (pauseMs / 2) * random,
    brokenSince: brokenSinceOf(link, now),
    failures,
  };
}

/** There is no stream for this page now, because others have them all. It tries again later. */
export function holdOff(link: Link, now: number, random: number): Link {
  const broken = breakOff(link, now, random);
  if (broken.type !== "waiting") return broken;
  const until = now + longestPauseMs / 2 + (longestPauseMs / 2) * random;
  // Nothing is known yet, and waiting for the stream would be in vain.
  return { ...broken, until, brokenSince: Math.min(broken.brokenSince, now - graceMs) };
}

/** Whether the last known state may be shown as current. */
export function isTrusted(link: Link, now: number): boolean {
  if (link.type === "off" || link.type === "resting") return false;
  if (link.type === "live") return now - link.heardAt < silenceMs;
  return now - link.brokenSince < graceMs;
}

export function linkDeadline(link: Link, now: number): number | null {
  if (link.type === "off" || link.type === "resting") return null;
  if (link.type === "live") return link.heardAt + silenceMs;
  const due = link.type === "opening" ? link.since + openingMs : link.until;
  const offAt = link.brokenSince + graceMs;
  return offAt > now ? Math.min(offAt, due) : due;
}

function brokenSinceOf(link: Link, now: number): number {
  if (link.type === "opening" || link.type === "waiting") return link.brokenSince;
  // After a sleep, nobody knows for how long the stream has been broken.
  const isSilent = link.type === "live" && now - link.heardAt >= silenceMs;
  return isSilent ? link.heardAt : now;
}
