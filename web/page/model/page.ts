/**
 * The state machine of the page: an event goes in, the new state and the effects come out. It uses no
 * browser API, no clock and no random numbers. `ui/` shows the state, `io/` performs the effects.
 */
import type { CurrentState, Problem, ServerEvent, SessionView } from "../../api.ts";
import { gatePanel } from "./control.ts";
import { breakOff, holdOff, linkDeadline, openingMs, reopen, silenceMs } from "./link.ts";
import { answered, ask, noPoll, pollDue, unanswered } from "./poll.ts";
import type { Effect, KnownGate, PageEvent, PageState, Session, Who } from "./state.ts";
import {
  hear,
  isOver,
  isPending,
  missAnswer,
  newTap,
  passTime,
  renew,
  type Tap,
  tapDeadline,
  turnDown,
} from "./tap.ts";

/** A gate that a new stream has not reported within this time is removed. */
export const settleMs = 2_000;
/** When the page was hidden for longer, its state may be out of date. */
export const hiddenMs = 2_000;
/** When the page was hidden for longer, its stream is closed: the browser allows few connections. */
export const restAfterMs = 20_000;
const sessionRetryMs = 2_000;

export interface Step {
  readonly state: PageState;
  readonly effects: readonly Effect[];
}

export function begin(lastUsed: readonly string[]): Step {
  const state: PageState = {
    session: { type: "loading" },
    link: { type: "off" },
    poll: noPoll,
    gates: new Map(),
    isArranged: false,
    selection: { type: "none" },
    taps: new Map(),
    hiddenSince: null,
    order: lastUsed,
    lastUsed,
  };
  return { state, effects: [{ type: "load-session" }] };
}

export function step(state: PageState, event: PageEvent, now: number): Step {
  switch (event.type) {
    case "session":
      return takeSession(state, event.view, now);
    case "session-unreached":
      if (state.session.type !== "loading" && state.session.type !== "unreachable") {
        return still(state);
      }
      return still({
        ...state,
        session: { type: "unreachable", until: now + sessionRetryMs },
      });
    case "stream-beat":
      return beat(state, now);
    case "stream-said":
      return after(beat(state, now), (heard) => said(heard, event.event, now));
    case "stream-ended":
      return still({ ...state, link: breakOff(state.link, now, event.random) });
    case "stream-refused":
      return still({ ...state, link: holdOff(state.link, now, event.random) });
    case "polled":
      return still(polled(state, event.now, event.random, now));
    case "poll-failed":
      return still({ ...state, poll: unanswered(state.poll, now, event.random) });
    case "not-signed-in":
      return { state, effects: [{ type: "load-session" }] };
    case "left": {
      const { state: cleared, effects } = begin(state.lastUsed);
      return { state: cleared, effects: [{ type: "close-stream" }, ...effects] };
    }
    case "slid":
      return slid(state, event.gate, event.id, now);
    case "answered":
      return still(withTap(state, event.request.id, (tap) => hear(tap, event.request, now)));
    case "turned-down":
      return turnedDown(state, event.id, event.problem, now);
    case "unreached":
      return still(withTap(state, event.id, (tap) => missAnswer(tap, now)));
    case "selected":
      return still(selected(state, event.gate));
    case "hidden":
      return still({ ...state, hiddenSince: now });
    case "visible":
      return visible(state, now);
    case "time":
      return timePassed(state, event.random, now);
  }
}

