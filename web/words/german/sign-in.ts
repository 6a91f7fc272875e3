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
  passkeys: {
    title: "Ihre Passkeys",
    lead: "Mit jedem davon können Sie sich anmelden. Fügen Sie für jedes Gerät einen hinzu, das Sie benutzen.",
    none: "Sie haben keinen Passkey. Sie melden sich über Ihr Unternehmen an.",
    add: "Passkey hinzufügen",
    create: "Passkey erstellen",
    added: "Der Passkey wurde hinzugefügt.",
    cancelled: "Es wurde kein Passkey erstellt. Vielleicht hat dieses Gerät schon einen.",
    name: "Name",
    nameHint: "Zum Beispiel „Mein Telefon“, damit Sie ihn finden, wenn Sie das Gerät verlieren.",
    nameless: "Passkey ohne Namen",
    created: (when) => `erstellt: ${when}`,
    unused: "noch nie zum Anmelden benutzt",
    lastUsed: (when) => `zuletzt benutzt: ${when}`,
    current: "Hier damit angemeldet",
    unusable: "Für eine frühere Adresse dieses Dienstes",
    rename: "Umbenennen",
    renameName: (name) => `Umbenennen: ${name}`,
    save: "Speichern",
    renamed: "Der Passkey wurde umbenannt.",
    remove: "Entfernen",
    removeName: (name) => `Entfernen: ${name}`,
    sureRemove: (name) =>
      `„${name}“ entfernen? Geräte, die damit angemeldet sind, werden abgemeldet, nur dieses nicht.`,
    sureRemoveLast: (name) =>
      `„${name}“ entfernen? Es ist Ihre einzige Möglichkeit, sich anzumelden. Nachdem Sie sich hier abgemeldet haben, kann nur die Administration Sie wieder hereinlassen.`,
    removed: "Der Passkey wurde entfernt.",
  },
  again: {
    title: "Noch einmal anmelden",
    lead: "Ihre Anmeldung ist mehr als zehn Minuten her. Melden Sie sich noch einmal an, und erstellen Sie dann den Passkey.",
    cancelled: "Sie wurden nicht angemeldet. Versuchen Sie es noch einmal.",
  },
};
