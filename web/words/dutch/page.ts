/** Dutch, for `english/page.ts`. */
import { numbersIn } from "../count.ts";
import type { PageWords } from "../shape.ts";

const { number } = numbersIn("nl-NL");

export const page: PageWords = {
  language: "nl",
  locale: "nl-NL",
  languages: "Taal",
  app: "Boom Box",
  title: (page) => `${page} · Boom Box`,
  skip: "Naar de inhoud",
  loading: "Laden…",
  unreachable: "De dienst is niet bereikbaar. Opnieuw proberen…",
  notReached: "De dienst heeft niet geantwoord. Controleer uw verbinding.",
  tryAgain: "Opnieuw proberen",
  reload: "Pagina opnieuw laden",
  help: (contact) => `Hulp: ${contact}`,

  nav: {
    open: "Openen",
    history: "Geschiedenis",
    people: "Personen",
    gates: "Slagbomen",
    guests: "Gasten",
    label: "Hoofdmenu",
  },
  signOut: "Uitloggen",

  boxes: { online: "Box online", offline: "Box offline", unknown: "Status van de box onbekend" },
  denials: {
    "no-grant": "Geen toegang",
    "not-yet": "Nog niet",
    "not-now": "Niet op dit moment",
    holiday: "Niet op een feestdag",
    "grant-ended": "Toegang verlopen",
    "used-up": "Alle keren gebruikt",
    "gate-closed": "Buiten gebruik",
  },
  steps: ["Verzonden", "Geaccepteerd", "Ingedrukt"],
  control: {
    slide: "Schuif om te openen",
    keep: "Blijf drukken…",
    busy: "Een ogenblik…",
    name: (gate) => `${gate} openen: schuif of houd Enter ingedrukt`,
    twoStep: "Openen zonder schuiven",
    sure: (gate) => `Nu de knop van “${gate}” indrukken?`,
    yes: "Ja, openen",
    no: "Annuleren",
    tabs: "Slagbomen",
    choose: "Slagboom",
    choice: (gate, box) => `${gate} · ${box}`,
    notChosen: "Kies een slagboom",
    none: "U hebt nog geen toegang tot een slagboom. Vraag het een beheerder.",
    gone: "De gekozen slagboom is niet meer beschikbaar. Kies een slagboom.",
    broken: "Geen verbinding",
    brokenLong:
      "De verbinding met de dienst is weg, dus de status van de box is onbekend. Opnieuw proberen…",
    checking: "Controleren…",
    polling:
      "Live-updates komen niet door. Deze pagina vraagt in plaats daarvan om de paar seconden.",
    offlineLong:
      "De box bij de slagboom is offline. U kunt de slagboom pas weer met uw telefoon openen als de box online is.",
    unknownLong: "De box bij de slagboom heeft zijn status nog niet gemeld.",
    lastSeen: (when) => `Laatst gemeld: ${when}.`,
    opensAt: (when) => `U kunt weer openen vanaf: ${when}.`,
    opensFrom: (when) => `U kunt openen vanaf: ${when}.`,
    pass: (left, from, until) => `Nog ${number(left)} keer openen · ${from} – ${until}`,
    askInviter: (inviter) => `Vraag ${inviter}, die u heeft uitgenodigd, om een nieuwe link.`,
  },

  reasons: {
    retained: "De broker heeft een oud bericht bezorgd. De box heeft het genegeerd.",
    expired: "Het bericht kwam te laat aan. De box heeft het genegeerd. Probeer het opnieuw.",
    future: "De klokken van de box en de dienst lopen niet gelijk. Meld dit aan een beheerder.",
    duplicate: "De box heeft dit verzoek al verwerkt.",
    busy: "De slagboom beweegt nog. Probeer het over een minuut opnieuw.",
    cooldown: "De knop is zojuist ingedrukt. De box wacht even tussen twee keer indrukken.",
    "clock-unset": "De box weet nog niet hoe laat het is. Probeer het over een minuut opnieuw.",
    malformed: "De box kon het bericht niet lezen. Meld dit aan een beheerder.",
    "unknown-action": "De box ondersteunt dit verzoek niet. Meld dit aan een beheerder.",
    "unknown-gate": "De box heeft geen slagboom met deze naam. Meld dit aan een beheerder.",
    "too-large": "Het bericht was te lang voor de box. Meld dit aan een beheerder.",
    "no-grant": "U hebt geen toegang tot deze slagboom.",
    "not-yet": "Uw toegang is nog niet begonnen.",
    "not-now": "U hebt op dit moment geen toegang.",
    holiday: "U hebt geen toegang op een feestdag.",
    "grant-ended": "Uw toegang is verlopen.",
    "used-up": "Alle keren openen van deze link zijn gebruikt.",
    "gate-closed": "Deze slagboom is buiten gebruik.",
    "box-offline": "De box is offline. Er is niets gebeurd bij de slagboom.",
    "broker-away": "De dienst kan de boxen nu niet bereiken. Er is niets gebeurd bij de slagboom.",
    "too-late":
      "Het verzoek kwam te laat bij de dienst aan, dus er is niets verzonden. Er is niets gebeurd bij de slagboom.",
    "service-busy":
      "De dienst had het te druk om het verzoek op tijd te verzenden. Er is niets gebeurd bij de slagboom. Probeer het opnieuw.",
    "clocks-differ":
      "De klokken van de box en de dienst lopen niet gelijk, dus de box weigert elk verzoek. Meld dit aan een beheerder.",
    "rate-limited": "Te veel verzoeken. Wacht een paar seconden en probeer het opnieuw.",
  },
  outcome: {
    posting: "Verzenden…",
    recorded: "Verzonden. Wachten op de broker…",
    accepted: "Geaccepteerd. Wachten op de box…",
    opened: "Knop ingedrukt",
    openedFor: (seconds) => `De box heeft de knop ${seconds} s ingedrukt.`,
    openedUnknown: "De box heeft de knop ingedrukt. Hoelang is niet gemeld.",
    refused: "Geweigerd door de box",
    unanswered: "Geen antwoord van de box",
    unansweredLong:
      "De opdracht is verzonden, maar de box heeft niet geantwoord. Kijk naar de slagboom voordat u het opnieuw probeert.",
    failed: "Niet verzonden",
    denied: "Niet toegestaan",
    unknown: "Resultaat onbekend",
    unknownLong:
      "De verbinding viel weg voordat er een antwoord kwam. Misschien heeft de box de opdracht ontvangen, misschien niet. Kijk naar de slagboom voordat u het opnieuw probeert.",
    retrying: "Nog geen antwoord. Nog één poging…",
    turnedDown: "Niet verzonden",
  },
};
