/** One tap: from the slide to what is known of it in the end. Pure: time comes in. */
import type { Problem, RequestState, RequestView } from "../../api.ts";

/** A command lives this long; after it the same id must not be posted again, as it might still be sent. */
export const commandLifeMs = 10_000;
/** Before the one other try after a network error. */
export const retryAfterMs = 1_000;
/** Longer than the service waits for the box (12 s): then we no longer hope for a word. */
export const patienceMs = 20_000;
/** How long the control rests after an end, so that it is read before the next slide. */
export const restMs = 2_500;
/** How long an end is shown: later it would look like news to whoever takes the phone out again. */
export const shownMs = 60_000;

export type TapPhase =
  | { readonly type: "posting" }
  /** a network error; posted again, with the same id, at `at` */
  | { readonly type: "retrying"; readonly at: number }
  /** the CSRF token was stale: posted again once the session is read anew */
  | { readonly type: "renewing" }
  | { readonly type: "request"; readonly request: RequestView }
  /** the service said no and recorded nothing we could show */
  | { readonly type: "turned-down"; readonly problem: Problem }
  /** no answer came: it may or may not have been sent */
  | { readonly type: "unknown" };

export interface Tap {
  /** a UUID; one a slide */
  readonly id: string;
  readonly gate: string;
  readonly at: number;
  readonly posts: number;
  readonly phase: TapPhase;
  /** when it came to an end; null: it has not */
  readonly endedAt: number | null;
}

const rank: Readonly<Record<RequestState, number>> = {
  recorded: 0,
  sent: 1,
  unanswered: 2,
  failed: 3,
  denied: 3,
  refused: 3,
  opened: 3,
};

export function newTap(id: string, gate: string, now: number): Tap {
  return { id, gate, at: now, posts: 1, phase: { type: "posting" }, endedAt: null };
}

export function isPending(tap: Tap): boolean {
  return tap.endedAt === null;
}

export function isResting(tap: Tap, now: number): boolean {
  return tap.endedAt !== null && now < tap.endedAt + restMs;
}

/** Whether it has been shown for long enough: the history has it. */
export function isOver(tap: Tap, now: number): boolean {
  return tap.endedAt !== null && now >= tap.endedAt + shownMs;
}

/** A word of the service about the request. Words may overtake each other: a tap only goes forwards. */
export function hear(tap: Tap, request: RequestView, now: number): Tap {
  if (request.id !== tap.id) return tap;
  if (tap.phase.type === "request" && rank[request.state] <= rank[tap.phase.request.state]) {
    return tap;
  }
  const hasEnded = rank[request.state] >= rank.unanswered;
  return { ...tap, phase: { type: "request", request }, endedAt: hasEnded ? now : null };
}

/** The service said no. */
export function turnDown(tap: Tap, problem: Problem, now: number): Tap {
  if (problem.request !== undefined) return hear(tap, problem.request, now);
  if (tap.phase.type === "request") return tap;
  if (problem.error === "csrf" && mayPostAgain(tap, now)) {
    return { ...tap, phase: { type: "renewing" } };
  }
  return { ...tap, phase: { type: "turned-down", problem }, endedAt: now };
}

/** No answer came to the post: a network error or a time-out. */
export function missAnswer(tap: Tap, now: number): Tap {
  // An event may have told already what the answer would have.
  if (tap.phase.type !== "posting") return tap;
  if (mayPostAgain(tap, now + retryAfterMs)) {
    return { ...tap, phase: { type: "retrying", at: now + retryAfterMs } };
  }
  return { ...tap, phase: { type: "unknown" }, endedAt: now };
}

/** The same id once more. */
export function postAgain(tap: Tap): Tap {
  return { ...tap, posts: tap.posts + 1, phase: { type: "posting" } };
}

/** When something is due without a word of anybody. */
export function tapDeadline(tap: Tap, now: number): number {
  if (tap.endedAt !== null) return tap.endedAt + (isResting(tap, now) ? restMs : shownMs);
  return tap.phase.type === "retrying" ? tap.phase.at : tap.at + patienceMs;
}

/** Whether to post again now, and the tap after what was due. */
export function passTime(tap: Tap, now: number): { readonly tap: Tap; readonly post: boolean } {
  if (tap.endedAt !== null) return { tap, post: false };
  if (tap.phase.type === "retrying" && now >= tap.phase.at) {
    // The phone may have slept in between: a late post could press the button long after the slide.
    if (mayPostAgain(tap, now)) return { tap: postAgain(tap), post: true };
    return { tap: { ...tap, phase: { type: "unknown" }, endedAt: now }, post: false };
  }
  if (now >= tap.at + patienceMs) {
    return { tap: { ...tap, phase: { type: "unknown" }, endedAt: now }, post: false };
  }
  return { tap, post: false };
}

function mayPostAgain(tap: Tap, now: number): boolean {
  return tap.posts === 1 && now < tap.at + commandLifeMs;
}
