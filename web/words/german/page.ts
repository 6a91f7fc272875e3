/** German, for `english/page.ts`. */
import { numbersIn } from "../count.ts";
import type { PageWords } from "../shape.ts";

const { count } = numbersIn("de-DE");

export const page: PageWords = {
  language: "de",
  locale: "de-DE",
  languages: "Sprache",
  app: "Boom Box",
  title: (page) => `${page} · Boom Box`,
  skip: "Zum Inhalt springen",
  loading: "Wird geladen …",
  unreachable: "Der Dienst ist nicht erreichbar. Neuer Versuch …",
  notReached: "Der Dienst hat nicht geantwortet. Prüfen Sie Ihre Verbindung.",
  tryAgain: "Erneut versuchen",
  reload: "Seite neu laden",
  help: (contact) => `Hilfe: ${contact}`,

  nav: {
    open: "Öffnen",
    history: "Verlauf",
    people: "Personen",
    gates: "Schranken",
    guests: "Gäste",
    label: "Hauptmenü",
  },
  signOut: "Abmelden",

  boxes: { online: "Box online", offline: "Box offline", unknown: "Status der Box unbekannt" },
  denials: {
    "no-grant": "Kein Zugang",
    "not-yet": "Noch nicht",
    "not-now": "Nicht zu dieser Zeit",
    holiday: "Nicht an einem Feiertag",
    "grant-ended": "Zugang abgelaufen",
    "used-up": "Alle Öffnungen verbraucht",
    "gate-closed": "Außer Betrieb",
  },
  steps: ["Gesendet", "Angenommen", "Gedrückt"],
  control: {
    slide: "Zum Öffnen schieben",
    keep: "Weiter gedrückt halten …",
    busy: "Einen Moment …",
    name: (gate) => `${gate} öffnen: schieben oder die Eingabetaste gedrückt halten`,
    twoStep: "Ohne Schieben öffnen",
    sure: (gate) => `Jetzt die Taste für „${gate}“ drücken?`,
    yes: "Ja, öffnen",
    no: "Abbrechen",
    tabs: "Schranken",
    choose: "Schranke",
    choice: (gate, box) => `${gate} · ${box}`,
    notChosen: "Schranke auswählen",
    none: "Sie haben noch zu keiner Schranke Zugang. Wenden Sie sich an die Administration.",
    gone: "Die ausgewählte Schranke ist nicht mehr verfügbar. Wählen Sie eine Schranke aus.",
    broken: "Keine Verbindung",
    brokenLong:
      "Die Verbindung zum Dienst ist unterbrochen. Der Status der Box ist daher unbekannt. Neuer Versuch …",
    checking: "Wird geprüft …",
    polling:
      "Live-Aktualisierungen kommen nicht durch. Diese Seite fragt stattdessen alle paar Sekunden nach.",
    offlineLong:
      "Die Box an der Schranke ist offline. Bis sie wieder online ist, können Sie die Schranke nicht mit dem Telefon öffnen.",
    unknownLong: "Die Box an der Schranke hat ihren Status noch nicht gemeldet.",
    lastSeen: (when) => `Zuletzt gemeldet: ${when}.`,
    opensAt: (when) => `Sie können wieder öffnen ab: ${when}.`,
    opensFrom: (when) => `Sie können öffnen ab: ${when}.`,
    pass: (left, from, until) =>
      `Noch ${count(left, { one: "# Öffnung", other: "# Öffnungen" })} · ${from} – ${until}`,
    askInviter: (inviter) =>
      `Bitten Sie ${inviter} um einen neuen Link. Von dort kam Ihre Einladung.`,
  },

  reasons: {
    retained: "Der Broker hat eine alte Nachricht zugestellt. Die Box hat sie ignoriert.",
    expired:
      "Die Nachricht kam zu spät an. Die Box hat sie ignoriert. Versuchen Sie es noch einmal.",
    future:
      "Die Uhren von Box und Dienst gehen verschieden. Geben Sie der Administration Bescheid.",
    duplicate: "Die Box hat diese Anfrage bereits bearbeitet.",
    busy: "Die Schranke bewegt sich noch. Versuchen Sie es in einer Minute noch einmal.",
    cooldown:
      "Die Taste wurde gerade erst gedrückt. Zwischen zwei Tastendrücken wartet die Box kurz.",
    "clock-unset":
      "Die Box kennt die Uhrzeit noch nicht. Versuchen Sie es in einer Minute noch einmal.",
    malformed: "Die Box konnte die Nachricht nicht lesen. Geben Sie der Administration Bescheid.",
    "unknown-action":
      "Die Box unterstützt diese Anfrage nicht. Geben Sie der Administration Bescheid.",
    "unknown-gate": "Die Box hat keine solche Schranke. Geben Sie der Administration Bescheid.",
    "too-large": "Die Nachricht war für die Box zu lang. Geben Sie der Administration Bescheid.",
    "no-grant": "Sie haben zu dieser Schranke keinen Zugang.",
    "not-yet": "Ihr Zugang hat noch nicht begonnen.",
    "not-now": "Sie haben zu dieser Zeit keinen Zugang.",
    holiday: "Sie haben an einem Feiertag keinen Zugang.",
    "grant-ended": "Ihr Zugang ist abgelaufen.",
    "used-up": "Alle Öffnungen dieses Links sind verbraucht.",
    "gate-closed": "Diese Schranke ist außer Betrieb.",
    "box-offline": "Die Box ist offline. An der Schranke ist nichts passiert.",
    "broker-away":
      "Der Dienst kann die Boxen gerade nicht erreichen. An der Schranke ist nichts passiert.",
    "too-late":
      "Die Anfrage kam zu spät beim Dienst an. Es wurde nichts gesendet. An der Schranke ist nichts passiert.",
    "service-busy":
      "Der Dienst war zu stark ausgelastet, um die Anfrage rechtzeitig zu senden. An der Schranke ist nichts passiert. Versuchen Sie es noch einmal.",
    "clocks-differ":
      "Die Uhren von Box und Dienst gehen verschieden. Die Box lehnt daher jede Anfrage ab. Geben Sie der Administration Bescheid.",
    "rate-limited":
      "Zu viele Anfragen. Warten Sie einige Sekunden und versuchen Sie es dann noch einmal.",
  },
  outcome: {
    posting: "Wird gesendet …",
    recorded: "Gesendet. Warten auf den Broker …",
    accepted: "Angenommen. Warten auf die Box …",
    opened: "Taste gedrückt",
    openedFor: (seconds) => `Die Box hat die Taste ${seconds} s lang gedrückt.`,
    openedUnknown: "Die Box hat die Taste gedrückt. Wie lange, hat sie nicht gemeldet.",
    refused: "Von der Box abgelehnt",
    unanswered: "Keine Antwort von der Box",
    unansweredLong:
      "Der Befehl wurde gesendet, aber die Box hat nicht geantwortet. Sehen Sie nach der Schranke, bevor Sie es noch einmal versuchen.",
    failed: "Nicht gesendet",
    denied: "Nicht erlaubt",
    unknown: "Ergebnis unbekannt",
    unknownLong:
      "Die Verbindung brach ab, bevor eine Antwort kam. Vielleicht hat die Box den Befehl erhalten, vielleicht nicht. Sehen Sie nach der Schranke, bevor Sie es noch einmal versuchen.",
    retrying: "Noch keine Antwort. Ein weiterer Versuch …",
    turnedDown: "Nicht gesendet",
  },
};
