/** German, for `english/administration.ts`. */

import { numbersIn } from "../count.ts";
import type { AdministrationWords } from "../shape.ts";
import { positions } from "./positions.ts";

const { number, count } = numbersIn("de-DE");

export const administration: AdministrationWords = {
  cancel: "Abbrechen",

  fields: {
    required: "Füllen Sie dieses Feld aus.",
    longest: (length) => `Geben Sie höchstens ${number(length)} Zeichen ein.`,
    email: "Geben Sie eine E-Mail-Adresse ein, zum Beispiel ben@example.com.",
    date: "Geben Sie ein vollständiges Datum von 1970 bis 2199 ein oder leeren Sie das Feld.",
    time: "Geben Sie eine Uhrzeit von 00:00 bis 23:59 ein.",
    gateId: "Geben Sie 1 bis 32 Zeichen ein: a–z, 0–9 und -.",
    thingName: "Geben Sie 1 bis 64 Zeichen ein: a–z, A–Z, 0–9, _, : und -.",
    output:
      "Geben Sie 1 bis 32 Zeichen ein: a–z, A–Z, 0–9, _ und -; aber nicht command, event, status, update oder log.",
    timeZone: "Geben Sie eine Zeitzone aus der Liste ein, zum Beispiel Europe/Berlin.",
  },

  finder: {
    search: "Suchen",
    count: (shown, found) =>
      shown === found
        ? count(found, { one: "# gefunden", other: "# gefunden" })
        : `${number(shown)} von ${number(found)} angezeigt`,
    all: (found) => `Alle ${number(found)} anzeigen`,
    more: "Mehr anzeigen",
  },

  people: {
    title: "Personen",
    add: "Person hinzufügen",
    name: "Name",
    email: "E-Mail",
    emailHint: "Freiwillig. Für die Anmeldung über Ihr Unternehmen.",
    administrator: "Administration",
    lockedOut: "Gesperrt",
    noWayIn: "Kann sich nicht anmelden: kein Passkey",
    passkeys: (total) => count(total, { one: "# Passkey", other: "# Passkeys" }),
    lastSeen: (when) => `Zuletzt aktiv: ${when}`,
    neverSeen: "Noch nie angemeldet",
    save: "Speichern",
    saved: "Gespeichert.",
    back: "← Alle Personen",
    missing: "Diese Person gibt es nicht.",
    lockOut: "Sperren",
    letIn: "Entsperren",
    makeAdministrator: "Administrationsrechte geben",
    makePerson: "Administrationsrechte entziehen",
    removePasskeys: "Passkeys entfernen (Telefon verloren)",
    sureLockOut: (name) => `${name} sperren? Das gilt sofort.`,
    sureMakeAdministrator: (name) =>
      `${name} Administrationsrechte geben? Damit lassen sich Personen, Zugänge und Schranken ändern.`,
    sureMakePerson: (name) => `${name} die Administrationsrechte entziehen?`,
    sureRemovePasskeys: (name) =>
      `Alle Passkeys von ${name} entfernen? Für die nächste Anmeldung braucht ${name} dann einen neuen Einladungslink.`,
    invite: "Neuer Einladungslink",
    inviteLead: (name, until) =>
      `Senden Sie diesen Link an ${name}. Er funktioniert einmal, bis ${until}. Kopieren Sie ihn jetzt: Er wird nicht noch einmal angezeigt.`,
    copy: "Kopieren",
    copied: "Kopiert",
    link: "Einladungslink",
    done: "Fertig",
  },

  tokens: {
    title: "Programme",
    lead: (person) =>
      `Ein Programm mit einem Token öffnet eine Schranke im Namen von ${person}, und nie über den oben genannten Zugang hinaus.`,
    add: "Programm hinzufügen",
    added: "Das Programm wurde hinzugefügt.",
    name: "Name",
    nameHint:
      "Was das Token verwendet, zum Beispiel eine Kennzeichenerkennung. Der Name steht im Verlauf.",
    secret: "Token",
    secretLead: (name) =>
      `Das Token für ${name}. Es wird nur jetzt angezeigt. Wer es hat, kann die Schranke öffnen.`,
    unused: "nie verwendet",
    lastUsed: (when) => `zuletzt verwendet: ${when}`,
    revoke: "Widerrufen",
    revokeName: (name) => `Token von ${name} widerrufen`,
    sureRevoke: (name) =>
      `Das Token von ${name} widerrufen? Es funktioniert dann sofort nicht mehr.`,
    revoked: "Das Token wurde widerrufen.",
  },

  grants: {
    title: "Zugang",
    none: "Noch kein Zugang.",
    add: "Zugang geben",
    granted: "Der Zugang wurde gegeben.",
    gate: "Schranke",
    daysTitle: "Tage",
    from: "Von",
    to: "Bis",
    ends: "Letzter Tag",
    endsHint: "Leer lassen, wenn der Zugang nicht enden soll.",
    withdraw: "Entziehen",
    withdrawName: (gate) => `Zugang zu ${gate} entziehen`,
    sureWithdraw: (person, gate) => `${person} diesen Zugang zu ${gate} entziehen?`,
    withdrawn: "Der Zugang wurde entzogen.",
    everyDay: "Täglich",
    allDay: "ganztägig",
    overMidnight: (hours) => `${hours} (Folgetag)`,
    until: (when) => `bis ${when}`,
    noDays: "Wählen Sie mindestens einen Tag aus.",
    sameHours: "Das Ende muss sich vom Anfang unterscheiden.",
    dayIsOver: "Dieser Tag ist an der Schranke schon vorbei.",
    clock: (zone) => `Zeitzone der Schranke: ${zone}.`,
  },

  gates: {
    title: "Schranken",
    add: "Schranke hinzufügen",
    id: "Kurzname",
    idHint: "a–z, 0–9 und -. Kann später nicht geändert werden.",
    name: "Name",
    thing: "Box (Thing-Name)",
    output: "Schranke an der Box",
    outputHint:
      "Nur für eine Box mit mehreren Schranken: der Name dieser Schranke in den Einstellungen der Box. Sonst leer lassen.",
    notAtBox: "Die Box hat keine solche Schranke",
    notAtBoxLong: (output) =>
      `In den Einstellungen der Box gibt es keine Schranke „${output}“. Die Box öffnet sie daher nicht. Korrigieren Sie hier „Schranke an der Box“ oder die Einstellungen der Box.`,
    zone: "Zeitzone",
    edit: "Bearbeiten",
    save: "Speichern",
    saved: "Gespeichert.",
    back: "← Alle Schranken",
    missing: "Diese Schranke gibt es nicht.",
    close: "Außer Betrieb nehmen",
    sureClose: (name) => `${name} außer Betrieb nehmen? Dann kann niemand sie öffnen.`,
    reopen: "Wieder in Betrieb nehmen",
    closed: "Außer Betrieb",
    none: "Noch keine Schranken.",
    health: {
      lastSeenAt: "Zuletzt gemeldet",
      gate: "Schranke",
      gates: "Schranken an der Box",
      firmware: "Firmware",
      uptimeMs: "Laufzeit",
      resetReason: "Grund des Neustarts",
      rssi: "Signal",
      address: "Adresse",
      certificateEndsAt: "Zertifikat gültig bis",
      clockDifferenceMs: "Uhr",
      opened: "Tastendrücke",
      refused: "Abgelehnte Befehle",
      connections: "Verbindungen",
      droppedEvents: "Verlorene Ereignisse",
    },
    positions,
    eventsTitle: "Was der Kontakt an der Schranke gezeigt hat",
    events: {
      "opened-by-hand": "Ohne die App geöffnet",
      "left-open": "Lange offen geblieben",
      "did-not-open": "Nach einem Tastendruck nicht geöffnet",
    },
    signal: (dBm) => `${number(dBm)} dBm`,
    clock: (ms) => {
      const seconds = Math.round(Math.abs(ms) / 1_000);
      if (seconds < 2) return "stimmt mit dem Dienst überein";
      const direction = ms > 0 ? "vor" : "nach";
      return `geht gegenüber dem Dienst ${number(seconds)} s ${direction}: beide Uhren prüfen`;
    },
    never: "nie",
    unknown: "–",
    renewSoon: "Zertifikat erneuern",
    renew: (until) => `${until}: jetzt erneuern`,
  },
  otherCommands: {
    title: "Befehle von außerhalb der App",
    lead: "Tastendrücke an einer Box und Befehle von Personen, die direkt an eine Box senden können, zum Beispiel über die AWS-Konsole. Niemand hat die Namen geprüft. Wenn Sie einen davon nicht kennen, prüfen Sie, wer Zugriff auf Ihren Broker hat.",
    empty: "Bisher keine.",
    unknown: "Absender unbekannt",
    button: "Die Taste an der Box",
    claimed: (name) => `Nennt sich „${name}“`,
  },
};
