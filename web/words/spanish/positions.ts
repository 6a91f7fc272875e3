import type { GateState } from "../../../device/messages/gate.ts";

/** Spanish, for `english/positions.ts`. */
export const positions: Readonly<Record<GateState, string>> = {
  closed: "La barrera está cerrada",
  open: "La barrera está abierta",
  "not-closed": "La barrera no está cerrada",
  "not-open": "La barrera no está abierta del todo",
  opening: "La barrera se está abriendo",
  closing: "La barrera se está cerrando",
  "opened-by-hand": "La barrera se ha abierto sin la aplicación",
  "left-open": "La barrera se ha quedado abierta",
  unknown: "El sensor de la barrera no da una señal clara",
};
