/** Dutch, for `english/sign-in.ts`. */
import type { SignInWords } from "../shape.ts";

export const signIn: SignInWords = {
  page: {
    title: "Inloggen",
    lead: "Schuif daarna om de slagboom te openen.",
    passkey: "Inloggen met een passkey",
    oidc: (name) => `Inloggen met ${name}`,
    none: "U kunt niet inloggen: deze dienst heeft geen inlogmethode.",
    lockedOut: "U bent geblokkeerd. Vraag een beheerder om uw toegang te herstellen.",
    ended: "U bent uitgelogd. Log opnieuw in om verder te gaan.",
    waiting: "Wachten op uw apparaat…",
    help: "Nog geen passkey? Vraag een beheerder om een uitnodigingslink.",
    cancelled: "Uw apparaat heeft geen passkey gegeven. Probeer het opnieuw.",
    unsupported: "Deze browser ondersteunt geen passkeys. Gebruik een nieuwere browser.",
  },
  guest: {
    page: "Gastlink",
    over: "Deze gastlink is niet meer geldig. Vraag de persoon die u heeft uitgenodigd om een nieuwe.",
    replaces: (name) => `U bent ingelogd als ${name}. De gastlink logt u op dit apparaat uit.`,
    use: "Gastlink gebruiken",
    stay: "Ingelogd blijven",
    signIn: "In plaats daarvan inloggen",
  },
  invitation: {
    page: "Uitnodiging",
    title: (name) => `Welkom, ${name}`,
    lead: "Maak een passkey op dit apparaat. Daarna logt u in met uw vingerafdruk, gezicht of schermvergrendeling.",
    make: "Passkey maken",
    over: "Deze uitnodiging is verlopen of al gebruikt. Vraag een beheerder om een nieuwe.",
    cancelled: "Er is geen passkey gemaakt. Probeer het opnieuw.",
    signIn: "In plaats daarvan inloggen",
  },
};
