/** English, for `web/words/history.ts`. */
import type { RequestState } from "../../api.ts";

export const history = {
  /** in old records, instead of the name */
  deletedPerson: "deleted person",
  /** leads to the record of changes */
  changes: "Changes",
  title: "History",
  mine: "Your requests and their outcomes.",
  everybody: "Everyone's requests and their outcomes.",
  empty: "No requests yet.",
  more: "Show more",
  csv: "Download as CSV",
  filter: "Filter",
  gate: "Gate",
  person: "Person",
  state: "Outcome",
  from: "From",
  to: "To",
  all: "All",
  nobody: "Unknown person",
  guest: (name: string, inviter: string) => `Guest ${name}, invited by ${inviter}`,
  /** the name of a program */
  via: (program: string) => `with ${program}`,
  pressed: (seconds: string) => `${seconds} s`,
  /** of a request */
  states: {
    recorded: "Sent",
    sent: "Accepted",
    opened: "Button pressed",
    refused: "Refused",
    unanswered: "No answer",
    failed: "Not sent",
    denied: "Not allowed",
  } satisfies Record<RequestState, string>,
};
