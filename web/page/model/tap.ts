/** One tap, from the slide to its outcome. Pure: time is an argument. */
import type { Problem, RequestState, RequestView } from "../../api.ts";

/** The pause before the one retry after a network error. */
export const retryAfterMs = 1_000;
/**
 * How long the page waits for an outcome after the command's lifetime. It is longer than the service
 * waits for the box (2 s).
 */
export const patienceMs = 10_000;
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
  /** The command's lifetime: after it the page does not post the id again. */
  readonly lifeMs: number;
  readonly posts: number;
  readonly phase: TapPhase;
  /** when it ended; null: it has not */
  readonly endedAt: number | null;
}

/** The tap at a moment, and whether to post its id again. */
export interface Passed {
  readonly tap: Tap;
  readonly post: boolean;
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

/** @param lifeMs the lifetime of a command, which the service tells */
export function newTap(id: string, gate: string, now: number, lifeMs: number): Tap {
  return { id, gate, at: now, lifeMs, posts: 1, phase: { type: "posting" }, endedAt: null };
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

/** The session was reloaded: posts the same id once more, unless the command's lifetime is over. */
export function renew(tap: Tap, now: number): Passed {
  return tap.phase.type === "renewing" ? postAgain(tap, now) : { tap, post: false };
}

/** The phone may have slept in between. A late post could press the button long after the slide. */
function postAgain(tap: Tap, now: number): Passed {
  if (!mayPostAgain(tap, now)) {
    return { tap: { ...tap, phase: { type: "unknown" }, endedAt: now }, post: false };
  }
  return { tap: { ...tap, posts: tap.posts + 1, phase: { type: "posting" } }, post: true };
}

/** When the tap changes by itself. */
export function tapDeadline(tap: Tap, now: number): number {
  if (tap.endedAt !== null) return tap.endedAt + (isResting(tap, now) ? restMs : shownMs);
  return tap.phase.type === "retrying" ? tap.phase.at : waitsUntil(tap);
}

function waitsUntil({ at, lifeMs }: Tap): number {
  return at + lifeMs + patienceMs;
}

export function passTime(tap: Tap, now: number): Passed {
  if (tap.endedAt !== null) return { tap, post: false };
  if (tap.phase.type === "retrying" && now >= tap.phase.at) return postAgain(tap, now);
  if (now >= waitsUntil(tap)) {
    return { tap: { ...tap, phase: { type: "unknown" }, endedAt: now }, post: false };
  }
  return { tap, post: false };
}

function mayPostAgain(tap: Tap, now: number): boolean {
  return tap.posts === 1 && now < tap.at + tap.lifeMs;
}
