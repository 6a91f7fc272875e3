/**
 * Everything from the service that a person reads, in English: its answers when something is wrong, and its
 * plain pages. Log messages and problems with settings are the operator's and stay where they arise.
 */
import type { Denial, SendFailure } from "../../api.ts";
import { numbersIn } from "../count.ts";
import { positions } from "./positions.ts";

const { number } = numbersIn("en-GB");

/** What a request can ask for and the service may not have. */
const missing = {
  gate: "This gate does not exist.",
  grant: "This grant does not exist.",
  request: "This request does not exist.",
  token: "This token does not exist.",
  person: "This person does not exist.",
  guest: "This guest does not exist.",
  holidays: "This list of holidays does not exist.",
  passkey: "This passkey does not exist.",
  webhook: "This webhook does not exist.",
  delivery: "There is no such message that could be sent again.",
  page: "This page does not exist.",
};

const denials: Readonly<Record<Denial, string>> = {
  "no-grant": "You do not have access to this gate.",
  "not-yet": "Your access to this gate has not begun yet.",
  "not-now": "You do not have access to this gate at this time.",
  holiday: "You do not have access to this gate on a holiday.",
  "grant-ended": "Your access to this gate has ended.",
  "used-up": "All openings of this link have been used.",
  "gate-closed": "This gate is out of service.",
};

const failures: Readonly<Record<SendFailure, string>> = {
  "too-late": "The request arrived too late. Nothing was sent.",
  "box-offline": "The box at the gate is offline. Nothing was sent.",
  "broker-away": "The service cannot reach the boxes right now. Nothing was sent.",
  "service-busy":
    "The service was too busy to send the request in time. Nothing was sent. Try again.",
};

const youAreLockedOut = "You are locked out. Ask an administrator to restore your access.";
const attemptOver = "The sign-in took too long or was already used. Try again.";

