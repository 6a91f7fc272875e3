/** French, for `english/administration.ts`. */
import { numbersIn } from "../count.ts";
import type { AdministrationWords } from "../shape.ts";
import { positions } from "./positions.ts";

const { number, count } = numbersIn("fr-FR");

export const administration: AdministrationWords = {
  cancel: "Annuler",

  fields: {
    required: "Remplissez ce champ.",
    longest: (length) =>
      count(length, {
        one: "Saisissez # caractère au maximum.",
        other: "Saisissez # caractères au maximum.",
      }),
    email: "Saisissez une adresse e-mail, par exemple ben@example.com.",
    date: "Saisissez une date complète entre 1970 et 2199, ou videz le champ.",
    time: "Saisissez une heure, de 00:00 à 23:59.",
    gateId: "Saisissez 1 à 32 caractères : a–z, 0–9 et -.",
    thingName: "Saisissez 1 à 64 caractères : a–z, A–Z, 0–9, _, : et -.",
    output:
      "Saisissez 1 à 32 caractères : a–z, A–Z, 0–9, _ et -, mais pas command, event, status, update ni log.",
    timeZone: "Saisissez un fuseau horaire de la liste, par exemple Europe/Berlin.",
  },

  finder: {
    search: "Rechercher",
    count: (shown, found) =>
      shown === found
        ? count(found, { one: "# résultat", other: "# résultats" })
        : `${number(shown)} sur ${number(found)} affichés`,
    all: (found) => `Tout afficher (${number(found)})`,
    more: "Afficher plus",
  },

  people: {
    title: "Personnes",
    add: "Ajouter une personne",
    name: "Nom",
    email: "E-mail",
    emailHint: "Facultatif. Pour la connexion par votre entreprise.",
    administrator: "Administration",
    lockedOut: "Bloqué",
    noWayIn: "Connexion impossible : aucune clé d’accès",
    passkeys: (total) => count(total, { one: "# clé d’accès", other: "# clés d’accès" }),
    lastSeen: (when) => `Dernière visite : ${when}`,
    neverSeen: "Jamais connecté",
    save: "Enregistrer",
    saved: "Enregistré.",
    back: "← Toutes les personnes",
    missing: "Cette personne n’existe pas.",
    lockOut: "Bloquer",
    letIn: "Rétablir l’accès",
    makeAdministrator: "Donner les droits d’administration",
    makePerson: "Retirer les droits d’administration",
    removePasskeys: "Supprimer les clés d’accès (téléphone perdu)",
    sureLockOut: (name) => `Bloquer ${name} ? L’effet est immédiat.`,
    sureMakeAdministrator: (name) =>
      `Donner les droits d’administration à ${name} ? Ils permettent de modifier les personnes, les accès et les barrières.`,
    sureMakePerson: (name) => `Retirer les droits d’administration de ${name} ?`,
    sureRemovePasskeys: (name) =>
      `Supprimer toutes les clés d’accès de ${name} ? Pour se reconnecter, ${name} aura besoin d’un nouveau lien d’invitation.`,
    invite: "Nouveau lien d’invitation",
    inviteLead: (name, until) =>
      `Envoyez ce lien à ${name}. Il fonctionne une seule fois, jusqu’à : ${until}. Copiez-le maintenant : il ne sera plus affiché.`,
    copy: "Copier",
    copied: "Copié",
    link: "Lien d’invitation",
    done: "Terminé",
  },

  tokens: {
    title: "Programmes",
    lead: (person) =>
      `Un programme avec un jeton ouvre une barrière au nom de ${person}, et jamais au-delà de l’accès ci-dessus.`,
    add: "Ajouter un programme",
    added: "Le programme a été ajouté.",
    name: "Nom",
    nameHint:
      "Ce qui utilise le jeton, par exemple un lecteur de plaques. Ce nom figure dans l’historique.",
    secret: "Jeton",
    secretLead: (name) =>
      `Le jeton pour ${name}. Il n’est affiché que maintenant. Quiconque le possède peut ouvrir la barrière.`,
    unused: "jamais utilisé",
    lastUsed: (when) => `dernière utilisation : ${when}`,
    revoke: "Révoquer",
    revokeName: (name) => `Révoquer le jeton de ${name}`,
    sureRevoke: (name) => `Révoquer le jeton de ${name} ? Il cesse aussitôt de fonctionner.`,
    revoked: "Le jeton a été révoqué.",
  },

  grants: {
    title: "Accès",
    none: "Aucun accès pour l’instant.",
    add: "Accorder un accès",
    granted: "L’accès a été accordé.",
    gate: "Barrière",
    daysTitle: "Jours",
    from: "De",
    to: "À",
    ends: "Dernier jour",
    endsHint: "Laissez vide pour un accès sans fin.",
    withdraw: "Retirer",
    withdrawName: (gate) => `Retirer l’accès à ${gate}`,
    sureWithdraw: (person, gate) => `Retirer à ${person} cet accès à ${gate} ?`,
    withdrawn: "L’accès a été retiré.",
    everyDay: "Tous les jours",
    allDay: "toute la journée",
    overMidnight: (hours) => `${hours} (le lendemain)`,
    until: (when) => `jusqu’au ${when}`,
    noDays: "Choisissez au moins un jour.",
    sameHours: "La fin doit être différente du début.",
    dayIsOver: "Ce jour est déjà passé à la barrière.",
    clock: (zone) => `Fuseau horaire de la barrière : ${zone}.`,
  },

  gates: {
    title: "Barrières",
    add: "Ajouter une barrière",
    id: "Nom court",
    idHint: "a–z, 0–9 et -. Ne peut plus être modifié ensuite.",
    name: "Nom",
    thing: "Boîtier (nom de l’objet)",
    output: "Barrière sur le boîtier",
    outputHint:
      "Seulement pour un boîtier à plusieurs barrières : le nom de cette barrière dans les réglages du boîtier. Sinon, laissez vide.",
    notAtBox: "Le boîtier n’a pas de telle barrière",
    notAtBoxLong: (output) =>
      `Les réglages du boîtier ne contiennent aucune barrière « ${output} » : le boîtier ne l’ouvre donc pas. Corrigez ici « Barrière sur le boîtier », ou les réglages du boîtier.`,
    zone: "Fuseau horaire",
    edit: "Modifier",
    save: "Enregistrer",
    saved: "Enregistré.",
    back: "← Toutes les barrières",
    missing: "Cette barrière n’existe pas.",
    close: "Mettre hors service",
    sureClose: (name) => `Mettre ${name} hors service ? Personne ne pourra plus l’ouvrir.`,
    reopen: "Remettre en service",
    closed: "Hors service",
    none: "Aucune barrière pour l’instant.",
    health: {
      lastSeenAt: "Dernier signal",
      gate: "Barrière",
      gates: "Barrières sur le boîtier",
      firmware: "Micrologiciel",
      uptimeMs: "Durée de marche",
      resetReason: "Cause du redémarrage",
      rssi: "Signal",
      address: "Adresse",
      certificateEndsAt: "Expiration du certificat",
      clockDifferenceMs: "Horloge",
      opened: "Pressions du bouton",
      refused: "Commandes refusées",
      connections: "Connexions",
      droppedEvents: "Événements perdus",
    },
    positions,
    eventsTitle: "Ce que le contact de la barrière a montré",
    events: {
      "opened-by-hand": "Ouverte sans l’application",
      "left-open": "Restée ouverte",
      "did-not-open": "Non ouverte après une pression du bouton",
    },
    signal: (dBm) => `${number(dBm)} dBm`,
    clock: (ms) => {
      const seconds = Math.round(Math.abs(ms) / 1_000);
      if (seconds < 2) return "à la même heure que le service";
      const side = ms > 0 ? "d’avance" : "de retard";
      return `${number(seconds)} s ${side} sur le service : vérifiez les deux horloges`;
    },
    never: "jamais",
    unknown: "–",
    renewSoon: "Renouveler le certificat",
    renew: (until) => `${until} : à renouveler maintenant`,
  },
  otherCommands: {
    title: "Commandes hors de l’application",
    lead: "Pressions d’un bouton sur un boîtier, et commandes de personnes qui peuvent publier directement vers un boîtier, par exemple depuis la console AWS. Personne n’a vérifié leurs noms. Si vous n’en connaissez pas un, regardez qui a accès à votre broker.",
    empty: "Aucune jusqu’à présent.",
    unknown: "Expéditeur inconnu",
    button: "Le bouton du boîtier",
    claimed: (name) => `Se nomme « ${name} »`,
  },
};
