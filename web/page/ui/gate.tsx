import type { TargetedKeyboardEvent } from "preact";
import { useRef } from "preact/hooks";
import type { GateView, GuestPass, GuestSummary } from "../../api.ts";
import { words } from "../../words/page.ts";
import { type Control, type GatePanel, gatePanel } from "../model/control.ts";
import { outcomeOf } from "../model/outcome.ts";
import { isAnswerCurrent, isPolling } from "../model/poll.ts";
import type { PageEvent, PageState } from "../model/state.ts";
import type { Tap } from "../model/tap.ts";
import { isRightToLeft } from "./direction.ts";
import { Empty } from "./empty.tsx";
import { when } from "./format.ts";
import type { GateChoiceProps } from "./gate-select.tsx";
import { Help } from "./help.tsx";
import { Mark } from "./mark.tsx";
import { Part } from "./part.tsx";
import { Slider } from "./slider.tsx";
import { useTitle } from "./title.ts";

interface GatePageProps {
  readonly state: PageState;
  readonly now: number;
  readonly dispatch: (event: PageEvent) => void;
}

/** The gates that the person may see, and the control of the selected one. */
export function GatePage({ state, now, dispatch }: GatePageProps) {
  const { selection, session } = state;
  const contact = session.type === "in" ? session.view.contact : null;
  const guest = session.type === "in" && session.who.type === "guest" ? session.who.guest : null;
  const panel = selection.type === "gate" ? gatePanel(state, selection.id, now) : null;
  useTitle(panel?.view.name ?? words.nav.open);
  const select = (gate: string) => dispatch({ type: "selected", gate });
  const gates = [...state.gates.values()].map(({ view }) => view);
  if (selection.type === "gone" && gates.length > 0) {
    return (
      <div class="gate-page">
        <GateChoice gates={gates} selected={null} onSelect={select} />
        <Empty sentence={words.control.gone} />
      </div>
    );
  }
  if (panel === null) {
    const isSettled = state.link.type === "live" && state.link.openedAt === null;
    const isAnswered = isAnswerCurrent(state.poll, now);
    const isBroken = "failures" in state.link && state.link.failures > 0 && !isAnswered;
    const text = isSettled || isAnswered ? words.control.none : words.loading;
    return (
      <Empty sentence={isBroken ? words.control.brokenLong : text}>
        {(isSettled || isAnswered || isBroken) && <Help contact={contact} />}
      </Empty>
    );
  }
  return (
    <div class="gate-page">
      {gates.length > 1 && <GateChoice gates={gates} selected={panel.view.id} onSelect={select} />}
      <section
        class="gate"
        id="gate-panel"
        {...(hasTabs(gates)
          ? { role: "tabpanel", "aria-labelledby": `tab-${panel.view.id}` }
          : { "aria-labelledby": "gate-name" })}
      >
        {isPolling(state.poll, state.link, now) && (
          <p class="hint" role="status">
            {words.control.polling}
          </p>
        )}
        <h1 id="gate-name" class="gate-name">
          {panel.view.name}
        </h1>
        <Status panel={panel} contact={contact} guest={guest} />
        {panel.view.pass !== null && <Pass pass={panel.view.pass} />}
        <OutcomePanel tap={panel.tap} contact={contact} />
        <Slider
          key={panel.view.id}
          gateName={panel.view.name}
          control={panel.control}
          label={labelOf(panel)}
          onSlid={() => dispatch({ type: "slid", gate: panel.view.id, id: crypto.randomUUID() })}
        />
      </section>
    </div>
  );
}

/** More gates would push the control off the screen, or hide most of the tabs. */
const mostTabs = 5;

function hasTabs(gates: readonly GateView[]): boolean {
  return gates.length > 1 && gates.length <= mostTabs;
}

/** Most people may open few gates, so their phones do not load the list for many. */
const loadGateSelect = () => import("./gate-select.tsx");

function GateChoice(props: GateChoiceProps) {
  if (props.gates.length <= mostTabs) return <GateTabs {...props} />;
  return (
    <Part load={loadGateSelect} isQuiet>
      {({ GateSelect }) => <GateSelect {...props} />}
    </Part>
  );
}

