import type { RequestState } from "../api.ts";

/** What a person reads of each state of a request. */
export const stateWords: Readonly<Record<RequestState, string>> = {
  recorded: "Sending…",
  sent: "Waiting for the gate box…",
  opened: "Opened",
  refused: "Refused",
  unanswered: "No answer",
  failed: "Not sent",
  denied: "Not allowed",
};
