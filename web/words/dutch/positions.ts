import type { GateState } from "../../../device/messages/gate.ts";

/** Dutch, for `english/positions.ts`. */
export const positions: Readonly<Record<GateState, string>> = {
  closed: "De slagboom is dicht",
  open: "De slagboom is open",
  "not-closed": "De slagboom is niet dicht",
  "not-open": "De slagboom is niet helemaal open",
  opening: "De slagboom gaat open",
  closing: "De slagboom gaat dicht",
  "opened-by-hand": "De slagboom is zonder de app geopend",
  "left-open": "De slagboom is open blijven staan",
  unknown: "Het contact bij de slagboom geeft geen duidelijk signaal",
};
