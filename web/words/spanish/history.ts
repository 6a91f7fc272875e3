/** Spanish, for `english/history.ts`. */
import type { HistoryWords } from "../shape.ts";

export const history: HistoryWords = {
  deletedPerson: "persona eliminada",
  changes: "Cambios",
  title: "Historial",
  mine: "Sus solicitudes y sus resultados.",
  everybody: "Las solicitudes de todos y sus resultados.",
  empty: "Todavía no hay solicitudes.",
  more: "Mostrar más",
  csv: "Descargar como CSV",
  filter: "Filtrar",
  gate: "Barrera",
  person: "Persona",
  state: "Resultado",
  from: "Desde",
  to: "Hasta",
  all: "Todo",
  nobody: "Persona desconocida",
  guest: (name, inviter) => `Visitante ${name}, por invitación de ${inviter}`,
  via: (program) => `con ${program}`,
  pressed: (seconds) => `${seconds} s`,
  states: {
    recorded: "Enviada",
    sent: "Aceptada",
    opened: "Botón pulsado",
    refused: "Rechazada",
    unanswered: "Sin respuesta",
    failed: "No enviada",
    denied: "No permitida",
  },
};
