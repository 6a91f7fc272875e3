/**
 * Asking the service every few seconds, as long as there is no stream: a proxy may hold back what the service
 * sends, or other tabs may have all connections. Pure: time is an argument.
 */
import { graceMs, isTrusted, type Link } from "./link.ts";

/** From one answer to the next question. */
export const pollMs = 3_000;
/** An answer counts as current for so long after the question. */
export const pollTrustMs = 7_000;
/** How long a new stream may take before the page asks as well. */
export const patienceMs = 2_000;
/** After an answer that did not come. */
const retryMs = 5_000;

export interface Poll {
  /** when the question was asked that the last answer belongs to; null: there is none */
  readonly answeredAt: number | null;
  /** the question that is under way was asked then; null: none is */
  readonly askedAt: number | null;
  /** not before */
  readonly dueAt: number;
}

export const noPoll: Poll = { answeredAt: null, askedAt: null, dueAt: 0 };

/** Whether the last answer may be shown as current. */
export function isAnswerCurrent({ answeredAt }: Poll, now: number): boolean {
  return answeredAt !== null && now - answeredAt < pollTrustMs;
}

/** When to ask next; null: not as long as the link stays as it is. */
export function pollDue(poll: Poll, link: Link): number | null {
  if (poll.askedAt !== null) return null;
  if (link.type === "off" || link.type === "resting" || link.type === "live") return null;
  // Usually the first stream is there before.
  const isFirst = link.type === "opening" && link.failures === 0;
  return Math.max(poll.dueAt, link.brokenSince + graceMs, isFirst ? link.since + patienceMs : 0);
}

export function ask(poll: Poll, now: number): Poll {
  return { ...poll, askedAt: now };
}

/** @param random 0 ≤ random < 1: pages must not all ask at the same moment */
export function answered({ askedAt }: Poll, now: number, random: number): Poll {
  return { answeredAt: askedAt, askedAt: null, dueAt: now + pollMs * (0.8 + 0.4 * random) };
}

export function unanswered(poll: Poll, now: number, random: number): Poll {
  return { ...poll, askedAt: null, dueAt: now + retryMs * (0.5 + random) };
}

/** Whether people should know that the page only asks from time to time. */
export function isPolling(poll: Poll, link: Link, now: number): boolean {
  return !isTrusted(link, now) && isAnswerCurrent(poll, now);
}
