import type { GateState } from "../../../device/messages/gate.ts";

/** French, for `english/positions.ts`. */
export const positions: Readonly<Record<GateState, string>> = {
  closed: "La barrière est fermée",
  open: "La barrière est ouverte",
  "not-closed": "La barrière n’est pas fermée",
  "not-open": "La barrière n’est pas complètement ouverte",
  opening: "La barrière s’ouvre",
  closing: "La barrière se ferme",
  "opened-by-hand": "La barrière a été ouverte sans l’application",
  "left-open": "La barrière est restée ouverte",
  unknown: "Le contact de la barrière ne donne pas de signal clair",
};