/** When to dispatch the next `time` event; null: not before another event. */
export function deadline(state: PageState, now: number): number | null {
  const dues = [linkDeadline(state.link, now), settleAt(state), nextPollAt(state), restAt(state)];
  if (state.session.type === "unreachable") dues.push(state.session.until);
  for (const tap of state.taps.values()) dues.push(tapDeadline(tap, now));
  const known = dues.filter((due) => due !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function still(state: PageState): Step {
  return { state, effects: [] };
}

function takeSession(state: PageState, view: SessionView, now: number): Step {
  const before = state.session.type === "in" ? state.session.who : null;
  const who = whoIn(view);
  if (who === null) {
    const cleared = { ...begin(state.lastUsed).state, hiddenSince: state.hiddenSince };
    const hasEnded = before !== null;
    return {
      state: { ...cleared, session: { type: "out", view, hasEnded } },
      effects: [{ type: "close-stream" }],
    };
  }
  const session: Session = { type: "in", view, who };
  if (before !== null && idOf(before) === idOf(who)) {
    return renewed({ ...state, session }, now);
  }
  const link = reopen({ type: "off" }, now, true);
  const fresh = { ...begin(state.lastUsed).state, hiddenSince: state.hiddenSince };
  return { state: { ...fresh, session, link }, effects: [{ type: "open-stream" }] };
}

function whoIn({ person, guest }: SessionView): Who | null {
  if (person !== null) return { type: "person", person };
  return guest === null ? null : { type: "guest", guest };
}

function idOf(who: Who): string {
  return who.type === "person" ? who.person.id : who.guest.id;
}

/** The same person or guest with a new token. A tap that was turned down for its old token is posted again. */
function renewed(state: PageState, now: number): Step {
  const effects: Effect[] = [];
  const taps = new Map(state.taps);
  for (const [gate, tap] of taps) {
    const renewal = renew(tap, now);
    taps.set(gate, renewal.tap);
    if (renewal.post) effects.push(postOf(tap, now));
  }
  return { state: { ...state, taps }, effects };
}

/** The first sign of life of a new stream, or another one. */
function beat(state: PageState, now: number): Step {
  const { link } = state;
  if (link.type === "live") return still({ ...state, link: { ...link, heardAt: now } });
  return link.type === "opening" ? streamOpened(state, now) : still(state);
}

function streamOpened(state: PageState, now: number): Step {
  const gates = new Map<string, KnownGate>();
  for (const [id, gate] of state.gates) gates.set(id, { ...gate, isFresh: false });
  const effects: Effect[] = [];
  for (const tap of state.taps.values()) {
    const isOpen = isPending(tap) || tap.phase.type === "unknown";
    if (isOpen) effects.push({ type: "look-up", id: tap.id });
  }
  return {
    state: {
      ...state,
      gates,
      link: { type: "live", openedAt: now, heardAt: now },
      poll: { ...noPoll, askedAt: state.poll.askedAt },
    },
    effects,
  };
}

/** The effects of both steps, in their order. */
function after({ state, effects }: Step, next: (state: PageState) => Step): Step {
  const later = next(state);
  return { state: later.state, effects: [...effects, ...later.effects] };
}

/** What the stream has said meanwhile is newer. */
function polled(
  state: PageState,
  { gates, requests }: CurrentState,
  random: number,
  now: number,
): PageState {
  const poll = answered(state.poll, now, random);
  if (state.session.type !== "in" || state.link.type === "live") return { ...state, poll };
  let next: PageState = { ...state, poll };
  for (const request of requests) {
    next = withTap(next, request.id, (tap) => hear(tap, request, now));
  }
  const known = new Map(gates.map((view) => [view.id, { view, isFresh: true }]));
  // A gate that was there before keeps its place on the screen.
  const kept = [...state.gates.keys()].filter((id) => known.has(id));
  const places = state.isArranged ? kept : state.order;
  return select({ ...next, gates: inOrder(known, places), isArranged: true });
}

function nextPollAt({ session, poll, link, hiddenSince }: PageState): number | null {
  return session.type === "in" && hiddenSince === null ? pollDue(poll, link) : null;
}

/** When the stream of a hidden page is closed. */
function restAt({ hiddenSince, link }: PageState): number | null {
  const isResting = link.type === "off" || link.type === "resting";
  return hiddenSince === null || isResting ? null : hiddenSince + restAfterMs;
}

function said(state: PageState, event: ServerEvent, now: number): Step {
  if (event.event === "request") {
    return still(withTap(state, event.data.id, (tap) => hear(tap, event.data, now)));
  }
  const gates = new Map(state.gates);
  gates.set(event.data.id, { view: event.data, isFresh: true });
  return still(select({ ...state, gates: state.isArranged ? gates : inOrder(gates, state.order) }));
}

function slid(state: PageState, gate: string, id: string, now: number): Step {
  // Each gate has one request at a time, and none while its control is off.
  if (gatePanel(state, gate, now)?.control.type !== "ready") return still(state);
  if (state.session.type !== "in") return still(state);
  const tap = newTap(id, gate, now, state.session.view.commandLifetimeMs);
  const taps = new Map(state.taps).set(gate, tap);
  // The order on the screen changes only at the next visit, so that nothing moves under a thumb.
  const lastUsed = [gate, ...state.lastUsed.filter((other) => other !== gate)];
  return {
    state: { ...state, taps, lastUsed },
    effects: [postOf(tap, now), { type: "remember", lastUsed }],
  };
}

function postOf({ id, gate, at }: Tap, now: number): Effect {
  return { type: "post", gate, id, ageMs: now - at };
}

function turnedDown(state: PageState, id: string, problem: Problem, now: number): Step {
  const next = withTap(state, id, (tap) => turnDown(tap, problem, now));
  const isSessionOld = problem.error === "csrf" || problem.error === "not-signed-in";
  return { state: next, effects: isSessionOld ? [{ type: "load-session" }] : [] };
}

function visible(state: PageState, now: number): Step {
  const wasHidden = state.hiddenSince !== null && now - state.hiddenSince >= hiddenMs;
  const shown = { ...state, hiddenSince: null };
  if (state.session.type === "out" || state.session.type === "unreachable") {
    return { state: shown, effects: [{ type: "load-session" }] };
  }
  if (state.link.type === "off" || (!wasHidden && state.link.type === "live")) return still(shown);
  return {
    state: { ...shown, link: reopen(state.link, now, wasHidden) },
    effects: [{ type: "open-stream" }],
  };
}

function timePassed(state: PageState, random: number, now: number): Step {
  const effects: Effect[] = [];
  const taps = new Map(state.taps);
  for (const [gate, tap] of taps) {
    const passed = passTime(tap, now);
    if (isOver(passed.tap, now)) taps.delete(gate);
    else taps.set(gate, passed.tap);
    if (passed.post) effects.push(postOf(tap, now));
  }
  let { link, session, gates, isArranged, lastUsed } = state;
  if (session.type === "unreachable" && now >= session.until) {
    session = { type: "loading" };
    effects.push({ type: "load-session" });
  }
  let { poll } = state;
  const rest = restAt(state);
  if (rest !== null && now >= rest) {
    link = { type: "resting" };
    effects.push({ type: "close-stream" });
  }
  const pollAt = nextPollAt(state);
  if (pollAt !== null && now >= pollAt) {
    poll = ask(poll, now);
    effects.push({ type: "poll" });
  }
  const settle = settleAt(state);
  if (settle !== null && now >= settle) {
    gates = new Map([...gates].filter(([, gate]) => gate.isFresh));
    isArranged = true;
    // Otherwise the next visit would wait again for a gate that this person does not have any more.
    const known = lastUsed.filter((id) => gates.has(id));
    if (known.length < lastUsed.length) effects.push({ type: "remember", lastUsed: known });
    lastUsed = known;
    if (link.type === "live") link = { ...link, openedAt: null };
  }
  const isSilent = link.type === "live" && now >= link.heardAt + silenceMs;
  const isStuck = link.type === "opening" && now >= link.since + openingMs;
  if (isSilent || isStuck) {
    link = breakOff(link, now, random);
    effects.push({ type: "close-stream" });
  } else if (link.type === "waiting" && now >= link.until) {
    link = reopen(link, now, false);
    effects.push({ type: "open-stream" });
  }
  const passed = { ...state, taps, link, poll, session, gates, isArranged, lastUsed };
  return { state: select(passed), effects };
}

/** When a new stream must have reported all gates; null: it already has. */
function settleAt({ link }: PageState): number | null {
  return link.type === "live" && link.openedAt !== null ? link.openedAt + settleMs : null;
}

function withTap(state: PageState, id: string, change: (tap: Tap) => Tap): PageState {
  for (const [gate, tap] of state.taps) {
    if (tap.id === id) return { ...state, taps: new Map(state.taps).set(gate, change(tap)) };
  }
  return state;
}

function inOrder(
  gates: ReadonlyMap<string, KnownGate>,
  lastUsed: readonly string[],
): ReadonlyMap<string, KnownGate> {
  const place = (id: string) => {
    const index = lastUsed.indexOf(id);
    return index < 0 ? lastUsed.length : index;
  };
  return new Map([...gates].sort(([a], [b]) => place(a) - place(b)));
}

function selected(state: PageState, id: string): PageState {
  return state.gates.has(id) ? { ...state, selection: { type: "gate", id } } : state;
}

/**
 * Selects the first gate on the screen, once it is known which one that is: the service names the gates
 * in an order of its own, and the one used last may come at the end.
 */
function select(state: PageState): PageState {
  const { selection, gates, isArranged, order } = state;
  if (selection.type !== "none") {
    const { id } = selection;
    return { ...state, selection: { type: gates.has(id) ? "gate" : "gone", id } };
  }
  const [first] = gates.keys();
  if (first === undefined) return state;
  const isFirst = isArranged || order.length === 0 || first === order[0];
  return isFirst ? selected(state, first) : state;
}
