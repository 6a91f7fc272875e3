/** French, for `english/service.ts`. */
import { numbersIn } from "../count.ts";
import type { ServiceWords } from "../shape.ts";
import { positions } from "./positions.ts";

const { number } = numbersIn("fr-FR");

const youAreLockedOut = "Vous êtes bloqué. Demandez à l’administration de rétablir votre accès.";
const attemptOver = "La connexion a pris trop de temps ou a déjà été utilisée. Réessayez.";

export const service: ServiceWords = {
  positions,

  page: {
    title: "Boom Box",
    description:
      "L’application du personnel pour la barrière du parking : glissez pour ouvrir, et lisez ce que le boîtier a fait.",
    noScript: "Cette page a besoin de JavaScript pour afficher l’état actuel du boîtier.",
    back: "Retour à l’application",
  },

  nameless: "Personne sans nom",

  problems: {
    missing: {
      gate: "Cette barrière n’existe pas.",
      grant: "Cet accès n’existe pas.",
      request: "Cette demande n’existe pas.",
      token: "Ce jeton n’existe pas.",
      person: "Cette personne n’existe pas.",
      guest: "Ce visiteur n’existe pas.",
      holidays: "Cette liste de jours fériés n’existe pas.",
      passkey: "Cette clé d’accès n’existe pas.",
      webhook: "Ce webhook n’existe pas.",
      delivery: "Aucun message de ce genre ne peut être renvoyé.",
      page: "Cette page n’existe pas.",
    },
    denials: {
      "no-grant": "Vous n’avez pas accès à cette barrière.",
      "not-yet": "Votre accès à cette barrière n’a pas encore commencé.",
      "not-now": "Vous n’avez pas accès à cette barrière à cette heure.",
      holiday: "Vous n’avez pas accès à cette barrière un jour férié.",
      "grant-ended": "Votre accès à cette barrière a expiré.",
      "used-up": "Toutes les ouvertures de ce lien ont été utilisées.",
      "gate-closed": "Cette barrière est hors service.",
    },
    signInFirst: "Connectez-vous d’abord.",
    tooManyAttempts: (seconds) => `Trop d’essais. Réessayez dans ${number(seconds)} s.`,
    tooManyRequests: (seconds) => `Trop de demandes. Réessayez dans ${number(seconds)} s.`,
    conflict: "Ceci est en conflit avec une entrée existante.",
    cannotSave: (seconds) =>
      `Le service ne peut pas enregistrer de données pour le moment. Rien n’a été fait. Réessayez dans ${number(seconds)} s.`,
    stopping: (seconds) =>
      `Le service est en cours d’arrêt. Rien n’a été fait. Réessayez dans ${number(seconds)} s.`,
    unexpected: (id) =>
      `Une erreur s’est produite. Le journal contient les détails sous l’identifiant ${id}.`,
    notJson: "Le corps n’est pas du JSON valide.",
    incompleteBody: "Le corps est incomplet.",
    contentType: "Le type de contenu doit être application/json.",
    bodyTooLarge: (bytes) => `Le corps dépasse ${number(bytes)} octets.`,
    crossSite: "Cette demande ne vient pas de la page de l’application.",
    outdatedPage: "Cette page n’est plus à jour. Rechargez-la.",
    administratorsOnly: "Cette action demande des droits d’administration.",
    idTaken: "Cet identifiant appartient à une autre demande.",
    noToken: "Envoyez un jeton valide dans l’en-tête Authorization: Bearer TOKEN.",
    otherGate: "Ce jeton est pour une autre barrière.",
    onlyPost: "Seul POST ouvre une barrière.",
    idempotencyKey:
      "L’en-tête Idempotency-Key doit avoir de 1 à 64 caractères ASCII visibles, sans guillemets ni barres obliques inverses.",
    noBody: "Le corps doit être vide ou {}.",
    wait: (seconds) => `L’en-tête Prefer ne peut être que wait=SECONDES, ${seconds} au maximum.`,
    failures: {
      "too-late": "La demande est arrivée trop tard. Rien n’a été envoyé.",
      "box-offline": "Le boîtier de la barrière est hors ligne. Rien n’a été envoyé.",
      "broker-away":
        "Le service ne peut pas joindre les boîtiers pour le moment. Rien n’a été envoyé.",
      "service-busy":
        "Le service était trop occupé pour envoyer la demande à temps. Rien n’a été envoyé. Réessayez.",
    },
    webhookOff: "Ce webhook est désactivé. Activez-le d’abord.",
    tooManyWebhooks: (count) =>
      `Il y a ${number(count)} webhooks, et il ne peut pas y en avoir plus. Supprimez-en d’abord un.`,
    noPersonOrGate: "La personne ou la barrière n’existe pas.",
    lockedOut: "Cette personne est bloquée. Rétablissez d’abord son accès.",
    lastAdministrator:
      "Cette personne est la dernière à avoir des droits d’administration. Donnez-les d’abord à quelqu’un d’autre.",
    signInAgain: "Connectez-vous de nouveau avant d’ajouter une clé d’accès.",
    newPasskeyRefused: "Cette clé d’accès n’a pas été acceptée. Réessayez.",
    tooManyPasskeys: (count) => `Vous avez déjà ${count} clés d’accès. Supprimez-en une d’abord.`,
    lastWayIn: "C’est votre seul moyen de vous connecter. Ajoutez d’abord une autre clé d’accès.",
    lastAdministratorsPasskey:
      "Sans cette clé d’accès, personne ne pourrait se connecter avec les droits d’administration. Ajoutez d’abord une autre clé d’accès.",
    passkeyRefused:
      "Cette clé d’accès n’a pas été acceptée. Demandez un lien d’invitation à l’administration pour l’enregistrer de nouveau.",
    youAreLockedOut,
    attemptOver,
    guestOver:
      "Ce lien visiteur n’est plus valable. Demandez-en un nouveau à la personne qui vous a invité.",
    guestTooLong: (days) => `endsAt : doit être au plus ${days} jours après startsAt`,
    inviterLockedOut: "La personne qui invite est bloquée. Choisissez-en une autre.",
    tooManyGrants: (count) => `Cela fait plus de ${number(count)} accès. Choisissez-en moins.`,
    tooManyLists: (count) =>
      `Il y a déjà ${number(count)} listes de jours fériés. Supprimez-en une.`,
    invitationOver:
      "Cette invitation a expiré ou a déjà été utilisée. Demandez-en une nouvelle à l’administration.",
  },

  field: {
    required: "est obligatoire",
    unexpected: "n’est pas un champ connu",
    invalid: "n’est pas valide",
    text: "doit être du texte",
    notEmpty: "ne doit pas être vide",
    maximumLength: (length) => `ne doit pas dépasser ${length} caractères`,
    oneLine: "doit être une ligne de caractères visibles",
    email: "doit être une adresse e-mail",
    uuid: "doit être un UUID en minuscules",
    gateId: "doit avoir de 1 à 32 caractères parmi a–z, 0–9 et -",
    thingName:
      "doit avoir de 1 à 64 caractères parmi a–z, A–Z, 0–9, _, : et -, et ne pas commencer par service-",
    output:
      "doit avoir de 1 à 32 caractères parmi a–z, A–Z, 0–9, _ et -, et ne pas être command, event, status, update ni log",
    timeZone: "doit être un fuseau horaire IANA, par exemple Europe/Berlin",
    number: "doit être un nombre",
    wholeNumber: "doit être un nombre entier",
    time: "doit être un instant en ms depuis 1970",
    atLeast: (minimum) => `doit être au moins ${minimum}`,
    atMost: (maximum) => `doit être au plus ${maximum}`,
    webhookUrl:
      "doit être une adresse comme https://example.com/hook, sans mot de passe ni fragment",
    webhookHttps:
      "doit commencer par https://, sauf pour les hôtes que l’exploitant autorise dans BOOM_BOX_WEB_WEBHOOK_PRIVATE_HOSTS",
    webhookEvent: "doit être le nom d’un événement",
    deliveryState: "doit être waiting, delivered ou dead",
    trueOrFalse: "doit être true ou false",
    weekday: "doit être de 1 à 7",
    noDay: "doit avoir au moins un jour",
    repeatedDay: "ne doit pas avoir deux fois le même jour",
    repeated: "ne doit pas avoir deux fois la même entrée",
    guestState: "doit être upcoming, valid, used-up, ended ou revoked",
    guestToken: "doit être le jeton d’un lien visiteur",
    past: "doit être dans le futur",
    tooFar: "doit être avant l’année 2200",
    endsBeforeStart: "doit être après le début",
    noHours: "fromMinute et toMinute doivent être différents",
    requestState: "doit être l’état d’une demande",
    changeSubject:
      "doit être person, passkey, invitation, token, grant, guest, gate, holidays ou webhook",
    sort: "doit être un ordre de cette liste",
    listPosition: "doit être le `next` d’une page dans le même ordre",
    historyPosition: "doit être le `next` d’une page de l’historique",
    base64url: "doit être en base64url",
    language: (languages) => `doit être l’une de ces valeurs : ${languages}`,
    transport: "doit être le nom d’un transport WebAuthn",
    atMostEntries: (count) => `doit avoir au plus ${count} entrées`,
    invitationToken: "doit être le jeton d’une invitation",
  },

  calendar: {
    atLine: (line, what) => `Ligne ${line} : ${what}`,
    notCalendar:
      "Le fichier doit commencer par BEGIN:VCALENDAR. Exportez le calendrier au format iCalendar (.ics), ou collez le contenu de son adresse.",
    cut: (name) => `Le fichier s’arrête avant END:${name}. Copiez-le en entier.`,
    wrongEnd: (name) =>
      `END:${name} ne termine rien de ce qui a commencé ici. Exportez de nouveau le fichier.`,
    notContent: "Ce n’est pas une ligne d’un fichier iCalendar. Corrigez-la ou supprimez-la.",
    noStart: "Cet événement n’a pas de DTSTART. Ajoutez-le, ou supprimez l’événement.",
    twice: (name) => `Cet événement a un second ${name}. Supprimez l’un des deux.`,
    timed:
      "Ce n’est pas une journée entière. Faites-en un événement d’une journée entière, avec VALUE=DATE, ou supprimez-le.",
    notDate: "Cette date n’existe pas. Écrivez-la comme 20261225.",
    endNotLater:
      "DTEND doit être après DTSTART : c’est le jour qui suit le dernier. Corrigez-le ou supprimez-le.",
    tooLong: (days) => `Cet événement dure plus de ${days} jours. Raccourcissez-le.`,
    rule: "Seule une règle annuelle est lue : FREQ=YEARLY avec INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY ou BYDAY. Remplacez-la par des événements séparés.",
    ruleWithoutMonth:
      "Une règle annuelle avec BYDAY ou BYMONTHDAY demande aussi BYMONTH. Ajoutez-le.",
    notRead: (name) => `${name} n’est pas lu. Remplacez cet événement par des événements séparés.`,
    tooManyEvents: (count) => `Le fichier a plus de ${number(count)} événements. Partagez-le.`,
    tooManyDays: (count) => `Le fichier a plus de ${number(count)} jours. Partagez-le.`,
    noDays: (year) =>
      `Le fichier n’a aucun événement d’une journée entière entre aujourd’hui et la fin de ${year}.`,
    nameless: "Jour férié",
  },

  oidc: {
    defaultName: "votre entreprise",
    title: "Non connecté",
    attemptOver,
    notConfirmed: (provider) => `La connexion avec ${provider} n’a pas abouti.`,
    notAllowed: "Vous n’êtes pas autorisé à utiliser cette application.",
    notJudged:
      "La connexion de votre entreprise n’a pas donné assez d’informations sur vous. Adressez-vous à l’administration : les détails sont dans le journal du service.",
    lockedOut: youAreLockedOut,
    contact: (contact) => `Aide : ${contact}`,
    unavailable: (provider) =>
      `La connexion avec ${provider} n’est pas disponible pour le moment. Réessayez plus tard.`,
  },
};
