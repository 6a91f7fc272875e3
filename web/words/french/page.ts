/** French, for `english/page.ts`. */
import { numbersIn } from "../count.ts";
import type { PageWords } from "../shape.ts";

const { count } = numbersIn("fr-FR");

export const page: PageWords = {
  language: "fr",
  locale: "fr-FR",
  languages: "Langue",
  app: "Boom Box",
  title: (page) => `${page} · Boom Box`,
  skip: "Aller au contenu",
  loading: "Chargement…",
  unreachable: "Impossible de joindre le service. Nouvel essai…",
  notReached: "Le service n’a pas répondu. Vérifiez votre connexion.",
  tryAgain: "Réessayer",
  reload: "Recharger la page",
  help: (contact) => `Aide : ${contact}`,

  nav: {
    open: "Ouvrir",
    history: "Historique",
    people: "Personnes",
    gates: "Barrières",
    guests: "Visiteurs",
    label: "Menu principal",
  },
  signOut: "Se déconnecter",

  boxes: {
    online: "Boîtier en ligne",
    offline: "Boîtier hors ligne",
    unknown: "État du boîtier inconnu",
  },
  denials: {
    "no-grant": "Aucun accès",
    "not-yet": "Pas encore",
    "not-now": "Pas à cette heure",
    holiday: "Pas un jour férié",
    "grant-ended": "Accès expiré",
    "used-up": "Ouvertures épuisées",
    "gate-closed": "Hors service",
  },
  steps: ["Envoyée", "Acceptée", "Bouton pressé"],
  control: {
    slide: "Glisser pour ouvrir",
    keep: "Maintenez la touche…",
    busy: "Un instant…",
    name: (gate) => `Ouvrir ${gate} : glissez, ou maintenez la touche Entrée`,
    twoStep: "Ouvrir sans glisser",
    sure: (gate) => `Presser maintenant le bouton de « ${gate} » ?`,
    yes: "Oui, ouvrir",
    no: "Annuler",
    tabs: "Barrières",
    choose: "Barrière",
    choice: (gate, box) => `${gate} · ${box}`,
    notChosen: "Choisissez une barrière",
    none: "Vous n’avez encore accès à aucune barrière. Adressez-vous à l’administration.",
    gone: "La barrière choisie n’est plus disponible. Choisissez une barrière.",
    broken: "Aucune connexion",
    brokenLong:
      "La connexion au service est interrompue : l’état du boîtier est donc inconnu. Nouvel essai…",
    checking: "Vérification…",
    polling:
      "Les mises à jour en direct n’arrivent pas. Cette page interroge le service toutes les quelques secondes.",
    offlineLong:
      "Le boîtier de la barrière est hors ligne. Vous ne pourrez pas ouvrir la barrière avec le téléphone tant qu’il n’est pas de nouveau en ligne.",
    unknownLong: "Le boîtier de la barrière n’a pas encore signalé son état.",
    lastSeen: (when) => `Dernier signal : ${when}.`,
    opensAt: (when) => `Vous pourrez de nouveau l’ouvrir à partir de : ${when}.`,
    opensFrom: (when) => `Vous pourrez l’ouvrir à partir de : ${when}.`,
    pass: (left, from, until) =>
      `${count(left, { one: "# ouverture restante", other: "# ouvertures restantes" })} · ${from} – ${until}`,
    askInviter: (inviter) => `Demandez un nouveau lien à ${inviter}, qui vous a invité.`,
  },

  reasons: {
    retained: "Le broker a remis un ancien message : le boîtier l’a ignoré.",
    expired: "Le message est arrivé trop tard : le boîtier l’a ignoré. Réessayez.",
    future: "Les horloges du boîtier et du service diffèrent. Prévenez l’administration.",
    duplicate: "Le boîtier a déjà traité cette demande.",
    busy: "La barrière est encore en mouvement. Réessayez dans une minute.",
    cooldown: "Le bouton vient d’être pressé. Le boîtier attend un peu entre deux pressions.",
    "clock-unset": "Le boîtier ne connaît pas encore l’heure. Réessayez dans une minute.",
    malformed: "Le boîtier n’a pas pu lire le message. Prévenez l’administration.",
    "unknown-action": "Le boîtier ne prend pas en charge cette demande. Prévenez l’administration.",
    "unknown-gate": "Le boîtier n’a pas de telle barrière. Prévenez l’administration.",
    "too-large": "Le message était trop long pour le boîtier. Prévenez l’administration.",
    "no-grant": "Vous n’avez pas accès à cette barrière.",
    "not-yet": "Votre accès n’a pas encore commencé.",
    "not-now": "Vous n’avez pas accès à cette heure.",
    holiday: "Vous n’avez pas accès un jour férié.",
    "grant-ended": "Votre accès a expiré.",
    "used-up": "Toutes les ouvertures de ce lien ont été utilisées.",
    "gate-closed": "Cette barrière est hors service.",
    "box-offline": "Le boîtier est hors ligne. Il ne s’est rien passé à la barrière.",
    "broker-away":
      "Le service ne peut pas joindre les boîtiers pour le moment. Il ne s’est rien passé à la barrière.",
    "too-late":
      "La demande est arrivée trop tard au service : rien n’a été envoyé. Il ne s’est rien passé à la barrière.",
    "service-busy":
      "Le service était trop occupé pour envoyer la demande à temps. Il ne s’est rien passé à la barrière. Réessayez.",
    "clocks-differ":
      "Les horloges du boîtier et du service diffèrent : le boîtier refuse donc toutes les demandes. Prévenez l’administration.",
    "rate-limited": "Trop de demandes. Attendez quelques secondes, puis réessayez.",
  },
  outcome: {
    posting: "Envoi…",
    recorded: "Envoyée. En attente du broker…",
    accepted: "Acceptée. En attente du boîtier…",
    opened: "Bouton pressé",
    openedFor: (seconds) => `Le boîtier a pressé le bouton pendant ${seconds} s.`,
    openedUnknown: "Le boîtier a pressé le bouton. Il n’a pas signalé combien de temps.",
    refused: "Refusée par le boîtier",
    unanswered: "Aucune réponse du boîtier",
    unansweredLong:
      "La commande a été envoyée, mais le boîtier n’a pas répondu. Regardez la barrière avant de réessayer.",
    failed: "Non envoyée",
    denied: "Non autorisée",
    unknown: "Résultat inconnu",
    unknownLong:
      "La connexion a été coupée avant l’arrivée d’une réponse. Le boîtier a peut-être reçu la commande, ou peut-être pas. Regardez la barrière avant de réessayer.",
    retrying: "Pas encore de réponse. Dernier essai…",
    turnedDown: "Non envoyée",
  },
};
