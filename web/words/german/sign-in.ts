/** German, for `english/sign-in.ts`. */
import type { SignInWords } from "../shape.ts";

export const signIn: SignInWords = {
  page: {
    title: "Anmelden",
    lead: "Danach öffnen Sie die Schranke mit einem Schieberegler.",
    passkey: "Mit Passkey anmelden",
    oidc: (name) => `Mit ${name} anmelden`,
    none: "Sie können sich nicht anmelden: Für diesen Dienst ist keine Anmeldung eingerichtet.",
    lockedOut: "Sie sind gesperrt. Bitten Sie die Administration, Ihren Zugang wiederherzustellen.",
    ended: "Sie wurden abgemeldet. Melden Sie sich wieder an, um fortzufahren.",
    waiting: "Warten auf Ihr Gerät …",
    help: "Noch kein Passkey? Bitten Sie die Administration um einen Einladungslink.",
    cancelled: "Ihr Gerät hat keinen Passkey bereitgestellt. Versuchen Sie es noch einmal.",
    unsupported: "Dieser Browser unterstützt keine Passkeys. Verwenden Sie einen neueren Browser.",
  },
  guest: {
    page: "Gästelink",
    over: "Dieser Gästelink ist nicht mehr gültig. Bitten Sie die Person, die Sie eingeladen hat, um einen neuen.",
    replaces: (name) =>
      `Sie sind als ${name} angemeldet. Der Gästelink meldet Sie auf diesem Gerät ab.`,
    use: "Gästelink verwenden",
    stay: "Angemeldet bleiben",
    signIn: "Stattdessen anmelden",
  },
  invitation: {
    page: "Einladung",
    title: (name) => `Willkommen, ${name}`,
    lead: "Erstellen Sie auf diesem Gerät einen Passkey. Danach melden Sie sich mit Fingerabdruck, Gesicht oder Displaysperre an.",
    make: "Passkey erstellen",
    over: "Diese Einladung ist abgelaufen oder wurde schon verwendet. Bitten Sie die Administration um eine neue.",
    cancelled: "Es wurde kein Passkey erstellt. Versuchen Sie es noch einmal.",
    signIn: "Stattdessen anmelden",
  },
};
