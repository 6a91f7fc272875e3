/**
 * The life cycle of a request to open a gate. It only moves forward. Of the ended states, only
 * `unanswered` can change again, because a late event of the box may bring the outcome.
 */
import type { RequestState } from "../api.ts";
import type { OpenRequest, RequestStep } from "./entities.ts";

/**
 * The states that may follow each state. The box's event may arrive before the broker's
 * acknowledgement.
 */
export const transitions: Readonly<Record<RequestState, readonly RequestState[]>> = {
  recorded: ["sent", "opened", "refused", "unanswered", "failed", "denied"],
  sent: ["opened", "refused", "unanswered"],
  unanswered: ["opened", "refused"],
  opened: [],
  refused: [],
  failed: [],
  denied: [],
};

/** The states of requests that have not ended. */
export const openStates = ["recorded", "sent"] as const satisfies readonly RequestState[];

/** Whether the request has ended, which includes `unanswered`. */
export function hasEnded(state: RequestState): boolean {
  return state !== "recorded" && state !== "sent";
}

export function mayFollow(from: RequestState, to: RequestState): boolean {
  return transitions[from].includes(to);
}

/**
 * Applies a step. `reason` is kept only for a refusal or failure, and `pulseMs` only for `opened`.
 * @returns the same object when the step may not follow
 */
export function advance(request: OpenRequest, step: RequestStep): OpenRequest {
  if (!mayFollow(request.state, step.state)) return request;
  const saysNo = step.state === "refused" || step.state === "failed" || step.state === "denied";
  return {
    ...request,
    state: step.state,
    reason: saysNo ? step.reason : null,
    sentAt: step.state === "sent" ? step.at : request.sentAt,
    endedAt: hasEnded(step.state) ? step.at : null,
    pulseMs: step.state === "opened" ? step.pulseMs : null,
  };
}
