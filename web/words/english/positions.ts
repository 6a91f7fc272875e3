import type { GateState } from "../../../device/messages/gate.ts";

/** What a contact at a gate proves, in English. The page shows it only while the box is online. */
export const positions: Readonly<Record<GateState, string>> = {
  closed: "The gate is closed",
  open: "The gate is open",
  "not-closed": "The gate is not closed",
  "not-open": "The gate is not fully open",
  opening: "The gate is opening",
  closing: "The gate is closing",
  "opened-by-hand": "The gate was opened without the app",
  "left-open": "The gate has been left open",
  unknown: "The contact at the gate gives no clear signal",
};
