/**
 * Everything that a person without administrator rights reads on the page, in English. No sentence here
 * claims that a gate *is* open: only a contact can prove it, and `positions.ts` has the words for that.
 */
import type { RefusalReason } from "../../../device/messages/command.ts";
import type { BoxState, Denial, ServiceReason } from "../../api.ts";
import { numbersIn } from "../count.ts";

const { count } = numbersIn("en-GB");

/** Why the box or the service did not press the button. */
const reasons: Readonly<Record<RefusalReason | ServiceReason, string>> = {
  retained: "The broker delivered an old message, so the box ignored it.",
  expired: "The message arrived too late, so the box ignored it. Try again.",
  future: "The clocks of the box and the service differ. Tell an administrator.",
  duplicate: "The box has already handled this request.",
  busy: "The gate is still moving. Try again in a minute.",
  cooldown: "The button was pressed a moment ago. The box waits briefly between two presses.",
  "clock-unset": "The box does not know the time yet. Try again in a minute.",
  malformed: "The box could not read the message. Tell an administrator.",
  "unknown-action": "The box does not support this request. Tell an administrator.",
  "unknown-gate": "The box has no such gate. Tell an administrator.",
  "too-large": "The message was too long for the box. Tell an administrator.",
  "no-grant": "You do not have access to this gate.",
  "not-yet": "Your access has not begun yet.",
  "not-now": "You do not have access at this time.",
  holiday: "You do not have access on a holiday.",
  "grant-ended": "Your access has ended.",
  "used-up": "All openings of this link have been used.",
  "gate-closed": "This gate is out of service.",
  "box-offline": "The box is offline. Nothing happened at the gate.",
  "broker-away": "The service cannot reach the boxes right now. Nothing happened at the gate.",
  "too-late":
    "The request reached the service too late, so nothing was sent. Nothing happened at the gate.",
  "service-busy":
    "The service was too busy to send the request in time. Nothing happened at the gate. Try again.",
  "clocks-differ":
    "The clocks of the box and the service differ, so the box refuses every request. Tell an administrator.",
  "rate-limited": "Too many requests. Wait a few seconds, then try again.",
};

const denials: Readonly<Record<Denial, string>> = {
  "no-grant": "No access",
  "not-yet": "Not yet",
  "not-now": "Not at this time",
  holiday: "Not on a holiday",
  "grant-ended": "Access has ended",
  "used-up": "All openings used",
  "gate-closed": "Out of service",
};

const boxes: Readonly<Record<BoxState, string>> = {
  online: "Box online",
  offline: "Box offline",
  unknown: "Box status unknown",
};

/** The three lamps below the track. */
const steps: readonly [string, string, string] = ["Sent", "Accepted", "Pressed"];

export const page = {
  /** BCP 47 */
  language: "en",
  /** how dates, times and numbers are written when the browser names no region of the language */
  locale: "en-GB",
  languages: "Language",
  app: "Boom Box",
  title: (page: string) => `${page} · Boom Box`,
  skip: "Skip to content",
  loading: "Loading…",
  unreachable: "Cannot reach the service. Trying again…",
  notReached: "The service did not respond. Check your connection.",
  tryAgain: "Try again",
  reload: "Reload the page",
  /** `contact` as the operator wrote it, such as a name and a phone number */
  help: (contact: string) => `For help: ${contact}`,

  nav: {
    open: "Open",
    history: "History",
    people: "People",
    gates: "Gates",
    guests: "Guests",
    label: "Main menu",
  },
  signOut: "Sign out",

  boxes,
  denials,
  steps,
  control: {
    slide: "Slide to open",
    keep: "Keep holding…",
    busy: "One moment…",
    name: (gate: string) => `Open ${gate}: slide, or hold Enter`,
    twoStep: "Open without sliding",
    sure: (gate: string) => `Press the button for ${gate} now?`,
    yes: "Yes, open",
    no: "Cancel",
    tabs: "Gates",
    choose: "Gate",
    choice: (gate: string, box: string) => `${gate} · ${box}`,
    notChosen: "Select a gate",
    none: "You do not have access to any gate yet. Ask an administrator.",
    gone: "The gate that you selected is no longer available. Select a gate.",
    broken: "No connection",
    brokenLong:
      "The connection to the service is lost, so the box's status is unknown. Trying again…",
    checking: "Checking…",
    polling: "Live updates do not get through. This page asks every few seconds instead.",
    offlineLong:
      "The box at the gate is offline. You cannot open the gate by phone until it is back online.",
    unknownLong: "The box at the gate has not reported its status yet.",
    lastSeen: (when: string) => `Last seen: ${when}.`,
    opensAt: (when: string) => `You can open it again from ${when}.`,
    opensFrom: (when: string) => `You can open it from ${when}.`,
    /** for a guest */
    pass: (left: number, from: string, until: string) =>
      `${count(left, { one: "# opening", other: "# openings" })} left · ${from} – ${until}`,
    askInviter: (inviter: string) => `Ask ${inviter}, who invited you, for a new link.`,
  },

  reasons,
  outcome: {
    posting: "Sending…",
    recorded: "Sent. Waiting for the broker…",
    accepted: "Accepted. Waiting for the box…",
    opened: "Button pressed",
    openedFor: (seconds: string) => `The box pressed the button for ${seconds} s.`,
    openedUnknown: "The box pressed the button. It did not report for how long.",
    refused: "Refused by the box",
    unanswered: "No answer from the box",
    unansweredLong:
      "The command was sent, but the box did not answer. Look at the gate before you try again.",
    failed: "Not sent",
    denied: "Not allowed",
    unknown: "Outcome unknown",
    unknownLong:
      "The connection was lost before an answer arrived. The box may or may not have received the command. Look at the gate before you try again.",
    retrying: "No answer yet. Trying once more…",
    turnedDown: "Not sent",
  },
};
