/** The types of the page's state, events and effects. */
import type {
  GateView,
  PersonSummary,
  Problem,
  RequestView,
  ServerEvent,
  SessionView,
} from "../../api.ts";
import type { Link } from "./link.ts";
import type { Tap } from "./tap.ts";

export type Session =
  | { readonly type: "loading" }
  | { readonly type: "unreachable"; readonly until: number }
  | { readonly type: "out"; readonly view: SessionView; readonly hasEnded: boolean }
  | { readonly type: "in"; readonly view: SessionView & { readonly person: PersonSummary } };

/** A gate as last reported. `isFresh`: reported by the stream that is open now. */
export interface KnownGate {
  readonly view: GateView;
  readonly isFresh: boolean;
}

export interface PageState {
  readonly session: Session;
  readonly link: Link;
  /** by id, in display order: the last used first, then in the order of arrival */
  readonly gates: ReadonlyMap<string, KnownGate>;
  readonly selected: string | null;
  /** the last tap, by gate */
  readonly taps: ReadonlyMap<string, Tap>;
  readonly hiddenSince: number | null;
  /** ids of gates, the last used first */
  readonly lastUsed: readonly string[];
}

export type PageEvent =
  | { readonly type: "session"; readonly view: SessionView }
  | { readonly type: "session-unreached" }
  | { readonly type: "stream-opened" }
  | { readonly type: "stream-beat" }
  | { readonly type: "stream-said"; readonly event: ServerEvent }
  | { readonly type: "stream-ended"; readonly random: number }
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
  | { readonly type: "post"; readonly gate: string; readonly id: string }
  /** looks for a request in the history after the stream was broken; if found, `answered` follows */
  | { readonly type: "look-up"; readonly id: string }
  | { readonly type: "remember"; readonly lastUsed: readonly string[] };
