/** French, for `english/history.ts`. */
import type { HistoryWords } from "../shape.ts";

export const history: HistoryWords = {
  deletedPerson: "personne supprimée",
  changes: "Modifications",
  title: "Historique",
  mine: "Vos demandes et leurs résultats.",
  everybody: "Les demandes de tout le monde et leurs résultats.",
  empty: "Aucune demande pour l’instant.",
  more: "Afficher plus",
  csv: "Télécharger en CSV",
  filter: "Filtrer",
  gate: "Barrière",
  person: "Personne",
  state: "Résultat",
  from: "Du",
  to: "Au",
  all: "Tout",
  nobody: "Personne inconnue",
  guest: (name, inviter) => `Visiteur ${name}, à l’invitation de ${inviter}`,
  via: (program) => `avec ${program}`,
  pressed: (seconds) => `${seconds} s`,
  states: {
    recorded: "Envoyée",
    sent: "Acceptée",
    opened: "Bouton pressé",
    refused: "Refusée",
    unanswered: "Sans réponse",
    failed: "Non envoyée",
    denied: "Non autorisée",
  },
};
