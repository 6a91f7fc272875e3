/**
 * The administrators' pages, in English. The bundler keeps them apart: a phone at the gate does not
 * load them.
 */
import type { GateEventName } from "../../../device/messages/gate.ts";
import type { BoxHealth, GuestState, PeopleSort, PersonTraces, Weekday } from "../../api.ts";
import { positions } from "./positions.ts";

const days: Readonly<Record<Weekday, string>> = {
  1: "Mon",
  2: "Tue",
  3: "Wed",
  4: "Thu",
  5: "Fri",
  6: "Sat",
  7: "Sun",
};

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
    longest: (count: number) => `Enter at most ${count} characters.`,
    email: "Enter an email address, such as ben@example.com.",
    date: "Enter a complete date from 1970 to 2199, or clear the field.",
    time: "Enter a time, from 00:00 to 23:59.",
    moment: "Enter a complete date with a time, from 1970 to 2199.",
    count: (most: number) => `Enter a whole number from 1 to ${most}.`,
    gateId: "Enter 1 to 32 characters: a–z, 0–9 and -.",
    thingName: "Enter 1 to 64 characters: a–z, A–Z, 0–9, _, : and -.",
    output:
      "Enter 1 to 32 characters: a–z, A–Z, 0–9, _ and -; but not command, event, status, update or log.",
    timeZone: "Enter a time zone from the list, such as Europe/Berlin.",
  },

  finder: {
    search: "Search",
    count: (shown: number, found: number) =>
      shown === found ? `${found} found` : `${shown} of ${found} shown`,
    all: (found: number) => `Show all ${found}`,
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
    passkeys: (count: number) => (count === 1 ? "1 passkey" : `${count} passkeys`),
    lastSeen: (when: string) => `Last seen: ${when}`,
    neverSeen: "Never signed in",
    sort: "Sort by",
    sorts: { name: "Name", seen: "Last seen", created: "Added" } satisfies Record<
      PeopleSort,
      string
    >,
    edit: "Edit",
    save: "Save",
    saved: "Saved.",
    delete: "Delete",
    deleted: "The person was deleted.",
    sureDelete: (name: string) => `Delete ${name} for good? This goes with it:`,
    traces: {
      grants: "access",
      passkeys: "passkeys",
      sessions: "devices signed in",
      invitations: "open invitations",
      tokens: "programs",
      guests: "guest links",
    } satisfies Record<keyof PersonTraces, string>,
    keptRecords: "The history keeps its records and says “deleted person” instead of the name.",
    comesBack:
      "If your company's sign-in still allows it, the person can come back as a new person, without access.",
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
    inviteNow: "Make an invitation link now",
    inviteLead: (name: string, until: string) =>
      `Send this link to ${name}, or let ${name} scan the code. It works once, until ${until}. It is shown only now.`,
    qr: (name: string) => `QR code with the invitation link for ${name}`,
    /** in the device's own dialog for sharing */
    shareTitle: "Your invitation to Boom Box",
    copy: "Copy",
    share: "Share",
    several: "Grant access to several people",
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
    days,
    from: "From",
    to: "To",
    starts: "First day",
    startsHint: "Leave empty to begin at once.",
    startsTooLate: "The first day must not be later than the last day.",
    onHolidays: "Also on holidays",
    onHolidaysHint: "Otherwise this access is closed on the days in the lists of holidays.",
    ends: "Last day",
    endsHint: "Leave empty for no end date.",
    edit: "Edit",
    editName: (gate: string) => `Edit access to ${gate}`,
    save: "Save",
    changed: "The access was changed.",
    withdraw: "Revoke",
    withdrawName: (gate: string) => `Revoke access to ${gate}`,
    sureWithdraw: (person: string, gate: string) => `Revoke this access of ${person} to ${gate}?`,
    withdrawn: "Access was revoked.",
    everyDay: "Every day",
    allDay: "all day",
    overMidnight: (hours: string) => `${hours} (next day)`,
    since: (when: string) => `from ${when}`,
    until: (when: string) => `until ${when}`,
    notOnHolidays: "not on holidays",
    noDays: "Select at least one day.",
    sameHours: "The end must differ from the start.",
    dayIsOver: "This day is already over at the gate.",
    clock: (zone: string) => `Time zone of the gate: ${zone}.`,
    ownClocks: "Each gate follows the clock of its own time zone.",
  },

  /** a search in which some people or gates are chosen */
  picker: {
    found: (count: number) => (count === 0 ? "Nothing found" : `${count} found`),
    choose: (name: string) => `Add ${name}`,
    chosen: "Chosen",
    remove: "✕",
    removeName: (name: string) => `Remove ${name}`,
  },

  guests: {
    title: "Guests",
    lead: "A guest opens one gate with a link, without an account.",
    add: "Add a guest",
    added: "The guest was added.",
    none: "No guests here.",
    name: "Name of the guest",
    nameHint: "It is shown in the history.",
    gate: "Gate",
    allGates: "All gates",
    state: "State",
    allStates: "All",
    from: "Valid from",
    until: "Valid until",
    untilTooEarly: "The end must be later than the beginning.",
    untilIsOver: "This time is already over.",
    tooLong: (days: number) => `A link is valid for at most ${days} days.`,
    openings: "Openings",
    openingsHint: "How often the guest may open the gate. In and out again are 2.",
    inviter: "Invited by",
    inviterHint: "Leave empty if it is you. The link stops while this person is locked out.",
    note: "Note",
    noteHint: "Optional. Only administrators see it.",
    link: "Guest link",
    linkLead: (name: string, gate: string) =>
      `Send this link to ${name}, or let ${name} scan the code. It is shown only now. Whoever has it can open ${gate}.`,
    shareTitle: (gate: string) => `Open ${gate}`,
    qr: (name: string) => `QR code with the link for ${name}`,
    used: (used: number, openings: number) => `${used} of ${openings} openings used`,
    invitedBy: (name: string) => `invited by ${name}`,
    states: {
      upcoming: "Upcoming",
      valid: "Valid",
      "used-up": "Used up",
      ended: "Ended",
      revoked: "Revoked",
    } satisfies Record<GuestState, string>,
    stopped: (inviter: string) => `Stopped: ${inviter} is locked out`,
    revoke: "Revoke",
    revokeName: (name: string) => `Revoke the link of ${name}`,
    sureRevoke: (name: string) => `Revoke the link of ${name}? It stops working at once.`,
    revoked: "The link was revoked.",
  },

  /** access for several people at once */
  many: {
    title: "Grant access to several people",
    people: "People",
    gates: "Gates",
    search: "Type a name to search.",
    noPeople: "Choose at least one person.",
    noGates: "Choose at least one gate.",
    tooMany: (count: number) =>
      `These are more than ${count} grants. Choose fewer people or gates.`,
    check: "Check",
    summary: (people: number, gates: number) =>
      `${people === 1 ? "1 person" : `${people} people`} at ${gates === 1 ? "1 gate" : `${gates} gates`}: ${
        people * gates === 1 ? "1 grant" : `${people * gates} grants`
      }`,
    change: "Change",
    grant: (count: number) => (count === 1 ? "Make 1 grant" : `Make ${count} grants`),
    made: (count: number) => (count === 1 ? "1 grant was made." : `${count} grants were made.`),
    again: "Grant more access",
    toPeople: "To the people",
  },

  /** on the page of a gate */
  gateAccess: {
    title: "Who may open it",
    none: "Nobody has access yet.",
    several: "Grant access",
    guests: "Guests of this gate",
  },

  holidays: {
    title: "Holidays",
    lead: "On these days, access opens a gate only if it says “also on holidays”. Guests are not affected.",
    add: "Add holidays",
    added: "The holidays were added.",
    none: "No holidays yet.",
    name: "Name of the list",
    nameHint: "Such as the country or the company.",
    gate: "Gate",
    allGates: "All gates",
    file: "iCalendar file (.ics)",
    fileTooLong: (count: number) => `The file is longer than ${count} characters. Make it shorter.`,
    content: "Content of the calendar",
    contentHint: "Choose a file above, or paste what the address of a calendar shows.",
    check: "Preview",
    preview: (days: number) => (days === 1 ? "1 day" : `${days} days`),
    effect: (closed: number, open: number) =>
      `Grants that do not open on these days: ${closed}. Grants that also open on holidays: ${open}.`,
    change: "Change",
    save: "Save",
    until: (year: string) => `until ${year}`,
    remove: "Remove",
    removeName: (name: string) => `Remove ${name}`,
    sureRemove: (name: string) => `Remove the holidays “${name}”? Access then opens on these days.`,
    removed: "The holidays were removed.",
  },

  gates: {
    holidays: "Holidays",
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
      return `${seconds} s ${ms > 0 ? "ahead of" : "behind"} the service: check both clocks`;
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
