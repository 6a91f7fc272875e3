import { readDelay } from "./delay.ts";
import { latestTime, membersOf } from "./json.ts";
import { isGateName } from "./topics.ts";

/**
 * What a contact at the gate proves. One at the closed position proves `closed` and `not-closed`, one at
 * the open position proves `open` and `not-open`. The others say more about the same two positions.
 */
export const gateStates = [
  "closed",
  "open",
  "not-closed",
  "not-open",
  /** it has left the closed position after a pulse, and its travel time is not over */
  "opening",
  /** it has left the open position, and its travel time is not over */
  "closing",
  /** it has left the closed position, or reached the open one, and no pulse explains it */
  "opened-by-hand",
  /** for longer than the settings allow: not closed, or open */
  "left-open",
  /** the contact cannot be relied on, or was not read yet */
  "unknown",
] as const;
export type GateState = (typeof gateStates)[number];

/** The gate in the status; null there if the box has no contact, so that it knows nothing. */
export interface GateStatus {
  readonly state: GateState;
  /** when the contact last changed, in ms since 1970; null if the box did not see it, or its clock was unset */
  readonly since: number | null;
}

/** How many gates a box can have with names. */
export const mostNamedGates = 4;

export const gateEventNames = [
  "opened-by-hand",
  "left-open",
  /** a pulse, and no movement in the time that the gate needs */
  "did-not-open",
] as const;
export type GateEventName = (typeof gateEventNames)[number];

/** Published to `…/event`, QoS 1, like the outcome of a command. Readers of outcomes ignore it. */
export interface GateEvent {
  readonly gate: GateEventName;
  /** ms since 1970, or null while the clock is unset */
  readonly at: number | null;
  /** as in an outcome (messages/event.ts) */
  readonly delayedMs?: number | null;
}

/**
 * Reads an event that was published or stored. It is untrusted.
 * @param value parsed JSON
 * @returns undefined when it is not an event of a gate
 */
export function readGateEvent(value: unknown): GateEvent | undefined {
  const { gate, at, delayedMs } = membersOf(value);
  const name = gateEventNames.find((each) => each === gate);
  if (name === undefined || (at !== null && typeof at !== "number")) return undefined;
  return { gate: name, at: timeOf(at), ...readDelay(delayedMs) };
}

export function writeGateEvent(event: GateEvent): string {
  return JSON.stringify(event);
}

/** @param value untrusted. @returns null if it is no state, as in a status of older firmware */
export function readGateStatus(value: unknown): GateStatus | null {
  const members = membersOf(value);
  const state = gateStates.find((each) => each === members.state);
  return state === undefined ? null : { state, since: timeOf(members.since) };
}

/** One of several gates in the status. */
export interface NamedGateStatus {
  readonly name: string;
  /** null: it has no contact, so that nobody knows */
  readonly gate: GateStatus | null;
}

/** @param value untrusted. @returns null if the box names no gate; what is no gate is left out */
export function readNamedGates(value: unknown): readonly NamedGateStatus[] | null {
  if (!Array.isArray(value)) return null;
  return value.slice(0, mostNamedGates).flatMap((each: unknown) => {
    const { name, gate } = membersOf(each);
    if (typeof name !== "string" || !isGateName(name)) return [];
    return [{ name, gate: readGateStatus(gate) }];
  });
}

function timeOf(value: unknown): number | null {
  const isTime = typeof value === "number" && value >= 0 && value <= latestTime;
  return isTime ? Math.round(value) : null;
}
