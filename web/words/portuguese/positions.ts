import type { GateState } from "../../../device/messages/gate.ts";

/** Portuguese, for `english/positions.ts`. */
export const positions: Readonly<Record<GateState, string>> = {
  closed: "A cancela está fechada",
  open: "A cancela está aberta",
  "not-closed": "A cancela não está fechada",
  "not-open": "A cancela não está totalmente aberta",
  opening: "A cancela está a abrir",
  closing: "A cancela está a fechar",
  "opened-by-hand": "A cancela foi aberta sem a aplicação",
  "left-open": "A cancela ficou aberta",
  unknown: "O sensor da cancela não dá um sinal claro",
};
