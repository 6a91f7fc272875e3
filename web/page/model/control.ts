/** Decides what the control of one gate shows. Pure. */
import type { GateView } from "../../api.ts";
import { isTrusted } from "./link.ts";
import { isAnswerCurrent } from "./poll.ts";
import type { PageState } from "./state.ts";
import { isPending, isResting, type Tap } from "./tap.ts";

export type Control =
  | { readonly type: "ready" }
  /** a tap is in progress, or its outcome has just been shown */
  | { readonly type: "busy" }
  | {
      readonly type: "off";
      readonly why: "stream-broken" | "checking" | "box-offline" | "box-unknown" | "denied";
    };

export interface GatePanel {
  readonly view: GateView;
  readonly control: Control;
  readonly tap: Tap | null;
  /** what a contact at the gate proves now; null: nothing */
  readonly position: GateView["position"];
}

/** @returns null when the gate is unknown */
export function gatePanel(state: PageState, gateId: string, now: number): GatePanel | null {
  const gate = state.gates.get(gateId);
  if (gate === undefined) return null;
  const tap = state.taps.get(gateId) ?? null;
  const isConnected = isTrusted(state.link, now) || isAnswerCurrent(state.poll, now);
  const isCurrent = isConnected && gate.isFresh;
  return {
    view: gate.view,
    control: control(),
    tap,
    position: isCurrent ? gate.view.position : null,
  };

  function control(): Control {
    if (tap !== null && (isPending(tap) || isResting(tap, now))) return { type: "busy" };
    if (!isConnected) {
      const isFirstTry = state.link.type === "opening" && state.link.failures === 0;
      return { type: "off", why: isFirstTry ? "checking" : "stream-broken" };
    }
    if (state.link.type === "live" && !gate?.isFresh) return { type: "off", why: "checking" };
    if (gate?.view.may.open === false) return { type: "off", why: "denied" };
    if (gate?.view.box === "offline") return { type: "off", why: "box-offline" };
    if (gate?.view.box === "unknown") return { type: "off", why: "box-unknown" };
    return { type: "ready" };
  }
}
