import type { GateState } from "../../../device/messages/gate.ts";

/** German, for `english/positions.ts`. */
export const positions: Readonly<Record<GateState, string>> = {
  closed: "Die Schranke ist geschlossen",
  open: "Die Schranke ist offen",
  "not-closed": "Die Schranke ist nicht geschlossen",
  "not-open": "Die Schranke ist nicht ganz offen",
  opening: "Die Schranke öffnet sich",
  closing: "Die Schranke schließt sich",
  "opened-by-hand": "Die Schranke wurde ohne die App geöffnet",
  "left-open": "Die Schranke steht schon lange offen",
  unknown: "Der Kontakt an der Schranke gibt kein eindeutiges Signal",
};
