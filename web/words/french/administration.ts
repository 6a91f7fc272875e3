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
    moment: "Saisissez une date complète avec l’heure, entre 1970 et 2199.",
    count: (most) => `Saisissez un nombre entier de 1 à ${number(most)}.`,
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
    share: "Partager",
    several: "Accorder un accès à plusieurs personnes",
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
    starts: "Premier jour",
    startsHint: "Laissez vide pour un accès immédiat.",
    startsTooLate: "Le premier jour ne doit pas être après le dernier jour.",
    onHolidays: "Aussi les jours fériés",
    onHolidaysHint:
      "Sinon, cet accès est fermé les jours qui figurent dans les listes de jours fériés.",
    ends: "Dernier jour",
    endsHint: "Laissez vide pour un accès sans fin.",
    edit: "Modifier",
    editName: (gate) => `Modifier l’accès à ${gate}`,
    save: "Enregistrer",
    changed: "L’accès a été modifié.",
    withdraw: "Retirer",
    withdrawName: (gate) => `Retirer l’accès à ${gate}`,
    sureWithdraw: (person, gate) => `Retirer à ${person} cet accès à ${gate} ?`,
    withdrawn: "L’accès a été retiré.",
    everyDay: "Tous les jours",
    allDay: "toute la journée",
    overMidnight: (hours) => `${hours} (le lendemain)`,
    since: (when) => `à partir du ${when}`,
    until: (when) => `jusqu’au ${when}`,
    notOnHolidays: "sauf les jours fériés",
    noDays: "Choisissez au moins un jour.",
    sameHours: "La fin doit être différente du début.",
    dayIsOver: "Ce jour est déjà passé à la barrière.",
    clock: (zone) => `Fuseau horaire de la barrière : ${zone}.`,
    ownClocks: "Pour chaque barrière, c’est l’heure de son propre fuseau horaire qui compte.",
  },

  picker: {
    found: (total) =>
      total === 0 ? "Aucun résultat" : count(total, { one: "# résultat", other: "# résultats" }),
    choose: (name) => `Ajouter ${name}`,
    chosen: "Sélection",
    remove: "✕",
    removeName: (name) => `Retirer ${name}`,
  },

  guests: {
    title: "Visiteurs",
    lead: "Un visiteur ouvre une barrière avec un lien, sans compte.",
    add: "Ajouter un visiteur",
    added: "Le visiteur a été ajouté.",
    none: "Aucun visiteur ici.",
    name: "Nom du visiteur",
    nameHint: "Il figure dans l’historique.",
    gate: "Barrière",
    allGates: "Toutes les barrières",
    state: "État",
    allStates: "Tout",
    from: "Valable à partir de",
    until: "Valable jusqu’à",
    untilTooEarly: "La fin doit être après le début.",
    untilIsOver: "Ce moment est déjà passé.",
    tooLong: (days) =>
      `Un lien est valable au plus ${count(days, { one: "# jour", other: "# jours" })}.`,
    openings: "Ouvertures",
    openingsHint:
      "Combien de fois le visiteur peut ouvrir la barrière. Entrer et ressortir font 2.",
    inviter: "Invité par",
    inviterHint:
      "Laissez vide si c’est vous. Le lien ne fonctionne pas tant que cette personne est bloquée.",
    note: "Note",
    noteHint: "Facultatif. Seule l’administration la voit.",
    link: "Lien visiteur",
    linkLead: (name, gate) =>
      `Envoyez ce lien à ${name}, ou faites scanner le code à ${name}. Il n’est affiché que maintenant. Quiconque le possède peut ouvrir ${gate}.`,
    shareTitle: (gate) => `Ouvrir ${gate}`,
    qr: (name) => `Code QR avec le lien pour ${name}`,
    used: (used, openings) =>
      `${number(used)} sur ${count(openings, {
        one: "# ouverture utilisée",
        other: "# ouvertures utilisées",
      })}`,
    invitedBy: (name) => `à l’invitation de ${name}`,
    states: {
      upcoming: "À venir",
      valid: "Valable",
      "used-up": "Épuisé",
      ended: "Expiré",
      revoked: "Révoqué",
    },
    stopped: (inviter) => `Suspendu : ${inviter} est bloqué`,
    revoke: "Révoquer",
    revokeName: (name) => `Révoquer le lien de ${name}`,
    sureRevoke: (name) => `Révoquer le lien de ${name} ? Il cesse aussitôt de fonctionner.`,
    revoked: "Le lien a été révoqué.",
  },

  many: {
    title: "Accorder un accès à plusieurs personnes",
    people: "Personnes",
    gates: "Barrières",
    search: "Saisissez un nom pour chercher.",
    noPeople: "Choisissez au moins une personne.",
    noGates: "Choisissez au moins une barrière.",
    tooMany: (most) =>
      `Cela fait plus de ${number(most)} accès. Choisissez moins de personnes ou de barrières.`,
    check: "Vérifier",
    summary: (people, gates) =>
      `${count(people, { one: "# personne", other: "# personnes" })} à ${count(gates, {
        one: "# barrière",
        other: "# barrières",
      })} : ${count(people * gates, { one: "# accès", other: "# accès" })}`,
    change: "Modifier",
    grant: (total) => count(total, { one: "Accorder # accès", other: "Accorder # accès" }),
    made: (total) =>
      count(total, { one: "# accès a été accordé.", other: "# accès ont été accordés." }),
    again: "Accorder d’autres accès",
    toPeople: "Vers les personnes",
  },

  gateAccess: {
    title: "Qui peut l’ouvrir",
    none: "Personne n’a encore accès.",
    several: "Accorder un accès",
    guests: "Visiteurs de cette barrière",
  },

  holidays: {
    title: "Jours fériés",
    lead: "Ces jours-là, un accès n’ouvre une barrière que s’il porte la mention « aussi les jours fériés ». Les visiteurs ne sont pas concernés.",
    add: "Ajouter des jours fériés",
    added: "Les jours fériés ont été ajoutés.",
    none: "Aucun jour férié pour l’instant.",
    name: "Nom de la liste",
    nameHint: "Par exemple le pays ou l’entreprise.",
    gate: "Barrière",
    allGates: "Toutes les barrières",
    file: "Fichier iCalendar (.ics)",
    fileTooLong: (length) => `Le fichier dépasse ${number(length)} caractères. Raccourcissez-le.`,
    content: "Contenu du calendrier",
    contentHint:
      "Choisissez un fichier ci-dessus, ou collez ce que montre l’adresse d’un calendrier.",
    check: "Aperçu",
    preview: (days) => count(days, { one: "# jour", other: "# jours" }),
    effect: (closed, open) =>
      `Accès qui n’ouvrent pas ces jours-là : ${number(closed)}. Accès qui ouvrent aussi les jours fériés : ${number(open)}.`,
    change: "Modifier",
    save: "Enregistrer",
    until: (year) => `jusqu’en ${year}`,
    remove: "Supprimer",
    removeName: (name) => `Supprimer ${name}`,
    sureRemove: (name) =>
      `Supprimer les jours fériés « ${name} » ? Les accès ouvriront alors ces jours-là.`,
    removed: "Les jours fériés ont été supprimés.",
  },

  gates: {
    holidays: "Jours fériés",
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
  webhooks: {
    title: "Webhooks",
    lead: "Le service signale à d’autres programmes ce qui se passe, par HTTPS et avec une signature.",
    add: "Ajouter un webhook",
    added: "Le webhook a été ajouté.",
    none: "Aucun webhook pour l’instant.",
    url: "Adresse",
    urlHint: "Elle doit commencer par https://.",
    gate: "Barrière",
    allGates: "Toutes les barrières",
    eventsTitle: "Ce qui est signalé",
    events: {
      "gate.opened": "Bouton pressé",
      "gate.refused": "Non ouverte",
      "gate.opened-by-hand": "Ouverte sans l’application",
      "gate.left-open": "Restée ouverte",
      "gate.did-not-open": "Non ouverte après une pression du bouton",
      "box.offline": "Boîtier hors ligne",
      "box.online": "Boîtier de nouveau en ligne",
    },
    noEvents: "Choisissez au moins un élément.",
    save: "Enregistrer",
    secret: "Secret",
    secretLead:
      "Avec ce secret, le destinataire vérifie la signature de chaque message. Il n’est affiché que maintenant.",
    off: "Désactivé",
    turnOn: "Activer",
    turnOff: "Désactiver",
    untried: "Rien n’a encore été envoyé.",
    delivered: (when) => `Dernier message remis : ${when}`,
    failed: (when, why) => `Dernier essai : ${when}. ${why}`,
    problems: {
      refused: (status) => `Le destinataire a répondu ${status ?? "?"}.`,
      timeout: () => "Le destinataire n’a pas répondu à temps.",
      unreachable: () =>
        "Le destinataire n’a pas pu être joint, ou son certificat n’est pas valable.",
      "private-address": () =>
        "L’adresse est dans le réseau du service lui-même, ce qui n’est pas autorisé.",
      "no-tls": () => "L’adresse ne commence pas par https://.",
    },
    dead: (total) =>
      count(total, {
        one: "# message n’a pas été remis, et il n’y aura pas d’autre essai.",
        other: "# messages n’ont pas été remis, et il n’y aura pas d’autre essai.",
      }),
    test: "Envoyer un test",
    tested: "Un test est en cours d’envoi.",
    testMessage: "Test",
    deliveries: "Messages",
    refresh: "Actualiser",
    nothingSent: "Aucun message pour l’instant.",
    states: { waiting: "en attente", delivered: "remis", dead: "non remis" },
    next: (when) => `prochain essai : ${when}`,
    retry: "Renvoyer",
    retried: "Il est en cours de renvoi.",
    remove: "Supprimer",
    removed: "Le webhook a été supprimé.",
    sureRemove: (url) =>
      `Supprimer le webhook vers ${url} ? Les messages en attente ne seront pas envoyés.`,
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
