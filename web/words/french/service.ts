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
      page: "Cette page n’existe pas.",
    },
    denials: {
      "no-grant": "Vous n’avez pas accès à cette barrière.",
      "not-now": "Vous n’avez pas accès à cette barrière à cette heure.",
      "grant-ended": "Votre accès à cette barrière a expiré.",
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
    noPersonOrGate: "La personne ou la barrière n’existe pas.",
    lockedOut: "Cette personne est bloquée. Rétablissez d’abord son accès.",
    lastAdministrator:
      "Cette personne est la dernière à avoir des droits d’administration. Donnez-les d’abord à quelqu’un d’autre.",
    passkeyRefused:
      "Cette clé d’accès n’a pas été acceptée. Demandez un lien d’invitation à l’administration pour l’enregistrer de nouveau.",
    youAreLockedOut,
    attemptOver,
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
    trueOrFalse: "doit être true ou false",
    weekday: "doit être de 1 à 7",
    noDay: "doit avoir au moins un jour",
    repeatedDay: "ne doit pas avoir deux fois le même jour",
    past: "doit être dans le futur",
    tooFar: "doit être avant l’année 2200",
    noHours: "fromMinute et toMinute doivent être différents",
    requestState: "doit être l’état d’une demande",
    historyPosition: "doit être le `next` d’une page de l’historique",
    base64url: "doit être en base64url",
    language: (languages) => `doit être l’une de ces valeurs : ${languages}`,
    transport: "doit être le nom d’un transport WebAuthn",
    atMostEntries: (count) => `doit avoir au plus ${count} entrées`,
    invitationToken: "doit être le jeton d’une invitation",
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
