import type { EventReport } from "../../device/messages/event.ts";
import type { GateEvent } from "../../device/messages/gate.ts";

/** What tells one event from another. QoS 1 may repeat one, and a later copy says that it is late. */
export function eventKey(report: EventReport | GateEvent): string {
  return JSON.stringify({ ...report, delayedMs: undefined });
}
