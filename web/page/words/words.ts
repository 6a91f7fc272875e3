/** Every word a person reads, in one place (administrators' own beside it). No sentence here claims that a gate *is* open: nobody knows. */
import type { RefusalReason } from "../../../device/messages/command.ts";
import type { BoxState, Denial, RequestState, ServiceReason } from "../../api.ts";

/** What a person reads of each state of a request, in lists. */
export const stateWords: Readonly<Record<RequestState, string>> = {
  recorded: "Sent",
  sent: "Accepted",
  opened: "Button pressed",
  refused: "Refused",
  unanswered: "No answer",
  failed: "Not sent",
  denied: "Not allowed",
};

/** Whole sentences: why the box or the service did not press the button. */
export const reasonWords: Readonly<Record<RefusalReason | ServiceReason, string>> = {
  retained: "The box was handed an old message kept by the broker.",
  expired: "The message came too late, so the box ignored it. Try again.",
  future: "The box's clock and the service's do not agree. Tell an administrator.",
  duplicate: "The box had this request already.",
  busy: "The box was pressing the button for somebody else just then.",
  cooldown: "The button was pressed moments ago. The box waits a little between two presses.",
  "clock-unset": "The box does not know the time yet. Try again in a minute.",
  malformed: "The box could not read the message. Tell an administrator.",
  "unknown-action": "The box does not know this request. Tell an administrator.",
  "too-large": "The message was too long for the box. Tell an administrator.",
  "no-grant": "You have no access to this gate.",
  "not-now": "You have no access at this hour.",
  "grant-ended": "Your access has ended.",
  "gate-closed": "This gate is out of use.",
  "box-offline": "The box is offline. Nothing happened at the gate.",
  "broker-away": "The service cannot reach the boxes just now. Nothing happened at the gate.",
  "rate-limited": "That was too often. Wait a few seconds, then try again.",
};

export const denialWords: Readonly<Record<Denial, string>> = {
  "no-grant": "No access",
  "not-now": "Not at this hour",
  "grant-ended": "Access has ended",
  "gate-closed": "Out of use",
};

export const boxWords: Readonly<Record<BoxState, string>> = {
  online: "Box online",
  offline: "Box offline",
  unknown: "Box not heard yet",
};

/** What the three lamps below the track are called. */
export const stepWords = ["Sent", "Accepted", "Pressed"] as const;

export const words = {
  app: "Boom Box",
  skip: "Skip to the content",
  loading: "Loading…",
  unreachable: "No connection to the service. Trying again…",
  notReached: "The service did not answer. Check your connection.",
  tryAgain: "Try again",
  reload: "Load the page anew",

  nav: { open: "Open", history: "History", people: "People", gates: "Gates", label: "Parts" },
  signOut: "Sign out",

  signIn: {
    title: "Sign in",
    lead: "Then slide to open the gate.",
    passkey: "Sign in with a passkey",
    oidc: (name: string) => `Sign in with ${name}`,
    none: "Nobody can sign in here yet: no way to sign in is set up.",
    ended: "You have been signed out. Sign in again to go on.",
    waiting: "Waiting for your device…",
    help: "No passkey yet? Ask an administrator for an invitation link.",
    cancelled: "That did not work: your device gave no passkey. Try again.",
    unsupported: "This browser knows no passkeys. Use a newer one.",
  },
  invitation: {
    title: (name: string) => `Welcome, ${name}`,
    lead: "Make a passkey on this device: from then on your fingerprint, face or screen lock signs you in.",
    make: "Make a passkey",
    over: "This invitation has been used, or is too old. Ask an administrator for a new one.",
    cancelled: "No passkey was made. Try again.",
    signIn: "Sign in instead",
  },

  control: {
    slide: "Slide to open",
    keep: "Keep holding…",
    busy: "One moment…",
    name: (gate: string) => `Open ${gate}: slide, or hold Enter`,
    twoStep: "Open without sliding",
    sure: (gate: string) => `Press the button of ${gate} now?`,
    yes: "Yes, open",
    no: "Cancel",
    tabs: "Gates",
    none: "No gate has been given to you yet. Ask an administrator.",
    broken: "No connection",
    brokenLong:
      "The connection to the service is broken, so nobody here knows how the gate is. Trying again…",
    checking: "Checking…",
    offlineLong: "The box at the gate is offline. Opening by phone does not work until it is back.",
    unknownLong: "Nothing has been heard of the box at the gate yet.",
    lastSeen: (when: string) => `Last heard ${when}.`,
    opensAt: (when: string) => `You may open it again from ${when}.`,
  },

  outcome: {
    posting: "Sending…",
    recorded: "Sent. Waiting for the broker…",
    accepted: "Accepted. Waiting for the box…",
    opened: "Button pressed",
    openedFor: (seconds: string) => `The box pressed the button for ${seconds} s.`,
    openedUnknown: "The box pressed the button; for how long is not known.",
    refused: "Refused by the box",
    unanswered: "No answer from the box",
    unansweredLong:
      "The message was sent, and no word came back. Look at the gate before you try again.",
    failed: "Not sent",
    denied: "Not allowed",
    unknown: "Not known",
    unknownLong:
      "The connection broke before an answer came, so it is not known whether the box was told. Look at the gate before you try again.",
    retrying: "No answer yet. Asking once more…",
    turnedDown: "Not sent",
  },

  history: {
    title: "History",
    mine: "What you asked for, and what became of it.",
    everybody: "What everybody asked for, and what became of it.",
    empty: "Nothing yet.",
    more: "Show more",
    csv: "Download as CSV",
    filter: "Filter",
    gate: "Gate",
    person: "Person",
    state: "Outcome",
    from: "From",
    to: "To",
    all: "All",
    nobody: "Nobody known",
    pressed: (seconds: string) => `${seconds} s`,
  },
} as const;
