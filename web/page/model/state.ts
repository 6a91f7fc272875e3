/** The types of the page's state, events and effects. */
import type {
  CurrentState,
  GateView,
  GuestSummary,
  PersonSummary,
  Problem,
  RequestView,
  ServerEvent,
  SessionView,
} from "../../api.ts";
import type { Link } from "./link.ts";
import type { Poll } from "./poll.ts";
import type { Tap } from "./tap.ts";

export type Session =
  | { readonly type: "loading" }
  | { readonly type: "unreachable"; readonly until: number }
  | { readonly type: "out"; readonly view: SessionView; readonly hasEnded: boolean }
  | { readonly type: "in"; readonly view: SessionView; readonly who: Who };

/** Who may slide in this browser. */
export type Who =
  | { readonly type: "person"; readonly person: PersonSummary }
  | { readonly type: "guest"; readonly guest: GuestSummary };

/** A gate as last reported. `isFresh`: reported by the stream that is open now, or by the last answer. */
export interface KnownGate {
  readonly view: GateView;
  readonly isFresh: boolean;
}

/** Which gate the next slide opens. */
export type Selection =
  /** not known yet: the gate used last may still be on its way */
  | { readonly type: "none" }
  | { readonly type: "gate"; readonly id: string }
  /**
   * The selected gate is gone. It may come back, but only the person selects another one, because a thumb
   * may already be on its way to the control.
   */
  | { readonly type: "gone"; readonly id: string };

export interface PageState {
  readonly session: Session;
  readonly link: Link;
  readonly poll: Poll;
  /** by id, in display order: the last used first, then in the order of arrival */
  readonly gates: ReadonlyMap<string, KnownGate>;
  /** whether the display order is final for this visit: a gate that comes later is the last one */
  readonly isArranged: boolean;
  readonly selection: Selection;
  /** the last tap, by gate */
  readonly taps: ReadonlyMap<string, Tap>;
  readonly hiddenSince: number | null;
  /** ids of gates, the last used first, as they were when the visit began: the order on the screen */
  readonly order: readonly string[];
  /** the same, with the gates used during the visit: the order of the next visit */
  readonly lastUsed: readonly string[];
}

export type PageEvent =
  | { readonly type: "session"; readonly view: SessionView }
  | { readonly type: "session-unreached" }
  | { readonly type: "stream-beat" }
  | { readonly type: "stream-said"; readonly event: ServerEvent }
  | { readonly type: "stream-ended"; readonly random: number }
  /** other tabs of this browser, or other devices of this person, have all streams */
  | { readonly type: "stream-refused"; readonly random: number }
  | { readonly type: "polled"; readonly now: CurrentState; readonly random: number }
  | { readonly type: "poll-failed"; readonly random: number }
  /** 401: the session has ended */
  | { readonly type: "not-signed-in" }
  /** the person has signed out */
  | { readonly type: "left" }
  | { readonly type: "slid"; readonly gate: string; readonly id: string }
  | { readonly type: "answered"; readonly request: RequestView }
  | { readonly type: "turned-down"; readonly id: string; readonly problem: Problem }
  | { readonly type: "unreached"; readonly id: string }
  | { readonly type: "selected"; readonly gate: string }
  | { readonly type: "hidden" }
  | { readonly type: "visible" }
  | { readonly type: "time"; readonly random: number };

export type Effect =
  | { readonly type: "load-session" }
  /** replaces the current stream */
  | { readonly type: "open-stream" }
  | { readonly type: "close-stream" }
  /** asks what is current; `polled` or `poll-failed` follows */
  | { readonly type: "poll" }
  | { readonly type: "post"; readonly gate: string; readonly id: string; readonly ageMs: number }
  /** asks for a request after the stream was broken; if it is found, `answered` follows */
  | { readonly type: "look-up"; readonly id: string }
  | { readonly type: "remember"; readonly lastUsed: readonly string[] };
