/** German, for `english/service.ts`. */
import { numbersIn } from "../count.ts";
import type { ServiceWords } from "../shape.ts";
import { positions } from "./positions.ts";

const { number } = numbersIn("de-DE");

const youAreLockedOut =
  "Sie sind gesperrt. Bitten Sie die Administration, Ihren Zugang wiederherzustellen.";
const attemptOver =
  "Die Anmeldung hat zu lange gedauert oder wurde schon verwendet. Versuchen Sie es noch einmal.";

export const service: ServiceWords = {
  positions,

  page: {
    title: "Boom Box",
    description:
      "Die App des Teams für die Schranke des Parkplatzes: schieben, um zu öffnen, und lesen, was die Box getan hat.",
    noScript: "Diese Seite braucht JavaScript, um den aktuellen Status der Box anzuzeigen.",
    back: "Zurück zur App",
  },

  nameless: "Person ohne Namen",

  problems: {
    missing: {
      gate: "Diese Schranke gibt es nicht.",
      grant: "Diesen Zugang gibt es nicht.",
      request: "Diese Anfrage gibt es nicht.",
      token: "Dieses Token gibt es nicht.",
      person: "Diese Person gibt es nicht.",
      guest: "Diesen Gast gibt es nicht.",
      holidays: "Diese Feiertagsliste gibt es nicht.",
      passkey: "Diesen Passkey gibt es nicht.",
      webhook: "Diesen Webhook gibt es nicht.",
      delivery: "Es gibt keine solche Nachricht, die erneut gesendet werden könnte.",
      page: "Diese Seite gibt es nicht.",
    },
    denials: {
      "no-grant": "Sie haben zu dieser Schranke keinen Zugang.",
      "not-yet": "Ihr Zugang zu dieser Schranke hat noch nicht begonnen.",
      "not-now": "Sie haben zu dieser Zeit keinen Zugang zu dieser Schranke.",
      holiday: "Sie haben an einem Feiertag keinen Zugang zu dieser Schranke.",
      "grant-ended": "Ihr Zugang zu dieser Schranke ist abgelaufen.",
      "used-up": "Alle Öffnungen dieses Links sind verbraucht.",
      "gate-closed": "Diese Schranke ist außer Betrieb.",
    },
    signInFirst: "Melden Sie sich zuerst an.",
    tooManyAttempts: (seconds) =>
      `Zu viele Versuche. Versuchen Sie es in ${number(seconds)} s noch einmal.`,
    tooManyRequests: (seconds) =>
      `Zu viele Anfragen. Versuchen Sie es in ${number(seconds)} s noch einmal.`,
    conflict: "Das steht im Widerspruch zu einem vorhandenen Eintrag.",
    cannotSave: (seconds) =>
      `Der Dienst kann gerade keine Daten speichern. Es ist nichts passiert. Versuchen Sie es in ${number(seconds)} s noch einmal.`,
    stopping: (seconds) =>
      `Der Dienst wird gerade beendet. Es ist nichts passiert. Versuchen Sie es in ${number(seconds)} s noch einmal.`,
    unexpected: (id) =>
      `Es ist ein Fehler aufgetreten. Im Protokoll stehen die Einzelheiten unter der ID ${id}.`,
    notJson: "Der Inhalt ist kein gültiges JSON.",
    incompleteBody: "Der Inhalt ist unvollständig.",
    contentType: "Der Inhaltstyp muss application/json sein.",
    bodyTooLarge: (bytes) => `Der Inhalt ist größer als ${number(bytes)} Byte.`,
    crossSite: "Diese Anfrage kommt nicht von der Seite der App.",
    outdatedPage: "Diese Seite ist veraltet. Laden Sie sie neu.",
    administratorsOnly: "Dafür sind Administrationsrechte nötig.",
    idTaken: "Diese ID gehört zu einer anderen Anfrage.",
    noToken: "Senden Sie ein gültiges Token im Header Authorization: Bearer TOKEN.",
    otherGate: "Dieses Token gilt für eine andere Schranke.",
    onlyPost: "Nur POST öffnet eine Schranke.",
    idempotencyKey:
      "Der Header Idempotency-Key muss 1–64 sichtbare ASCII-Zeichen haben, ohne Anführungszeichen und Backslash.",
    noBody: "Der Inhalt muss leer oder {} sein.",
    wait: (seconds) => `Der Header Prefer kann nur wait=SEKUNDEN sein, höchstens ${seconds}.`,
    failures: {
      "too-late": "Die Anfrage kam zu spät an. Es wurde nichts gesendet.",
      "box-offline": "Die Box an der Schranke ist offline. Es wurde nichts gesendet.",
      "broker-away": "Der Dienst kann die Boxen gerade nicht erreichen. Es wurde nichts gesendet.",
      "service-busy":
        "Der Dienst war zu stark ausgelastet, um die Anfrage rechtzeitig zu senden. Es wurde nichts gesendet. Versuchen Sie es noch einmal.",
    },
    webhookOff: "Dieser Webhook ist ausgeschaltet. Schalten Sie ihn zuerst ein.",
    tooManyWebhooks: (count) =>
      `Es gibt ${number(count)} Webhooks, und mehr sind nicht möglich. Löschen Sie zuerst einen.`,
    noPersonOrGate: "Die Person oder die Schranke gibt es nicht.",
    lockedOut: "Diese Person ist gesperrt. Entsperren Sie sie zuerst.",
    lastAdministrator:
      "Diese Person hat als letzte Administrationsrechte. Geben Sie sie zuerst jemand anderem.",
    signInAgain: "Melden Sie sich noch einmal an, bevor Sie einen Passkey hinzufügen.",
    newPasskeyRefused: "Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal.",
    tooManyPasskeys: (count) => `Sie haben schon ${count} Passkeys. Entfernen Sie zuerst einen.`,
    lastWayIn:
      "Das ist Ihre einzige Möglichkeit, sich anzumelden. Fügen Sie zuerst einen anderen Passkey hinzu.",
    lastAdministratorsPasskey:
      "Ohne diesen Passkey könnte sich niemand mit Administrationsrechten anmelden. Fügen Sie zuerst einen anderen Passkey hinzu.",
    passkeyRefused:
      "Dieser Passkey wurde nicht angenommen. Bitten Sie die Administration um einen Einladungslink, um ihn neu zu registrieren.",
    youAreLockedOut,
    attemptOver,
    guestOver:
      "Dieser Gästelink ist nicht mehr gültig. Bitten Sie die Person, die Sie eingeladen hat, um einen neuen.",
    guestTooLong: (days) => `endsAt: darf höchstens ${days} Tage nach startsAt liegen`,
    inviterLockedOut: "Die Person, die einlädt, ist gesperrt. Wählen Sie eine andere.",
    tooManyGrants: (count) => `Das sind mehr als ${number(count)} Zugänge. Wählen Sie weniger aus.`,
    tooManyLists: (count) => `Es gibt schon ${number(count)} Feiertagslisten. Entfernen Sie eine.`,
    invitationOver:
      "Diese Einladung ist abgelaufen oder wurde schon verwendet. Bitten Sie die Administration um eine neue.",
  },

  field: {
    required: "muss angegeben werden",
    unexpected: "ist kein bekanntes Feld",
    invalid: "ist ungültig",
    text: "muss Text sein",
    notEmpty: "darf nicht leer sein",
    maximumLength: (length) => `darf höchstens ${length} Zeichen lang sein`,
    oneLine: "muss eine Zeile aus sichtbaren Zeichen sein",
    email: "muss eine E-Mail-Adresse sein",
    uuid: "muss eine UUID in Kleinbuchstaben sein",
    gateId: "muss 1–32 Zeichen aus a–z, 0–9 und - haben",
    thingName:
      "muss 1–64 Zeichen aus a–z, A–Z, 0–9, _, : und - haben und darf nicht mit service- beginnen",
    output:
      "muss 1–32 Zeichen aus a–z, A–Z, 0–9, _ und - haben und darf nicht command, event, status, update oder log sein",
    timeZone: "muss eine IANA-Zeitzone sein, zum Beispiel Europe/Berlin",
    number: "muss eine Zahl sein",
    wholeNumber: "muss eine ganze Zahl sein",
    time: "muss eine Zeit in ms seit 1970 sein",
    atLeast: (minimum) => `muss mindestens ${minimum} sein`,
    atMost: (maximum) => `darf höchstens ${maximum} sein`,
    webhookUrl:
      "muss eine Adresse sein wie https://example.com/hook, ohne Passwort und ohne Fragment",
    webhookHttps:
      "muss mit https:// beginnen, außer bei Hosts, die der Betreiber in BOOM_BOX_WEB_WEBHOOK_PRIVATE_HOSTS erlaubt",
    webhookEvent: "muss der Name eines Ereignisses sein",
    deliveryState: "muss waiting, delivered oder dead sein",
    trueOrFalse: "muss true oder false sein",
    weekday: "muss 1–7 sein",
    noDay: "muss mindestens einen Tag haben",
    repeatedDay: "darf denselben Tag nicht zweimal haben",
    repeated: "darf denselben Eintrag nicht zweimal haben",
    guestState: "muss upcoming, valid, used-up, ended oder revoked sein",
    guestToken: "muss das Token eines Gästelinks sein",
    past: "muss in der Zukunft liegen",
    tooFar: "muss vor dem Jahr 2200 liegen",
    endsBeforeStart: "muss nach dem Anfang liegen",
    noHours: "fromMinute und toMinute müssen sich unterscheiden",
    requestState: "muss der Zustand einer Anfrage sein",
    changeSubject:
      "muss person, passkey, invitation, token, grant, guest, gate, holidays oder webhook sein",
    sort: "muss eine Sortierung dieser Liste sein",
    listPosition: "muss das `next` einer Seite mit derselben Sortierung sein",
    historyPosition: "muss das `next` einer Seite des Verlaufs sein",
    base64url: "muss base64url sein",
    language: (languages) => `muss einer dieser Werte sein: ${languages}`,
    transport: "muss der Name eines WebAuthn-Transports sein",
    atMostEntries: (count) => `darf höchstens ${count} Einträge haben`,
    invitationToken: "muss das Token einer Einladung sein",
  },

  calendar: {
    atLine: (line, what) => `Zeile ${line}: ${what}`,
    notCalendar:
      "Die Datei muss mit BEGIN:VCALENDAR beginnen. Exportieren Sie den Kalender als iCalendar (.ics), oder fügen Sie den Inhalt seiner Adresse ein.",
    cut: (name) => `Die Datei endet vor END:${name}. Kopieren Sie sie ganz.`,
    wrongEnd: (name) =>
      `END:${name} beendet nichts, was hier begonnen hat. Exportieren Sie die Datei noch einmal.`,
    notContent: "Das ist keine Zeile einer iCalendar-Datei. Korrigieren oder entfernen Sie sie.",
    noStart: "Dieser Termin hat kein DTSTART. Ergänzen Sie es, oder entfernen Sie den Termin.",
    twice: (name) => `Dieser Termin hat ein zweites ${name}. Entfernen Sie eines davon.`,
    timed:
      "Das ist kein ganzer Tag. Machen Sie daraus einen ganztägigen Termin mit VALUE=DATE, oder entfernen Sie den Termin.",
    notDate: "Dieses Datum gibt es nicht. Schreiben Sie es wie 20261225.",
    endNotLater:
      "DTEND muss nach DTSTART liegen: Es ist der Tag nach dem letzten. Korrigieren oder entfernen Sie es.",
    tooLong: (days) => `Dieser Termin ist länger als ${days} Tage. Kürzen Sie ihn.`,
    rule: "Nur eine jährliche Regel wird gelesen: FREQ=YEARLY mit INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY oder BYDAY. Ersetzen Sie sie durch einzelne Termine.",
    ruleWithoutMonth:
      "Eine jährliche Regel mit BYDAY oder BYMONTHDAY braucht auch BYMONTH. Ergänzen Sie es.",
    notRead: (name) =>
      `${name} wird nicht gelesen. Ersetzen Sie diesen Termin durch einzelne Termine.`,
    tooManyEvents: (count) =>
      `Die Datei hat mehr als ${number(count)} Termine. Teilen Sie sie auf.`,
    tooManyDays: (count) => `Die Datei hat mehr als ${number(count)} Tage. Teilen Sie sie auf.`,
    noDays: (year) => `Die Datei hat keinen ganztägigen Termin von heute bis Ende ${year}.`,
    nameless: "Feiertag",
  },

  oidc: {
    defaultName: "Ihrem Unternehmen",
    title: "Nicht angemeldet",
    attemptOver,
    notConfirmed: (provider) => `Die Anmeldung mit ${provider} ist nicht gelungen.`,
    notAllowed: "Sie sind nicht berechtigt, diese App zu verwenden.",
    notJudged:
      "Die Anmeldung Ihres Unternehmens hat nicht genug über Sie mitgeteilt. Wenden Sie sich an die Administration: Die Einzelheiten stehen im Protokoll des Dienstes.",
    lockedOut: youAreLockedOut,
    contact: (contact) => `Hilfe: ${contact}`,
    unavailable: (provider) =>
      `Die Anmeldung mit ${provider} ist gerade nicht verfügbar. Versuchen Sie es später noch einmal.`,
  },
};
