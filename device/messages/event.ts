import { type Command, isPlain, isWord, type RefusalReason, refusalReasons } from "./command.ts";
import { readDelay } from "./delay.ts";
import { latestTime, membersOf } from "./json.ts";
import { isReadable } from "./text.ts";

/** Longer than any pulse setting. */
const longestPulseMs = 3_600_000;

/** The outcome of one command: published to `…/event`, one per command, QoS 1. */
export interface EventReport {
  readonly id: string | null;
  readonly action: string | null;
  readonly outcome: "opened" | "refused";
  /** null when opened */
  readonly reason: RefusalReason | null;
  /** who requested it, as the command said */
  readonly by: string | null;
  /** ms since 1970, or null while the clock is unset */
  readonly at: number | null;
  /** how long the pin was HIGH; null when refused, and when the power failed during the pulse */
  readonly pulseMs: number | null;
  /**
   * how late it was sent, because the box was away; null: late, and nobody knows how much. Absent when
   * it was sent at once
   */
  readonly delayedMs?: number | null;
}

export function openedEvent(command: Command, pulseMs: number | null, date: number | undefined) {
  return event(command, "opened", null, pulseMs, date);
}

export function refusedEvent(command: Command, reason: RefusalReason, date: number | undefined) {
  return event(command, "refused", reason, null, date);
}

function event(
  { id, action, by }: Command,
  outcome: EventReport["outcome"],
  reason: RefusalReason | null,
  pulseMs: number | null,
  date: number | undefined,
): EventReport {
  return { id, action, outcome, reason, by, at: date ?? null, pulseMs };
}

export function writeEvent(report: EventReport): string {
  return JSON.stringify(report);
}

/**
 * Reads an event that was published or stored. It is untrusted: a number that is impossible for a
 * clock or pin becomes null, and the rest of the event remains valid.
 * @param value parsed JSON
 * @returns undefined when it is not an event
 */
export function readEvent(value: unknown): EventReport | undefined {
  const { id, action, outcome, reason, by, at, pulseMs, delayedMs } = membersOf(value);
  if (!isWordOrNull(id, isPlain) || !isWordOrNull(action, isReadable)) return undefined;
  if (!isWordOrNull(by, isReadable) || !isNumberOrNull(at) || !isNumberOrNull(pulseMs)) {
    return undefined;
  }
  const numbers = {
    at: within(at, latestTime),
    pulseMs: within(pulseMs, longestPulseMs),
    ...readDelay(delayedMs),
  };
  if (outcome === "opened" && reason === null)
    return { id, action, outcome, reason, by, ...numbers };
  const why = refusalReasons.find((each) => each === reason);
  if (outcome !== "refused" || why === undefined) return undefined;
  return { id, action, outcome, reason: why, by, ...numbers };
}

/** Similar to an event, but not one: publishing it proves that a box may publish events. */
export function writeEventProbe(id: string): string {
  return JSON.stringify({ id, action: null, outcome: "doctor" });
}

/** @returns the probe's id; undefined when `value` is something else */
export function readEventProbe(value: unknown): string | undefined {
  const { id, outcome } = membersOf(value);
  return outcome === "doctor" && typeof id === "string" ? id : undefined;
}

function isWordOrNull(value: unknown, isWanted: (unit: number) => boolean): value is string | null {
  return value === null || (typeof value === "string" && isWord(value, isWanted));
}

const isNumberOrNull = (value: unknown): value is number | null =>
  value === null || typeof value === "number";

function within(value: number | null, maximum: number): number | null {
  return value !== null && value >= 0 && value <= maximum ? Math.round(value) : null;
}
