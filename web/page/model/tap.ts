/** One tap, from the slide to its outcome. Pure: time is an argument. */
import type { Problem, RequestState, RequestView } from "../../api.ts";

/**
 * The lifetime of a command. After it the page must not post the id again, because the service
 * might send a new command.
 */
export const commandLifeMs = 10_000;
/** The pause before the one retry after a network error. */
export const retryAfterMs = 1_000;
/** How long the page waits for an outcome. It is longer than the service waits for the box (12 s). */
export const patienceMs = 20_000;
/**
 * How long the control is disabled after an outcome, so that the person reads it before the next
 * slide.
 */
export const restMs = 2_500;
/** How long an outcome is shown. Later it could be mistaken for a new one. */
export const shownMs = 60_000;

export type TapPhase =
  | { readonly type: "posting" }
  /** after a network error; the same id is posted again at `at` */
  | { readonly type: "retrying"; readonly at: number }
  /** the CSRF token was out of date; the id is posted again when the session has been reloaded */
  | { readonly type: "renewing" }
  | { readonly type: "request"; readonly request: RequestView }
  /** the service refused it and returned no request */
  | { readonly type: "turned-down"; readonly problem: Problem }
  /** no response arrived, so the command may or may not have been sent */
  | { readonly type: "unknown" };

export interface Tap {
  /** a UUID, new for each slide */
  readonly id: string;
  readonly gate: string;
  readonly at: number;
  readonly posts: number;
  readonly phase: TapPhase;
  /** when it ended; null: it has not */
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

/** Whether the outcome has been shown for long enough. It stays in the history. */
export function isOver(tap: Tap, now: number): boolean {
  return tap.endedAt !== null && now >= tap.endedAt + shownMs;
}

/**
 * Takes a request from the service. Responses and events may arrive in any order, so a tap only
 * moves forward.
 */
export function hear(tap: Tap, request: RequestView, now: number): Tap {
  if (request.id !== tap.id) return tap;
  if (tap.phase.type === "request" && rank[request.state] <= rank[tap.phase.request.state]) {
    return tap;
  }
  const hasEnded = rank[request.state] >= rank.unanswered;
  return { ...tap, phase: { type: "request", request }, endedAt: hasEnded ? now : null };
}

/** The service refused the post. */
export function turnDown(tap: Tap, problem: Problem, now: number): Tap {
  if (problem.request !== undefined) return hear(tap, problem.request, now);
  if (tap.phase.type === "request") return tap;
  if (problem.error === "csrf" && mayPostAgain(tap, now)) {
    return { ...tap, phase: { type: "renewing" } };
  }
  return { ...tap, phase: { type: "turned-down", problem }, endedAt: now };
}

/** The post got no response: a network error or a timeout. */
export function missAnswer(tap: Tap, now: number): Tap {
  // An event may already have brought what the response would have.
  if (tap.phase.type !== "posting") return tap;
  if (mayPostAgain(tap, now + retryAfterMs)) {
    return { ...tap, phase: { type: "retrying", at: now + retryAfterMs } };
  }
  return { ...tap, phase: { type: "unknown" }, endedAt: now };
}

/** Posts the same id once more. */
export function postAgain(tap: Tap): Tap {
  return { ...tap, posts: tap.posts + 1, phase: { type: "posting" } };
}

/** When the tap changes by itself. */
export function tapDeadline(tap: Tap, now: number): number {
  if (tap.endedAt !== null) return tap.endedAt + (isResting(tap, now) ? restMs : shownMs);
  return tap.phase.type === "retrying" ? tap.phase.at : tap.at + patienceMs;
}

/** @returns the tap at `now`, and whether to post its id again */
export function passTime(tap: Tap, now: number): { readonly tap: Tap; readonly post: boolean } {
  if (tap.endedAt !== null) return { tap, post: false };
  if (tap.phase.type === "retrying" && now >= tap.phase.at) {
    // The phone may have slept in between. A late post could press the button long after the slide.
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
