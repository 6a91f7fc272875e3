import type { GateSettings } from "../gate-settings.ts";
import type { Instant } from "../hal.ts";
import type { GateEvent, GateStatus } from "../messages/gate.ts";
import { type GateHappening, GateWatch } from "./gate-state.ts";

/**
 * @param hasInput whether the hardware has an input
 * @returns undefined if a box with these settings cannot know where its gate is
 */
export function makeWatch(
  { gateInput: input, pulseMs, travelMs }: GateSettings,
  hasInput: boolean,
): GateWatch | undefined {
  if (input === undefined || !hasInput) return undefined;
  return new GateWatch({ input, pulseMs, travelMs });
}

export function gateStatusOf({ state, since }: GateWatch, now: Instant): GateStatus {
  return { state, since: since === undefined ? null : dateOf(since, now) };
}

export function gateEventOf({ name, at }: GateHappening, now: Instant): GateEvent {
  return { gate: name, at: dateOf(at, now) };
}

/** @returns null while the clock is unset */
function dateOf(ticks: number, { ticks: nowTicks, date }: Instant): number | null {
  return date === undefined ? null : Math.round(date - (nowTicks - ticks));
}
