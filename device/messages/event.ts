import { type Command, type RefusalReason, refusalReasons } from "../core/command.ts";
import type { ResetReason } from "../hal.ts";

/** What became of one command: published to `…/event`, one for each, QoS 1. */
export interface EventReport {
  readonly id: string | null;
  readonly action: string | null;
  readonly outcome: "opened" | "refused";
  /** null when opened */
  readonly reason: RefusalReason | null;
  /** who asked, as the command said it */
  readonly by: string | null;
  /** ms since 1970, or null while the clock is unset */
  readonly at: number | null;
  /** how long the pin was HIGH; null when refused, and where the power went during the pulse */
  readonly pulseMs: number | null;
}

/** How the box is: published to `…/status`, retained, and (shorter) its last will. */
export interface StatusReport {
  readonly state: "online" | "offline";
  readonly firmware: string;
  readonly uptimeMs: number;
  readonly resetReason: ResetReason;
  /** dBm; null on a cable */
  readonly rssi: number | null;
  readonly address: string | null;
  /** free bytes; null where the platform cannot tell */
  readonly heap: number | null;
  /** when the box's own certificate is over, in ms since 1970; null where it cannot be read */
  readonly certificateEndsAt: number | null;
  /** commands since the start */
  readonly opened: number;
  readonly refused: number;
  /** ms since 1970; null if it never did, or did while the clock was unset */
  readonly lastOpenedAt: number | null;
  /** connections established since the start */
  readonly connections: number;
  /**
   * connections that the broker ended within half a minute; many mean another device of the same name,
   * or a policy that forbids a topic
   */
  readonly shortConnections: number;
  /** connections ended because the peer broke the protocol */
  readonly protocolErrors: number;
  /** pulses ended by the cap instead of their own timer: always 0 on a healthy box */
  readonly capped: number;
  /** events that found no room to wait for delivery */
  readonly droppedEvents: number;
}

/** The will is fixed at CONNECT: it can say no more than this. */
export interface WillReport {
  readonly state: "offline";
  readonly firmware: string;
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

/** @returns an event as it was once stored, or undefined where `value` is none */
export function readEventReport(value: unknown): EventReport | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, action, outcome, reason, by, at, pulseMs } = value as Record<string, unknown>;
  const isWhole =
    isTextOrNull(id) &&
    isTextOrNull(action) &&
    isTextOrNull(by) &&
    isNumberOrNull(at) &&
    isNumberOrNull(pulseMs);
  if (!isWhole) return undefined;
  if (outcome === "opened" && reason === null) {
    return { id, action, outcome, reason, by, at, pulseMs };
  }
  const why = refusalReasons.find((each) => each === reason);
  if (outcome !== "refused" || why === undefined) return undefined;
  return { id, action, outcome, reason: why, by, at, pulseMs };
}

const isTextOrNull = (value: unknown): value is string | null =>
  value === null || typeof value === "string";

const isNumberOrNull = (value: unknown): value is number | null =>
  value === null || typeof value === "number";
