import type { ConnectionState } from "../../device/core/connection.ts";
import type { GateState } from "../../device/messages/gate.ts";
import type { FaultState } from "../faults/injector.ts";
import { buttonFaultKeys, type FaultKey, faultKeys, gateFaultKeys } from "../faults/keys.ts";
import { gateStateWords } from "../gate-words.ts";
import type { Edge } from "../hardware/pin.ts";
import type { BoomState } from "../site/boom-gate.ts";
import { drawBoom } from "./boom.ts";
import { drawLine, type Span, widthOf } from "./spans.ts";
import { drawTimeline } from "./timeline.ts";

/** One gate of the box on the panel. */
export interface PanelGate {
  /** undefined if the settings name none */
  readonly name?: string;
  readonly pin: number;
  readonly edges: readonly Edge[];
  readonly boom: BoomState;
  /** 0 down, 1 up */
  readonly boomPosition: number;
  /** the contact at the gate: what the box reads, and what it makes of it; undefined without one */
  readonly input?: { readonly pin: number; readonly level: 0 | 1; readonly state: GateState };
}

/** The state of one box on the panel. */
export interface PanelState {
  readonly thingName: string;
  /** `localhost:8883` */
  readonly broker: string;
  readonly connection: ConnectionState;
  /** whether the light of the box shines */
  readonly isLit: boolean;
  /** one at least */
  readonly gates: readonly PanelGate[];
  /** ms, on the same clock as the edges */
  readonly now: number;
  readonly faults: FaultState;
  /** the button at the box; undefined without one */
  readonly button?: { readonly pin: number; readonly level: 0 | 1 };
  /** false if keys cannot be read; default true */
  readonly hasKeys?: boolean;
}

const road: readonly ConnectionState[] = ["network", "time", "tls", "mqtt", "connected"];
const columnMs = 100;
const labelWidth = 12;
const maximumWidth = 100;
const levelWidth = " HIGH".length;

/** The panel. For one box, it always has the same number of lines, each of at most `width` columns. */
export function drawPanel(state: PanelState, width: number): string[] {
  // The last column stays free: a character there makes some terminals start a new line.
  const room = Math.max(0, Math.min(width - 1, maximumWidth));
  const rule: Span[] = [{ text: "─".repeat(room), format: "gray" }];
  const lines: readonly (readonly Span[])[] = [
    rule,
    [label(state.thingName), { text: `at ${state.broker}`, format: "gray" }],
    [label("connection"), ...drawRoad(state.connection, room - labelWidth)],
    [label("light"), state.isLit ? { text: "●", format: "green" } : { text: "○", format: "gray" }],
    ...state.gates.flatMap((gate) => drawGate(gate, state, room)),
    ...drawButton(state),
    rule,
    drawFaults(faultKeys, state, room),
    ...(state.gates[0]?.input === undefined ? [] : [drawFaults(gateFaultKeys, state, room)]),
    ...(state.button === undefined ? [] : [drawFaults(buttonFaultKeys, state, room)]),
    ...drawGateKeys(state, room),
    drawKeys(state.hasKeys ?? true, room),
  ];
  return lines.map((spans) => drawLine(spans, room));
}

function label(text: string): Span {
  return {
    text: text.length < labelWidth ? text.padEnd(labelWidth) : `${text} `,
    format: "bold",
  };
}

/** All states if there is room, else the current one. */
function drawRoad(connection: ConnectionState, room: number): Span[] {
  if (connection === "backoff") return [{ text: "waiting to retry", format: "yellow" }];
  if (connection === "stopped") return [{ text: "stopped", format: "gray" }];
  const reached = road.indexOf(connection);
  const stations = road.map((state, index): Span => {
    if (index > reached) return { text: `○ ${state}`, format: "gray" };
    return index === reached && state !== "connected"
      ? { text: `◐ ${state}`, format: "yellow" }
      : { text: `● ${state}`, format: "green" };
  });
  const spans = stations.flatMap((station, index) =>
    index === 0 ? [station] : [{ text: "  " }, station],
  );
  return widthOf(spans) <= room ? spans : stations.slice(reached, reached + 1);
}

/** With its boom if it has no name; several booms would not fit on most screens. */
function drawGate(gate: PanelGate, { now }: PanelState, room: number): Span[][] {
  const { name } = gate;
  const pin = drawPin(gate, now, room - labelWidth - levelWidth);
  if (name === undefined) return [pin, ...drawPicture(gate), ...drawInput(gate)];
  const { boom, input } = gate;
  const state: Span[] = [label(name), { text: boom, format: formatOf(boom) }];
  if (input !== undefined) {
    state.push({ text: `   input ${input.pin} ` }, inputState(input));
  }
  return [pin, state];
}

