import type { GateEventName, GateState } from "../device/messages/gate.ts";

/** What a contact at the gate proves, for logs and terminals. */
export const gateStateWords: Readonly<Record<GateState, string>> = {
  closed: "closed",
  open: "open",
  "not-closed": "not closed",
  "not-open": "not open",
  opening: "opening",
  closing: "closing",
  "opened-by-hand": "opened without the box",
  "left-open": "left open",
  unknown: "unknown",
};

export const gateEventWords: Readonly<Record<GateEventName, string>> = {
  "opened-by-hand": "it was opened without the box",
  "left-open": "it has been left open",
  "did-not-open": "it did not open after a pulse",
};
