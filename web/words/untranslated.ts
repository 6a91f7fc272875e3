/** What stays English in every language, because programs, spreadsheets or the operator read it. */
import type { HistoryEntry } from "../api.ts";

/** The name of the first administrator, until somebody changes it. */
export const firstAdministrator = "Administrator";

export const csvFile = "boom-box-history.csv";

/** The columns of the history as CSV, in this order. */
export const csvHeadings = {
  id: "id",
  at: "at",
  gate: "gate",
  gateName: "gateName",
  person: "person",
  personName: "personName",
  state: "state",
  reason: "reason",
  sentAt: "sentAt",
  endedAt: "endedAt",
  pulseMs: "pulseMs",
  address: "address",
  via: "via",
  guest: "guest",
  guestName: "guestName",
  inviterName: "inviterName",
} satisfies Record<keyof HistoryEntry | "personName" | "guestName" | "inviterName", string>;

export const changesFile = "boom-box-changes.csv";

/** The columns of the changes as CSV, in this order. */
export const changeHeadings = {
  id: "id",
  at: "at",
  by: "by",
  author: "author",
  authorName: "authorName",
  subject: "subject",
  subjectId: "subjectId",
  action: "action",
  person: "person",
  personName: "personName",
  gate: "gate",
  gateName: "gateName",
  field: "field",
  from: "from",
  to: "to",
};

/** In files, instead of the name. */
export const deletedPerson = "deleted person";

/** Who opens, in the command to the box: 64 characters at most are sent. */
export const guestBy = (name: string, inviter: string) => `guest ${name}, invited by ${inviter}`;

/** The description of the API for programs. */
export const programs = {
  description:
    "Opens a gate for a program. A token belongs to one person and one gate; an administrator creates it in the app.",
  open: "Open the gate",
  openDetails:
    "Sends one command to the box. The same Idempotency-Key with the same token is the same request: it is never sent twice.",
  idempotencyKey: "A new one for each opening, such as a UUID; the same one to try again.",
  prefer: "How long to wait for the outcome, in seconds, at most 15. Default: not at all.",
  ended:
    "It has ended. Only the state `opened` says that the box pressed the button. `refused`: the box did not; `unanswered`: nobody knows.",
  underWay: "It has been recorded, and its outcome is not known yet.",
  invalid: "A header or the body is wrong. Nothing was sent.",
  noToken: "The token is missing, wrong or revoked, or its person is locked out.",
  denied: "The token or its person may not open this gate now. Nothing was sent.",
  tooMany: "Too many requests. Nothing was sent.",
  notSent: "The box is offline or cannot be reached. Nothing was sent.",
  outcome: "The outcome of a request",
  asItIs: "The request as it is now.",
  time: "ms since 1970, UTC",
  notTheirs: "This token has made no such request.",
};
