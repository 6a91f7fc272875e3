/**
 * The life of one request to open a gate. It goes forwards only, and of what has ended nothing but
 * `unanswered` (nobody knew) is ended again, by the box's own word.
 */
import type { RequestState } from "../api.ts";
import type { OpenRequest, RequestStep } from "./entities.ts";

/** To which states each leads. The box's word may come before the broker's acknowledgement. */
export const transitions: Readonly<Record<RequestState, readonly RequestState[]>> = {
  recorded: ["sent", "opened", "refused", "unanswered", "failed", "denied"],
  sent: ["opened", "refused", "unanswered"],
  unanswered: ["opened", "refused"],
  opened: [],
  refused: [],
  failed: [],
  denied: [],
};

/** The states in which somebody still waits for an end. */
export const openStates = ["recorded", "sent"] as const satisfies readonly RequestState[];

/** Whether the request has an end, be it that nobody knows. */
export function hasEnded(state: RequestState): boolean {
  return state !== "recorded" && state !== "sent";
}

export function mayFollow(from: RequestState, to: RequestState): boolean {
  return transitions[from].includes(to);
}

/**
 * The request after the step; the very same object where the step may not follow. `reason` is kept
 * where somebody said no, `pulseMs` where the gate was opened.
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