export const service = {
  positions,

  page: {
    title: "Boom Box",
    description:
      "The staff app for the gate of the car park: slide to open, and read what the box did.",
    noScript: "This page needs JavaScript to show the live status of the box.",
    back: "Back to the app",
  },

  nameless: "Unnamed person",

  problems: {
    missing,
    denials,
    signInFirst: "Sign in first.",
    tooManyAttempts: (seconds: number) => `Too many attempts. Try again in ${number(seconds)} s.`,
    tooManyRequests: (seconds: number) => `Too many requests. Try again in ${number(seconds)} s.`,
    conflict: "This conflicts with an existing entry.",
    cannotSave: (seconds: number) =>
      `The service cannot save data right now. Nothing was done. Try again in ${number(seconds)} s.`,
    stopping: (seconds: number) =>
      `The service is shutting down. Nothing was done. Try again in ${number(seconds)} s.`,
    unexpected: (id: string) => `Something went wrong. The log has the details under the id ${id}.`,
    notJson: "The body is not valid JSON.",
    incompleteBody: "The body is incomplete.",
    contentType: "The content type must be application/json.",
    bodyTooLarge: (bytes: number) => `The body is larger than ${number(bytes)} bytes.`,
    crossSite: "This request does not come from the app's own page.",
    outdatedPage: "This page is out of date. Reload it.",
    administratorsOnly: "Only administrators can do this.",
    idTaken: "This id belongs to another request.",
    noToken: "Send a valid token in the header Authorization: Bearer TOKEN.",
    otherGate: "This token is for another gate.",
    onlyPost: "Only POST opens a gate.",
    idempotencyKey:
      "The header Idempotency-Key must have 1–64 visible ASCII characters, without quotes and backslashes.",
    noBody: "The body must be empty or {}.",
    wait: (seconds: number) => `The header Prefer can only be wait=SECONDS, at most ${seconds}.`,
    failures,
    webhookOff: "This webhook is off. Turn it on first.",
    tooManyWebhooks: (count: number) =>
      `There are ${number(count)} webhooks, and there cannot be more. Delete one first.`,
    noPersonOrGate: "The person or the gate does not exist.",
    lockedOut: "This person is locked out. Restore their access first.",
    lastAdministrator: "This is the last administrator. Make someone else an administrator first.",
    signInAgain: "Sign in again before you add a passkey.",
    newPasskeyRefused: "This passkey was not accepted. Try again.",
    tooManyPasskeys: (count: number) => `You already have ${count} passkeys. Remove one first.`,
    lastWayIn: "This is your only way to sign in. Add another passkey first.",
    lastAdministratorsPasskey:
      "Without this passkey, no administrator could sign in. Add another passkey first.",
    passkeyRefused:
      "This passkey was not accepted. Ask an administrator for an invitation link to register it again.",
    youAreLockedOut,
    attemptOver,
    guestOver:
      "This guest link is not valid any more. Ask the person who invited you for a new one.",
    guestTooLong: (days: number) => `endsAt: must be at most ${days} days after startsAt`,
    inviterLockedOut: "The person who invites is locked out. Choose another one.",
    tooManyGrants: (count: number) => `These are more than ${number(count)} grants. Choose fewer.`,
    tooManyLists: (count: number) =>
      `There are already ${number(count)} lists of holidays. Remove one.`,
    invitationOver:
      "This invitation has expired or has already been used. Ask an administrator for a new one.",
  },

  /** After the name of a field and a colon. */
  field: {
    required: "is required",
    unexpected: "is not a known field",
    invalid: "is not valid",
    text: "must be text",
    notEmpty: "must not be empty",
    maximumLength: (length: number) => `must be at most ${length} characters long`,
    oneLine: "must be one line of visible characters",
    email: "must be an email address",
    uuid: "must be a UUID in lower case",
    gateId: "must be 1–32 characters from a–z, 0–9 and -",
    thingName:
      "must be 1–64 characters from a–z, A–Z, 0–9, _, : and -, and not begin with service-",
    output:
      "must be 1–32 characters from a–z, A–Z, 0–9, _ and -, and not command, event, status, update or log",
    timeZone: "must be an IANA time zone, such as Europe/Berlin",
    number: "must be a number",
    wholeNumber: "must be a whole number",
    time: "must be a time in ms since 1970",
    atLeast: (minimum: number) => `must be ${minimum} or more`,
    atMost: (maximum: number) => `must be ${maximum} or less`,
    webhookUrl:
      "must be an address such as https://example.com/hook, without a password or a fragment",
    webhookHttps:
      "must begin with https://, except for hosts that the operator allows in BOOM_BOX_WEB_WEBHOOK_PRIVATE_HOSTS",
    webhookEvent: "must be the name of an event",
    deliveryState: "must be waiting, delivered or dead",
    trueOrFalse: "must be true or false",
    weekday: "must be 1–7",
    noDay: "must have at least one day",
    repeatedDay: "must not have the same day twice",
    repeated: "must not have the same entry twice",
    guestState: "must be upcoming, valid, used-up, ended or revoked",
    guestToken: "must be the token of a guest link",
    past: "must be in the future",
    tooFar: "must be before the year 2200",
    endsBeforeStart: "must be later than the start",
    /** of the whole grant */
    noHours: "fromMinute and toMinute must differ",
    requestState: "must be the state of a request",
    changeSubject:
      "must be person, passkey, invitation, token, grant, guest, gate, holidays or webhook",
    sort: "must be an order of this list",
    listPosition: "must be the `next` of a page in the same order",
    historyPosition: "must be the `next` of a history page",
    base64url: "must be base64url",
    language: (languages: string) => `must be one of ${languages}`,
    transport: "must be the name of a WebAuthn transport",
    atMostEntries: (count: number) => `must have at most ${count} entries`,
    invitationToken: "must be the token of an invitation",
  },

  /** What is wrong in an iCalendar file. */
  calendar: {
    atLine: (line: number, what: string) => `Line ${line}: ${what}`,
    notCalendar:
      "The file must begin with BEGIN:VCALENDAR. Export the calendar as iCalendar (.ics), or paste the content of its address.",
    cut: (name: string) => `The file ends before END:${name}. Copy all of it.`,
    wrongEnd: (name: string) =>
      `END:${name} ends nothing that is open here. Export the file again.`,
    notContent: "This is not a line of an iCalendar file. Correct or remove it.",
    noStart: "This event has no DTSTART. Add it, or remove the event.",
    twice: (name: string) => `This event has a second ${name}. Remove one of them.`,
    timed:
      "This is not a whole day. Make it a whole-day event, with VALUE=DATE, or remove the event.",
    notDate: "This date does not exist. Write it like 20261225.",
    endNotLater:
      "DTEND must be later than DTSTART: it is the day after the last one. Correct it, or remove it.",
    tooLong: (days: number) => `This event is longer than ${days} days. Make it shorter.`,
    rule: "Only a yearly rule is read: FREQ=YEARLY with INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY or BYDAY. Replace it with single events.",
    ruleWithoutMonth: "A yearly rule with BYDAY or BYMONTHDAY needs BYMONTH too. Add it.",
    notRead: (name: string) => `${name} is not read. Replace this event with single events.`,
    tooManyEvents: (count: number) => `The file has more than ${number(count)} events. Split it.`,
    tooManyDays: (count: number) => `The file has more than ${number(count)} days. Split it.`,
    noDays: (year: number) => `The file has no whole-day event from today to the end of ${year}.`,
    nameless: "Holiday",
  },

  /** Plain pages of the sign-in through an OpenID provider. `provider` is its name in the settings. */
  oidc: {
    defaultName: "your company",
    title: "Not signed in",
    attemptOver,
    notConfirmed: (provider: string) => `The sign-in with ${provider} did not succeed.`,
    notAllowed: "You do not have permission to use this app.",
    notJudged:
      "Your company's sign-in did not say enough about you. Ask an administrator: the log of the service has the details.",
    lockedOut: youAreLockedOut,
    contact: (contact: string) => `For help: ${contact}`,
    unavailable: (provider: string) =>
      `The sign-in with ${provider} is not available right now. Try again later.`,
  },
};
