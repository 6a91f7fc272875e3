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
    moment: "Geben Sie ein vollständiges Datum mit Uhrzeit von 1970 bis 2199 ein.",
    count: (most) => `Geben Sie eine ganze Zahl von 1 bis ${number(most)} ein.`,
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
    share: "Teilen",
    several: "Mehreren Personen Zugang geben",
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
    starts: "Erster Tag",
    startsHint: "Leer lassen, wenn der Zugang sofort beginnen soll.",
    startsTooLate: "Der erste Tag darf nicht nach dem letzten Tag liegen.",
    onHolidays: "Auch an Feiertagen",
    onHolidaysHint: "Sonst gilt dieser Zugang nicht an den Tagen in den Feiertagslisten.",
    ends: "Letzter Tag",
    endsHint: "Leer lassen, wenn der Zugang nicht enden soll.",
    edit: "Bearbeiten",
    editName: (gate) => `Zugang zu ${gate} bearbeiten`,
    save: "Speichern",
    changed: "Der Zugang wurde geändert.",
    withdraw: "Entziehen",
    withdrawName: (gate) => `Zugang zu ${gate} entziehen`,
    sureWithdraw: (person, gate) => `${person} diesen Zugang zu ${gate} entziehen?`,
    withdrawn: "Der Zugang wurde entzogen.",
    everyDay: "Täglich",
    allDay: "ganztägig",
    overMidnight: (hours) => `${hours} (Folgetag)`,
    since: (when) => `ab ${when}`,
    until: (when) => `bis ${when}`,
    notOnHolidays: "nicht an Feiertagen",
    noDays: "Wählen Sie mindestens einen Tag aus.",
    sameHours: "Das Ende muss sich vom Anfang unterscheiden.",
    dayIsOver: "Dieser Tag ist an der Schranke schon vorbei.",
    clock: (zone) => `Zeitzone der Schranke: ${zone}.`,
    ownClocks: "Für jede Schranke gilt die Uhrzeit ihrer eigenen Zeitzone.",
  },

  picker: {
    found: (total) =>
      total === 0 ? "Nichts gefunden" : count(total, { one: "# gefunden", other: "# gefunden" }),
    choose: (name) => `${name} hinzufügen`,
    chosen: "Ausgewählt",
    remove: "✕",
    removeName: (name) => `${name} entfernen`,
  },

  guests: {
    title: "Gäste",
    lead: "Ein Gast öffnet eine Schranke mit einem Link, ohne Konto.",
    add: "Gast hinzufügen",
    added: "Der Gast wurde hinzugefügt.",
    none: "Hier sind keine Gäste.",
    name: "Name des Gastes",
    nameHint: "Er steht im Verlauf.",
    gate: "Schranke",
    allGates: "Alle Schranken",
    state: "Status",
    allStates: "Alle",
    from: "Gültig ab",
    until: "Gültig bis",
    untilTooEarly: "Das Ende muss nach dem Anfang liegen.",
    untilIsOver: "Diese Zeit ist schon vorbei.",
    tooLong: (days) => `Ein Link gilt höchstens ${count(days, { one: "# Tag", other: "# Tage" })}.`,
    openings: "Öffnungen",
    openingsHint: "Wie oft der Gast die Schranke öffnen darf. Hinein und wieder hinaus sind 2.",
    inviter: "Eingeladen von",
    inviterHint:
      "Leer lassen, wenn Sie selbst einladen. Der Link gilt nicht, solange diese Person gesperrt ist.",
    note: "Notiz",
    noteHint: "Freiwillig. Nur die Administration sieht sie.",
    link: "Gästelink",
    linkLead: (name, gate) =>
      `Senden Sie diesen Link an ${name}, oder lassen Sie ${name} den Code scannen. Er wird nur jetzt angezeigt. Wer ihn hat, kann ${gate} öffnen.`,
    shareTitle: (gate) => `${gate} öffnen`,
    qr: (name) => `QR-Code mit dem Link für ${name}`,
    used: (used, openings) =>
      `${number(used)} von ${count(openings, { one: "# Öffnung", other: "# Öffnungen" })} verbraucht`,
    invitedBy: (name) => `eingeladen von ${name}`,
    states: {
      upcoming: "Noch nicht gültig",
      valid: "Gültig",
      "used-up": "Verbraucht",
      ended: "Abgelaufen",
      revoked: "Widerrufen",
    },
    stopped: (inviter) => `Gilt nicht: ${inviter} ist gesperrt`,
    revoke: "Widerrufen",
    revokeName: (name) => `Link von ${name} widerrufen`,
    sureRevoke: (name) =>
      `Den Link von ${name} widerrufen? Er funktioniert dann sofort nicht mehr.`,
    revoked: "Der Link wurde widerrufen.",
  },

  many: {
    title: "Mehreren Personen Zugang geben",
    people: "Personen",
    gates: "Schranken",
    search: "Geben Sie einen Namen ein, um zu suchen.",
    noPeople: "Wählen Sie mindestens eine Person aus.",
    noGates: "Wählen Sie mindestens eine Schranke aus.",
    tooMany: (most) =>
      `Das sind mehr als ${number(most)} Zugänge. Wählen Sie weniger Personen oder Schranken aus.`,
    check: "Prüfen",
    summary: (people, gates) =>
      `${count(people, { one: "# Person", other: "# Personen" })} an ${count(gates, {
        one: "# Schranke",
        other: "# Schranken",
      })}: ${count(people * gates, { one: "# Zugang", other: "# Zugänge" })}`,
    change: "Ändern",
    grant: (total) => count(total, { one: "# Zugang geben", other: "# Zugänge geben" }),
    made: (total) =>
      count(total, { one: "# Zugang wurde gegeben.", other: "# Zugänge wurden gegeben." }),
    again: "Weiteren Zugang geben",
    toPeople: "Zu den Personen",
  },

  gateAccess: {
    title: "Wer sie öffnen darf",
    none: "Noch niemand hat Zugang.",
    several: "Zugang geben",
    guests: "Gäste dieser Schranke",
  },

  holidays: {
    title: "Feiertage",
    lead: "An diesen Tagen öffnet ein Zugang eine Schranke nur, wenn dort „auch an Feiertagen“ steht. Für Gäste ändert sich nichts.",
    add: "Feiertage hinzufügen",
    added: "Die Feiertage wurden hinzugefügt.",
    none: "Noch keine Feiertage.",
    name: "Name der Liste",
    nameHint: "Zum Beispiel das Land oder das Unternehmen.",
    gate: "Schranke",
    allGates: "Alle Schranken",
    file: "iCalendar-Datei (.ics)",
    fileTooLong: (length) => `Die Datei ist länger als ${number(length)} Zeichen. Kürzen Sie sie.`,
    content: "Inhalt des Kalenders",
    contentHint:
      "Wählen Sie oben eine Datei aus, oder fügen Sie ein, was die Adresse eines Kalenders zeigt.",
    check: "Vorschau",
    preview: (days) => count(days, { one: "# Tag", other: "# Tage" }),
    effect: (closed, open) =>
      `Zugänge, die an diesen Tagen nicht öffnen: ${number(closed)}. Zugänge, die auch an Feiertagen öffnen: ${number(open)}.`,
    change: "Ändern",
    save: "Speichern",
    until: (year) => `bis ${year}`,
    remove: "Entfernen",
    removeName: (name) => `${name} entfernen`,
    sureRemove: (name) =>
      `Die Feiertage „${name}“ entfernen? Zugänge öffnen dann auch an diesen Tagen.`,
    removed: "Die Feiertage wurden entfernt.",
  },

  gates: {
    holidays: "Feiertage",
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
  webhooks: {
    title: "Webhooks",
    lead: "Der Dienst teilt anderen Programmen mit, was passiert: per HTTPS und signiert.",
    add: "Webhook hinzufügen",
    added: "Der Webhook wurde hinzugefügt.",
    none: "Noch keine Webhooks.",
    url: "Adresse",
    urlHint: "Sie muss mit https:// beginnen.",
    gate: "Schranke",
    allGates: "Alle Schranken",
    eventsTitle: "Was mitgeteilt wird",
    events: {
      "gate.opened": "Taste gedrückt",
      "gate.refused": "Nicht geöffnet",
      "gate.opened-by-hand": "Ohne die App geöffnet",
      "gate.left-open": "Lange offen geblieben",
      "gate.did-not-open": "Nach einem Tastendruck nicht geöffnet",
      "box.offline": "Box offline",
      "box.online": "Box wieder online",
    },
    noEvents: "Wählen Sie mindestens eines aus.",
    save: "Speichern",
    secret: "Geheimnis",
    secretLead:
      "Mit diesem Geheimnis prüft der Empfänger die Signatur jeder Nachricht. Es wird nur jetzt angezeigt.",
    off: "Aus",
    turnOn: "Einschalten",
    turnOff: "Ausschalten",
    untried: "Es wurde noch nichts gesendet.",
    delivered: (when) => `Letzte Nachricht zugestellt: ${when}`,
    failed: (when, why) => `Letzter Versuch: ${when}. ${why}`,
    problems: {
      refused: (status) => `Der Empfänger hat mit ${status ?? "?"} geantwortet.`,
      timeout: () => "Der Empfänger hat nicht rechtzeitig geantwortet.",
      unreachable: () =>
        "Der Empfänger war nicht erreichbar, oder sein Zertifikat ist nicht gültig.",
      "private-address": () =>
        "Die Adresse liegt im eigenen Netz des Dienstes. Das ist nicht erlaubt.",
      "no-tls": () => "Die Adresse beginnt nicht mit https://.",
    },
    dead: (total) =>
      count(total, {
        one: "# Nachricht wurde nicht zugestellt und wird nicht mehr versucht.",
        other: "# Nachrichten wurden nicht zugestellt und werden nicht mehr versucht.",
      }),
    test: "Test senden",
    tested: "Ein Test wird gesendet.",
    testMessage: "Test",
    deliveries: "Nachrichten",
    refresh: "Aktualisieren",
    nothingSent: "Noch keine Nachrichten.",
    states: { waiting: "wartet", delivered: "zugestellt", dead: "nicht zugestellt" },
    next: (when) => `nächster Versuch: ${when}`,
    retry: "Erneut senden",
    retried: "Sie wird erneut gesendet.",
    remove: "Löschen",
    removed: "Der Webhook wurde gelöscht.",
    sureRemove: (url) =>
      `Den Webhook an ${url} löschen? Wartende Nachrichten werden nicht gesendet.`,
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