function GateTabs({ gates, selected, onSelect }: GateChoiceProps) {
  const list = useRef<HTMLDivElement>(null);
  function onKeyDown(event: TargetedKeyboardEvent<HTMLDivElement>): void {
    const right = isRightToLeft() ? -1 : 1;
    const step = { ArrowRight: right, ArrowLeft: -right }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const index = gates.findIndex(({ id }) => id === selected) + step;
    const next = gates[(index + gates.length) % gates.length];
    if (next === undefined) return;
    onSelect(next.id);
    list.current?.querySelector<HTMLElement>(`#tab-${CSS.escape(next.id)}`)?.focus();
  }
  return (
    <div
      ref={list}
      class="tabs"
      role="tablist"
      aria-label={words.control.tabs}
      onKeyDown={onKeyDown}
    >
      {gates.map(({ id, name, box }, index) => (
        <button
          key={id}
          id={`tab-${id}`}
          type="button"
          class="tab"
          role="tab"
          aria-selected={id === selected}
          aria-controls="gate-panel"
          tabIndex={id === selected || (selected === null && index === 0) ? 0 : -1}
          onClick={() => onSelect(id)}
        >
          <span class="lamp" data-lamp={box === "online" ? "good" : "off"} />
          <span class="tab-name">{name}</span>
        </button>
      ))}
    </div>
  );
}

interface StatusProps {
  readonly panel: GatePanel;
  readonly contact: string | null;
  /** null: a person sees it */
  readonly guest: GuestSummary | null;
}

function Status({ panel, contact, guest }: StatusProps) {
  const { view, control, position } = panel;
  const lamp = lampOf(control);
  return (
    <div class="status" id="gate-status" role="status">
      <p class="pill" data-lamp={lamp}>
        <span class="lamp" data-lamp={lamp} />
        {shortStatus(view, control)}
      </p>
      {position !== null && (
        <p class="position" data-position={position.state}>
          {position.message}
          {position.since !== null && ` · ${when(position.since)}`}
        </p>
      )}
      {control.type === "off" && <p class="why">{longStatus(view, control, guest)}</p>}
      {control.type === "off" && control.why !== "checking" && <Help contact={contact} />}
    </div>
  );
}

function lampOf(control: Control): "good" | "off" | "bad" {
  if (control.type !== "off") return "good";
  return control.why === "stream-broken" ? "bad" : "off";
}

function shortStatus(view: GateView, control: Control): string {
  if (control.type !== "off") return words.boxes[view.box];
  switch (control.why) {
    case "stream-broken":
      return words.control.broken;
    case "checking":
      return words.control.checking;
    case "denied":
      return view.may.open ? words.boxes[view.box] : words.denials[view.may.why];
    case "box-offline":
    case "box-unknown":
      return words.boxes[view.box];
  }
}

/** What is left of the link of a guest. */
function Pass({ pass: { startsAt, endsAt, left } }: { readonly pass: GuestPass }) {
  return (
    <p class="hint" role="status">
      {words.control.pass(left, when(startsAt), when(endsAt))}
    </p>
  );
}

function longStatus(
  view: GateView,
  control: Extract<Control, { type: "off" }>,
  guest: GuestSummary | null,
): string {
  const lastSeen = view.lastSeenAt === null ? "" : words.control.lastSeen(when(view.lastSeenAt));
  switch (control.why) {
    case "stream-broken":
      return words.control.brokenLong;
    case "checking":
      return "";
    case "denied":
      if (view.may.open) return "";
      if (guest !== null && view.may.why === "used-up") {
        return words.control.askInviter(guest.inviterName);
      }
      if (view.may.opensAt === null) return "";
      return view.may.why === "not-yet"
        ? words.control.opensFrom(when(view.may.opensAt))
        : words.control.opensAt(when(view.may.opensAt));
    case "box-offline":
      return `${words.control.offlineLong} ${lastSeen}`;
    case "box-unknown":
      return words.control.unknownLong;
  }
}

function labelOf({ control, view }: GatePanel): string {
  if (control.type === "ready") return words.control.slide;
  if (control.type === "busy") return words.control.busy;
  return shortStatus(view, control);
}

interface OutcomePanelProps {
  readonly tap: Tap | null;
  readonly contact: string | null;
}

/** Always rendered, because a screen reader announces changes only in an element that exists. */
function OutcomePanel({ tap, contact }: OutcomePanelProps) {
  const outcome = tap === null ? null : outcomeOf(tap);
  return (
    <div class="outcome" data-tone={outcome?.tone ?? "none"} role="status" aria-atomic="true">
      {outcome === null ? (
        <Mark kind="outcome-mark" />
      ) : (
        <>
          <p class="outcome-title">{outcome.title}</p>
          {outcome.text !== "" && <p>{outcome.text}</p>}
          {(outcome.tone === "bad" || outcome.tone === "unsure") && <Help contact={contact} />}
          {outcome.steps !== null && <Steps done={outcome.steps} />}
        </>
      )}
    </div>
  );
}

function Steps({ done }: { readonly done: number }) {
  return (
    <ol class="steps" aria-hidden="true">
      {words.steps.map((word, index) => (
        <li key={word} data-done={index < done} data-next={index === done}>
          {word}
        </li>
      ))}
    </ol>
  );
}
