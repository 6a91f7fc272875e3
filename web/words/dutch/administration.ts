/** Dutch, for `english/administration.ts`. */
import { numbersIn } from "../count.ts";
import type { AdministrationWords } from "../shape.ts";
import { positions } from "./positions.ts";

const { number, count } = numbersIn("nl-NL");

export const administration: AdministrationWords = {
  cancel: "Annuleren",

  fields: {
    required: "Vul dit veld in.",
    longest: (length) =>
      count(length, { one: "Vul hooguit # teken in.", other: "Vul hooguit # tekens in." }),
    email: "Vul een e-mailadres in, zoals ben@example.com.",
    date: "Vul een volledige datum van 1970 tot en met 2199 in, of maak het veld leeg.",
    time: "Vul een tijd in, van 00:00 tot en met 23:59.",
    gateId: "Vul 1 tot 32 tekens in: a–z, 0–9 en -.",
    thingName: "Vul 1 tot 64 tekens in: a–z, A–Z, 0–9, _, : en -.",
    output:
      "Vul 1 tot 32 tekens in: a–z, A–Z, 0–9, _ en -; maar niet command, event, status, update of log.",
    timeZone: "Vul een tijdzone uit de lijst in, zoals Europe/Berlin.",
  },

  finder: {
    search: "Zoeken",
    count: (shown, found) =>
      shown === found
        ? count(found, { one: "# gevonden", other: "# gevonden" })
        : `${number(shown)} van ${number(found)} getoond`,
    all: (found) => `Alle ${number(found)} tonen`,
    more: "Meer tonen",
  },

  people: {
    title: "Personen",
    add: "Persoon toevoegen",
    name: "Naam",
    email: "E-mail",
    emailHint: "Optioneel. Om in te loggen via uw bedrijf.",
    administrator: "Beheerder",
    lockedOut: "Geblokkeerd",
    noWayIn: "Kan niet inloggen: geen passkey",
    passkeys: (total) => count(total, { one: "# passkey", other: "# passkeys" }),
    lastSeen: (when) => `Laatst gezien: ${when}`,
    neverSeen: "Nog nooit ingelogd",
    save: "Opslaan",
    saved: "Opgeslagen.",
    back: "← Alle personen",
    missing: "Deze persoon bestaat niet.",
    lockOut: "Blokkeren",
    letIn: "Toegang herstellen",
    makeAdministrator: "Beheerder maken",
    makePerson: "Beheerdersrechten intrekken",
    removePasskeys: "Passkeys verwijderen (telefoon kwijt)",
    sureLockOut: (name) => `${name} blokkeren? Dit gaat meteen in.`,
    sureMakeAdministrator: (name) =>
      `Van ${name} een beheerder maken? Beheerders kunnen personen, toegang en slagbomen wijzigen.`,
    sureMakePerson: (name) => `De beheerdersrechten van ${name} intrekken?`,
    sureRemovePasskeys: (name) =>
      `Alle passkeys van ${name} verwijderen? Om weer in te loggen heeft ${name} dan een nieuwe uitnodigingslink nodig.`,
    invite: "Nieuwe uitnodigingslink",
    inviteLead: (name, until) =>
      `Stuur deze link naar ${name}. De link werkt één keer, tot: ${until}. Kopieer de link nu: hij wordt niet nog eens getoond.`,
    copy: "Kopiëren",
    copied: "Gekopieerd",
    link: "Uitnodigingslink",
    done: "Klaar",
  },

  tokens: {
    title: "Programma’s",
    lead: (person) =>
      `Een programma met een token opent één slagboom namens ${person}, en nooit meer dan de toegang hierboven.`,
    add: "Programma toevoegen",
    added: "Het programma is toegevoegd.",
    name: "Naam",
    nameHint: "Wat het token gebruikt, zoals een kentekenlezer. De naam staat in de geschiedenis.",
    secret: "Token",
    secretLead: (name) =>
      `Het token voor ${name}. Het wordt alleen nu getoond. Wie het heeft, kan de slagboom openen.`,
    unused: "nooit gebruikt",
    lastUsed: (when) => `laatst gebruikt: ${when}`,
    revoke: "Intrekken",
    revokeName: (name) => `Token van ${name} intrekken`,
    sureRevoke: (name) => `Het token van ${name} intrekken? Het werkt dan meteen niet meer.`,
    revoked: "Het token is ingetrokken.",
  },

  grants: {
    title: "Toegang",
    none: "Nog geen toegang.",
    add: "Toegang geven",
    granted: "De toegang is gegeven.",
    gate: "Slagboom",
    daysTitle: "Dagen",
    from: "Van",
    to: "Tot",
    ends: "Laatste dag",
    endsHint: "Leeg laten als de toegang niet eindigt.",
    withdraw: "Intrekken",
    withdrawName: (gate) => `Toegang tot ${gate} intrekken`,
    sureWithdraw: (person, gate) => `Deze toegang van ${person} tot ${gate} intrekken?`,
    withdrawn: "De toegang is ingetrokken.",
    everyDay: "Elke dag",
    allDay: "de hele dag",
    overMidnight: (hours) => `${hours} (volgende dag)`,
    until: (when) => `tot en met ${when}`,
    noDays: "Kies minstens één dag.",
    sameHours: "Het einde moet anders zijn dan het begin.",
    dayIsOver: "Deze dag is bij de slagboom al voorbij.",
    clock: (zone) => `Tijdzone van de slagboom: ${zone}.`,
  },

  gates: {
    title: "Slagbomen",
    add: "Slagboom toevoegen",
    id: "Korte naam",
    idHint: "a–z, 0–9 en -. Kan later niet worden gewijzigd.",
    name: "Naam",
    thing: "Box (thing-naam)",
    output: "Slagboom op de box",
    outputHint:
      "Alleen voor een box met meerdere slagbomen: de naam van deze slagboom in de instellingen van de box. Laat dit anders leeg.",
    notAtBox: "De box heeft geen slagboom met deze naam",
    notAtBoxLong: (output) =>
      `In de instellingen van de box staat geen slagboom “${output}”, dus de box opent die niet. Verbeter hier “Slagboom op de box”, of de instellingen van de box.`,
    zone: "Tijdzone",
    edit: "Bewerken",
    save: "Opslaan",
    saved: "Opgeslagen.",
    back: "← Alle slagbomen",
    missing: "Deze slagboom bestaat niet.",
    close: "Buiten gebruik stellen",
    sureClose: (name) => `${name} buiten gebruik stellen? Dan kan niemand de slagboom openen.`,
    reopen: "Weer in gebruik nemen",
    closed: "Buiten gebruik",
    none: "Nog geen slagbomen.",
    health: {
      lastSeenAt: "Laatst gemeld",
      gate: "Slagboom",
      gates: "Slagbomen op de box",
      firmware: "Firmware",
      uptimeMs: "Actief sinds de start",
      resetReason: "Reden van herstart",
      rssi: "Signaal",
      address: "Adres",
      certificateEndsAt: "Certificaat verloopt",
      clockDifferenceMs: "Klok",
      opened: "Keren ingedrukt",
      refused: "Geweigerde opdrachten",
      connections: "Verbindingen",
      droppedEvents: "Verloren meldingen",
    },
    positions,
    eventsTitle: "Wat het contact bij de slagboom heeft laten zien",
    events: {
      "opened-by-hand": "Zonder de app geopend",
      "left-open": "Open blijven staan",
      "did-not-open": "Niet opengegaan na het indrukken van de knop",
    },
    signal: (dBm) => `${number(dBm)} dBm`,
    clock: (ms) => {
      const seconds = Math.round(Math.abs(ms) / 1_000);
      if (seconds < 2) return "loopt gelijk met de dienst";
      const side = ms > 0 ? "voor" : "achter";
      return `loopt ${number(seconds)} s ${side} op de dienst: controleer beide klokken`;
    },
    never: "nooit",
    unknown: "–",
    renewSoon: "Certificaat vernieuwen",
    renew: (until) => `${until}: nu vernieuwen`,
  },
  otherCommands: {
    title: "Opdrachten van buiten de app",
    lead: "Indrukken van een knop op een box, en opdrachten van personen die rechtstreeks naar een box kunnen publiceren, bijvoorbeeld via de AWS-console. Niemand heeft hun namen gecontroleerd. Als u een naam niet kent, kijk dan wie toegang heeft tot uw broker.",
    empty: "Nog geen.",
    unknown: "Afzender onbekend",
    button: "De knop op de box",
    claimed: (name) => `Noemt zich “${name}”`,
  },
};
