/** Dutch, for `english/history.ts`. */
import type { HistoryWords } from "../shape.ts";

export const history: HistoryWords = {
  deletedPerson: "verwijderde persoon",
  changes: "Wijzigingen",
  title: "Geschiedenis",
  mine: "Uw verzoeken en het resultaat ervan.",
  everybody: "De verzoeken van iedereen en het resultaat ervan.",
  empty: "Nog geen verzoeken.",
  more: "Meer tonen",
  csv: "Downloaden als CSV",
  filter: "Filteren",
  gate: "Slagboom",
  person: "Persoon",
  state: "Resultaat",
  from: "Van",
  to: "Tot en met",
  all: "Alles",
  nobody: "Onbekende persoon",
  guest: (name, inviter) => `Gast ${name}, uitgenodigd door ${inviter}`,
  via: (program) => `met ${program}`,
  pressed: (seconds) => `${seconds} s`,
  states: {
    recorded: "Verzonden",
    sent: "Geaccepteerd",
    opened: "Knop ingedrukt",
    refused: "Geweigerd",
    unanswered: "Geen antwoord",
    failed: "Niet verzonden",
    denied: "Niet toegestaan",
  },
};