function drawPin({ pin, edges }: PanelGate, now: number, room: number): Span[] {
  // From the pin, not the picture: the picture's current column also shows a pulse that is over.
  const isHigh = edges.at(-1)?.value === 1;
  const timeline = drawTimeline(edges, now, Math.max(0, room), columnMs);
  const pulses = timeline.match(/▁+|█+/g) ?? [];
  return [
    label(`pin ${pin}`),
    ...pulses.map((text): Span => ({ text, format: text.startsWith("█") ? "green" : "gray" })),
    isHigh ? { text: " HIGH", format: "green" } : { text: " LOW" },
  ];
}

function formatOf(boom: BoomState) {
  return boom === "closed" ? "red" : boom === "open" ? "green" : "yellow";
}

function drawPicture({ boom, boomPosition }: PanelGate): Span[][] {
  const format = formatOf(boom);
  const picture = drawBoom(boomPosition).map((text): Span => ({ text, format }));
  return picture.map((line, index) =>
    index === picture.length - 1
      ? [label("gate"), line, { text: `  ${boom}`, format }]
      : [label(""), line],
  );
}

function drawInput({ input }: PanelGate): Span[][] {
  return input === undefined ? [] : [[label(`input ${input.pin}`), inputState(input)]];
}

function inputState({ level, state }: NonNullable<PanelGate["input"]>): Span {
  const text = `${level === 1 ? "HIGH" : "LOW"}  ${gateStateWords[state]}`;
  return state === "unknown" ? { text, format: "yellow" } : { text };
}

function drawButton({ button }: PanelState): Span[][] {
  if (button === undefined) return [];
  const isPressed = button.level === 0;
  const state: Span = isPressed
    ? { text: "LOW  pressed", format: "green" }
    : { text: "HIGH  not pressed" };
  return [[label(`button ${button.pin}`), state]];
}

/** The keys, each with its current fault; without keys, only the faults. */
function drawFaults(
  keys: readonly FaultKey[],
  { faults, hasKeys = true }: PanelState,
  room: number,
): Span[] {
  const states = keys.map(({ key, name, describe }) => ({
    key,
    name,
    wrong: describe(faults),
  }));
  if (!hasKeys) {
    const wrong = states.flatMap(({ name, wrong }) =>
      wrong === undefined ? [] : `${name} ${wrong}`,
    );
    return [{ text: wrong.join("  "), format: "yellow" }];
  }
  const whole = states.flatMap(({ key, name, wrong }, index): Span[] => [
    { text: index === 0 ? "" : "  " },
    { text: key, format: "bold" },
    wrong === undefined
      ? { text: ` ${name}`, format: "gray" }
      : { text: ` ${name} ${wrong}`, format: "yellow" },
  ]);
  if (widthOf(whole) <= room) return whole;
  // The text would not fit; it is in the log.
  return states.flatMap(({ key, wrong }, index): Span[] => [
    { text: index === 0 ? "" : " " },
    wrong === undefined
      ? { text: key, format: "bold" }
      : { text: `${key} ${wrong}`, format: "yellow" },
  ]);
}

/** The keys that open one of several gates. */
function drawGateKeys({ gates, hasKeys = true }: PanelState, room: number): Span[][] {
  if (gates.length < 2 || !hasKeys) return [];
  const spans = gates.flatMap(({ name = "" }, index): Span[] => [
    { text: index === 0 ? "" : "  " },
    { text: String(index + 1), format: "bold" },
    { text: ` open ${name}` },
  ]);
  return [widthOf(spans) <= room ? spans : [{ text: `1–${gates.length} open a gate` }]];
}

function drawKeys(hasKeys: boolean, room: number): Span[] {
  const keys: Span[] = hasKeys
    ? [
        { text: "o", format: "bold" },
        { text: " open   " },
        { text: "h", format: "bold" },
        { text: " help   " },
        { text: "q", format: "bold" },
        { text: " quit" },
      ]
    : [{ text: "Ctrl-C ends it" }];
  const hint = hasKeys
    ? "   or, in a second terminal: npx boom-box open"
    : "   in a second terminal: npx boom-box open";
  const whole: Span[] = [...keys, { text: hint, format: "gray" }];
  return widthOf(whole) <= room ? whole : keys;
}
