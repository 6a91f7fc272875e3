/** German, for `english/history.ts`. */
import type { HistoryWords } from "../shape.ts";

export const history: HistoryWords = {
  deletedPerson: "gelöschte Person",
  changes: "Änderungen",
  title: "Verlauf",
  mine: "Ihre Anfragen und was daraus wurde.",
  everybody: "Alle Anfragen und was daraus wurde.",
  empty: "Noch keine Anfragen.",
  more: "Mehr anzeigen",
  csv: "Als CSV herunterladen",
  filter: "Filter",
  gate: "Schranke",
  person: "Person",
  state: "Ergebnis",
  from: "Von",
  to: "Bis",
  all: "Alle",
  nobody: "Unbekannte Person",
  guest: (name, inviter) => `Gast ${name}, eingeladen von ${inviter}`,
  via: (program) => `mit ${program}`,
  pressed: (seconds) => `${seconds} s`,
  states: {
    recorded: "Gesendet",
    sent: "Angenommen",
    opened: "Taste gedrückt",
    refused: "Abgelehnt",
    unanswered: "Keine Antwort",
    failed: "Nicht gesendet",
    denied: "Nicht erlaubt",
  },
};
