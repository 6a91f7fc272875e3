/** Dutch, for `english/service.ts`. */
import { numbersIn } from "../count.ts";
import type { ServiceWords } from "../shape.ts";
import { positions } from "./positions.ts";

const { number } = numbersIn("nl-NL");

const youAreLockedOut = "U bent geblokkeerd. Vraag een beheerder om uw toegang te herstellen.";
const attemptOver = "Het inloggen duurde te lang of is al gebruikt. Probeer het opnieuw.";

export const service: ServiceWords = {
  positions,

  page: {
    title: "Boom Box",
    description:
      "De app van het personeel voor de slagboom van het parkeerterrein: schuif om te openen, en lees wat de box heeft gedaan.",
    noScript: "Deze pagina heeft JavaScript nodig om de actuele status van de box te tonen.",
    back: "Terug naar de app",
  },

  nameless: "Persoon zonder naam",

  problems: {
    missing: {
      gate: "Deze slagboom bestaat niet.",
      grant: "Deze toegang bestaat niet.",
      request: "Dit verzoek bestaat niet.",
      token: "Dit token bestaat niet.",
      person: "Deze persoon bestaat niet.",
      guest: "Deze gast bestaat niet.",
      holidays: "Deze lijst met feestdagen bestaat niet.",
      passkey: "Deze passkey bestaat niet.",
      webhook: "Deze webhook bestaat niet.",
      delivery: "Er is geen bericht dat zo opnieuw kan worden verzonden.",
      page: "Deze pagina bestaat niet.",
    },
    denials: {
      "no-grant": "U hebt geen toegang tot deze slagboom.",
      "not-yet": "Uw toegang tot deze slagboom is nog niet begonnen.",
      "not-now": "U hebt op dit moment geen toegang tot deze slagboom.",
      holiday: "U hebt op een feestdag geen toegang tot deze slagboom.",
      "grant-ended": "Uw toegang tot deze slagboom is verlopen.",
      "used-up": "Alle keren openen van deze link zijn gebruikt.",
      "gate-closed": "Deze slagboom is buiten gebruik.",
    },
    signInFirst: "Log eerst in.",
    tooManyAttempts: (seconds) =>
      `Te veel pogingen. Probeer het over ${number(seconds)} s opnieuw.`,
    tooManyRequests: (seconds) =>
      `Te veel verzoeken. Probeer het over ${number(seconds)} s opnieuw.`,
    conflict: "Dit is in strijd met een bestaande vermelding.",
    cannotSave: (seconds) =>
      `De dienst kan nu geen gegevens opslaan. Er is niets gedaan. Probeer het over ${number(seconds)} s opnieuw.`,
    stopping: (seconds) =>
      `De dienst wordt afgesloten. Er is niets gedaan. Probeer het over ${number(seconds)} s opnieuw.`,
    unexpected: (id) => `Er is iets misgegaan. In het logboek staan de details onder id ${id}.`,
    notJson: "De inhoud is geen geldige JSON.",
    incompleteBody: "De inhoud is onvolledig.",
    contentType: "Het inhoudstype moet application/json zijn.",
    bodyTooLarge: (bytes) => `De inhoud is groter dan ${number(bytes)} bytes.`,
    crossSite: "Dit verzoek komt niet van de pagina van de app.",
    outdatedPage: "Deze pagina is verouderd. Laad de pagina opnieuw.",
    administratorsOnly: "Alleen beheerders kunnen dit doen.",
    idTaken: "Dit id hoort bij een ander verzoek.",
    noToken: "Stuur een geldig token in de header Authorization: Bearer TOKEN.",
    otherGate: "Dit token is voor een andere slagboom.",
    onlyPost: "Alleen POST opent een slagboom.",
    idempotencyKey:
      "De header Idempotency-Key moet 1–64 zichtbare ASCII-tekens hebben, zonder aanhalingstekens en backslashes.",
    noBody: "De inhoud moet leeg of {} zijn.",
    wait: (seconds) => `De header Prefer kan alleen wait=SECONDEN zijn, hooguit ${seconds}.`,
    failures: {
      "too-late": "Het verzoek kwam te laat aan. Er is niets verzonden.",
      "box-offline": "De box bij de slagboom is offline. Er is niets verzonden.",
      "broker-away": "De dienst kan de boxen nu niet bereiken. Er is niets verzonden.",
      "service-busy":
        "De dienst had het te druk om het verzoek op tijd te verzenden. Er is niets verzonden. Probeer het opnieuw.",
    },
    webhookOff: "Deze webhook is uitgeschakeld. Schakel hem eerst in.",
    tooManyWebhooks: (count) =>
      `Er zijn ${number(count)} webhooks, en meer zijn er niet mogelijk. Verwijder er eerst één.`,
    noPersonOrGate: "De persoon of de slagboom bestaat niet.",
    lockedOut: "Deze persoon is geblokkeerd. Herstel eerst de toegang.",
    lastAdministrator: "Dit is de laatste beheerder. Maak eerst iemand anders beheerder.",
    signInAgain: "Log opnieuw in voordat u een passkey toevoegt.",
    newPasskeyRefused: "Deze passkey is niet geaccepteerd. Probeer het opnieuw.",
    tooManyPasskeys: (count) => `U hebt al ${count} passkeys. Verwijder er eerst een.`,
    lastWayIn: "Dit is uw enige manier om in te loggen. Voeg eerst een andere passkey toe.",
    lastAdministratorsPasskey:
      "Zonder deze passkey zou geen beheerder kunnen inloggen. Voeg eerst een andere passkey toe.",
    passkeyRefused:
      "Deze passkey is niet geaccepteerd. Vraag een beheerder om een uitnodigingslink om hem opnieuw te registreren.",
    youAreLockedOut,
    attemptOver,
    guestOver:
      "Deze gastlink is niet meer geldig. Vraag de persoon die u heeft uitgenodigd om een nieuwe.",
    guestTooLong: (days) => `endsAt: mag hooguit ${days} dagen na startsAt liggen`,
    inviterLockedOut: "De persoon die uitnodigt is geblokkeerd. Kies iemand anders.",
    tooManyGrants: (count) => `Dit zijn meer dan ${number(count)} toegangsrechten. Kies er minder.`,
    tooManyLists: (count) =>
      `Er zijn al ${number(count)} lijsten met feestdagen. Verwijder er één.`,
    invitationOver:
      "Deze uitnodiging is verlopen of al gebruikt. Vraag een beheerder om een nieuwe.",
  },

  field: {
    required: "is verplicht",
    unexpected: "is geen bekend veld",
    invalid: "is ongeldig",
    text: "moet tekst zijn",
    notEmpty: "mag niet leeg zijn",
    maximumLength: (length) => `mag hooguit ${length} tekens lang zijn`,
    oneLine: "moet één regel met zichtbare tekens zijn",
    email: "moet een e-mailadres zijn",
    uuid: "moet een UUID in kleine letters zijn",
    gateId: "moet 1–32 tekens uit a–z, 0–9 en - hebben",
    thingName:
      "moet 1–64 tekens uit a–z, A–Z, 0–9, _, : en - hebben en mag niet met service- beginnen",
    output:
      "moet 1–32 tekens uit a–z, A–Z, 0–9, _ en - hebben en mag niet command, event, status, update of log zijn",
    timeZone: "moet een IANA-tijdzone zijn, zoals Europe/Berlin",
    number: "moet een getal zijn",
    wholeNumber: "moet een geheel getal zijn",
    time: "moet een tijd in ms sinds 1970 zijn",
    atLeast: (minimum) => `moet ${minimum} of meer zijn`,
    atMost: (maximum) => `moet ${maximum} of minder zijn`,
    webhookUrl:
      "moet een adres zijn zoals https://example.com/hook, zonder wachtwoord en zonder fragment",
    webhookHttps:
      "moet met https:// beginnen, behalve voor hosts die de exploitant toestaat in BOOM_BOX_WEB_WEBHOOK_PRIVATE_HOSTS",
    webhookEvent: "moet de naam van een gebeurtenis zijn",
    deliveryState: "moet waiting, delivered of dead zijn",
    trueOrFalse: "moet true of false zijn",
    weekday: "moet 1–7 zijn",
    noDay: "moet minstens één dag hebben",
    repeatedDay: "mag niet twee keer dezelfde dag hebben",
    repeated: "mag niet twee keer dezelfde vermelding hebben",
    guestState: "moet upcoming, valid, used-up, ended of revoked zijn",
    guestToken: "moet het token van een gastlink zijn",
    past: "moet in de toekomst liggen",
    tooFar: "moet voor het jaar 2200 liggen",
    endsBeforeStart: "moet na het begin liggen",
    noHours: "fromMinute en toMinute moeten verschillen",
    requestState: "moet de status van een verzoek zijn",
    changeSubject:
      "moet person, passkey, invitation, token, grant, guest, gate, holidays of webhook zijn",
    sort: "moet een volgorde van deze lijst zijn",
    listPosition: "moet de `next` van een pagina in dezelfde volgorde zijn",
    historyPosition: "moet de `next` van een pagina van de geschiedenis zijn",
    base64url: "moet base64url zijn",
    language: (languages) => `moet een van deze waarden zijn: ${languages}`,
    transport: "moet de naam van een WebAuthn-transport zijn",
    atMostEntries: (count) => `mag hooguit ${count} vermeldingen hebben`,
    invitationToken: "moet het token van een uitnodiging zijn",
  },

  calendar: {
    atLine: (line, what) => `Regel ${line}: ${what}`,
    notCalendar:
      "Het bestand moet met BEGIN:VCALENDAR beginnen. Exporteer de agenda als iCalendar (.ics), of plak de inhoud van het adres.",
    cut: (name) => `Het bestand eindigt voor END:${name}. Kopieer het helemaal.`,
    wrongEnd: (name) =>
      `END:${name} beëindigt niets wat hier is begonnen. Exporteer het bestand opnieuw.`,
    notContent: "Dit is geen regel van een iCalendar-bestand. Verbeter of verwijder de regel.",
    noStart: "Deze afspraak heeft geen DTSTART. Voeg die toe, of verwijder de afspraak.",
    twice: (name) => `Deze afspraak heeft een tweede ${name}. Verwijder een van beide.`,
    timed:
      "Dit is geen hele dag. Maak er een afspraak van een hele dag van, met VALUE=DATE, of verwijder de afspraak.",
    notDate: "Deze datum bestaat niet. Schrijf hem als 20261225.",
    endNotLater:
      "DTEND moet na DTSTART liggen: het is de dag na de laatste. Verbeter of verwijder het.",
    tooLong: (days) => `Deze afspraak is langer dan ${days} dagen. Maak hem korter.`,
    rule: "Alleen een jaarlijkse regel wordt gelezen: FREQ=YEARLY met INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY of BYDAY. Vervang hem door losse afspraken.",
    ruleWithoutMonth:
      "Een jaarlijkse regel met BYDAY of BYMONTHDAY heeft ook BYMONTH nodig. Voeg het toe.",
    notRead: (name) => `${name} wordt niet gelezen. Vervang deze afspraak door losse afspraken.`,
    tooManyEvents: (count) => `Het bestand heeft meer dan ${number(count)} afspraken. Splits het.`,
    tooManyDays: (count) => `Het bestand heeft meer dan ${number(count)} dagen. Splits het.`,
    noDays: (year) =>
      `Het bestand heeft geen afspraak van een hele dag vanaf vandaag tot eind ${year}.`,
    nameless: "Feestdag",
  },

  oidc: {
    defaultName: "uw bedrijf",
    title: "Niet ingelogd",
    attemptOver,
    notConfirmed: (provider) => `Het inloggen met ${provider} is niet gelukt.`,
    notAllowed: "U hebt geen toestemming om deze app te gebruiken.",
    notJudged:
      "De inlogdienst van uw bedrijf heeft niet genoeg over u gemeld. Vraag het een beheerder: de details staan in het logboek van de dienst.",
    lockedOut: youAreLockedOut,
    contact: (contact) => `Hulp: ${contact}`,
    unavailable: (provider) =>
      `Inloggen met ${provider} is nu niet mogelijk. Probeer het later opnieuw.`,
  },
};
