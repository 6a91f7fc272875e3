/**
 * The administrators' pages, in English. The bundler keeps them apart: a phone at the gate does not
 * load them.
 */
import type { GateEventName } from "../../../device/messages/gate.ts";
import type { BoxHealth } from "../../api.ts";
import { numbersIn } from "../count.ts";
import { positions } from "./positions.ts";

const { number, count } = numbersIn("en-GB");

/** The fields of the box's health that the page shows, in this order. */
const health = {
  lastSeenAt: "Last seen",
  gate: "Gate",
  gates: "Gates at the box",
  firmware: "Firmware",
  uptimeMs: "Uptime",
  resetReason: "Restart reason",
  rssi: "Signal",
  address: "Address",
  certificateEndsAt: "Certificate expires",
  clockDifferenceMs: "Clock",
  opened: "Button presses",
  refused: "Refused commands",
  connections: "Connections",
  droppedEvents: "Lost events",
} satisfies Partial<Record<keyof BoxHealth, string>>;

export const administration = {
  cancel: "Cancel",

  /** what is wrong in a field of a form */
  fields: {
    required: "Fill in this field.",
    longest: (length: number) => `Enter at most ${number(length)} characters.`,
    email: "Enter an email address, such as ben@example.com.",
    date: "Enter a complete date from 1970 to 2199, or clear the field.",
    time: "Enter a time, from 00:00 to 23:59.",
    gateId: "Enter 1 to 32 characters: a–z, 0–9 and -.",
    thingName: "Enter 1 to 64 characters: a–z, A–Z, 0–9, _, : and -.",
    output:
      "Enter 1 to 32 characters: a–z, A–Z, 0–9, _ and -; but not command, event, status, update or log.",
    timeZone: "Enter a time zone from the list, such as Europe/Berlin.",
  },

  finder: {
    search: "Search",
    count: (shown: number, found: number) =>
      shown === found
        ? count(found, { one: "# found", other: "# found" })
        : `${number(shown)} of ${number(found)} shown`,
    all: (found: number) => `Show all ${number(found)}`,
    more: "Show more",
  },

  people: {
    title: "People",
    add: "Add a person",
    name: "Name",
    email: "Email",
    emailHint: "Optional. For your company's sign-in.",
    administrator: "Administrator",
    lockedOut: "Locked out",
    noWayIn: "Cannot sign in: no passkey",
    passkeys: (total: number) => count(total, { one: "# passkey", other: "# passkeys" }),
    lastSeen: (when: string) => `Last seen: ${when}`,
    neverSeen: "Never signed in",
    save: "Save",
    saved: "Saved.",
    back: "← All people",
    missing: "This person does not exist.",
    lockOut: "Lock out",
    letIn: "Restore access",
    makeAdministrator: "Make administrator",
    makePerson: "Remove administrator rights",
    removePasskeys: "Remove passkeys (lost phone)",
    sureLockOut: (name: string) => `Lock out ${name}? This takes effect at once.`,
    sureMakeAdministrator: (name: string) =>
      `Make ${name} an administrator? Administrators can change people, access and gates.`,
    sureMakePerson: (name: string) => `Remove the administrator rights of ${name}?`,
    sureRemovePasskeys: (name: string) =>
      `Remove all passkeys of ${name}? To sign in again, ${name} then needs a new invitation link.`,
    invite: "New invitation link",
    inviteLead: (name: string, until: string) =>
      `Send this link to ${name}. It works once, until ${until}. Copy it now: it is not shown again.`,
    copy: "Copy",
    copied: "Copied",
    link: "Invitation link",
    done: "Done",
  },

  tokens: {
    title: "Programs",
    lead: (person: string) =>
      `A program with a token opens one gate as ${person}, and never beyond the access above.`,
    add: "Add a program",
    added: "The program was added.",
    name: "Name",
    nameHint: "What uses the token, such as a plate reader. It is shown in the history.",
    secret: "Token",
    secretLead: (name: string) =>
      `The token for ${name}. It is shown only now. Whoever has it can open the gate.`,
    unused: "never used",
    lastUsed: (when: string) => `last used ${when}`,
    revoke: "Revoke",
    revokeName: (name: string) => `Revoke the token of ${name}`,
    sureRevoke: (name: string) => `Revoke the token of ${name}? It stops working at once.`,
    revoked: "The token was revoked.",
  },

  grants: {
    title: "Access",
    none: "No access yet.",
    add: "Grant access",
    granted: "Access was granted.",
    gate: "Gate",
    daysTitle: "Days",
    from: "From",
    to: "To",
    ends: "Last day",
    endsHint: "Leave empty for no end date.",
    withdraw: "Revoke",
    withdrawName: (gate: string) => `Revoke access to ${gate}`,
    sureWithdraw: (person: string, gate: string) => `Revoke this access of ${person} to ${gate}?`,
    withdrawn: "Access was revoked.",
    everyDay: "Every day",
    allDay: "all day",
    overMidnight: (hours: string) => `${hours} (next day)`,
    until: (when: string) => `until ${when}`,
    noDays: "Select at least one day.",
    sameHours: "The end must differ from the start.",
    dayIsOver: "This day is already over at the gate.",
    clock: (zone: string) => `Time zone of the gate: ${zone}.`,
  },

  gates: {
    title: "Gates",
    add: "Add a gate",
    id: "Short name",
    idHint: "a–z, 0–9 and -. Cannot be changed later.",
    name: "Name",
    thing: "Box (thing name)",
    output: "Gate at the box",
    outputHint:
      "Only for a box with several gates: the name that this gate has in the settings of the box. Otherwise leave it empty.",
    /** for a gate whose name is not in the box's status */
    notAtBox: "The box has no such gate",
    notAtBoxLong: (output: string) =>
      `The settings of the box name no gate “${output}”, so the box does not open it. Correct “Gate at the box” here, or the settings of the box.`,
    zone: "Time zone",
    edit: "Edit",
    save: "Save",
    saved: "Saved.",
    back: "← All gates",
    missing: "This gate does not exist.",
    close: "Take out of service",
    sureClose: (name: string) => `Take ${name} out of service? Nobody can open it then.`,
    reopen: "Put back into service",
    closed: "Out of service",
    none: "No gates yet.",
    health,
    positions,
    eventsTitle: "What the contact at the gate has shown",
    events: {
      "opened-by-hand": "Opened without the app",
      "left-open": "Left open",
      "did-not-open": "Did not open after a press of the button",
    } satisfies Record<GateEventName, string>,
    signal: (dBm: number) => `${dBm} dBm`,
    /** the clock of the box, compared with the service's */
    clock: (ms: number) => {
      const seconds = Math.round(Math.abs(ms) / 1_000);
      if (seconds < 2) return "agrees with the service";
      return `${number(seconds)} s ${ms > 0 ? "ahead of" : "behind"} the service: check both clocks`;
    },
    never: "never",
    unknown: "–",
    renewSoon: "Renew the certificate",
    renew: (until: string) => `${until}: renew now`,
  },
  otherCommands: {
    title: "Commands from outside the app",
    lead: "Presses of a button at a box, and commands from somebody who can publish to a box directly, for example from the AWS console. Nobody has checked their names. If you do not know one of them, look who has access to your broker.",
    empty: "None so far.",
    unknown: "Sender not known",
    button: "The button at the box",
    claimed: (name: string) => `Calls itself “${name}”`,
  },
};
