import { styleText } from "node:util";
import type { ConnectionState } from "../../device/core/connection.ts";
import type { Edge } from "../hardware/pin.ts";
import type { BoomState } from "../site/boom-gate.ts";
import { drawTimeline } from "./timeline.ts";

/** What the panel shows of one box. */
export interface PanelState {
  readonly thingName: string;
  /** `localhost:8883` */
  readonly broker: string;
  readonly connection: ConnectionState;
  readonly pin: number;
  readonly edges: readonly Edge[];
  readonly boom: BoomState;
  /** 0 down, 1 up */
  readonly boomPosition: number;
  /** ms, of the same clock as the edges */
  readonly now: number;
}

const road: readonly ConnectionState[] = ["network", "time", "tls", "mqtt", "connected"];
const columnMs = 100;
const labelWidth = 12;

/** The panel as lines of at most `width` columns. */
export function drawPanel(state: PanelState, width: number): string[] {
  const room = Math.max(20, Math.min(width, 100) - labelWidth - 8);
  const timeline = drawTimeline(state.edges, state.now, room, columnMs);
  const isHigh = timeline.endsWith("█");
  const rule = styleText("gray", "─".repeat(Math.min(width - 1, 100)));
  return [
    rule,
    `${label(state.thingName)}${styleText("gray", `at ${state.broker}`)}`,
    `${label("connection")}${drawRoad(state.connection)}`,
    `${label(`pin ${state.pin}`)}${styleText(isHigh ? "green" : "gray", timeline)} ${isHigh ? styleText("green", "HIGH") : "LOW"}`,
    ...drawBoom(state.boom, state.boomPosition),
    rule,
    `${styleText("bold", "o")} open   ${styleText("bold", "q")} quit   ${styleText("gray", "or, in a second terminal: npx boom-box open")}`,
  ];
}

function label(text: string): string {
  return styleText("bold", text.length < labelWidth ? text.padEnd(labelWidth) : `${text} `);
}

function drawRoad(connection: ConnectionState): string {
  if (connection === "backoff") return styleText("yellow", "waiting to try again");
  const reached = road.indexOf(connection);
  return road
    .map((state, index) => {
      if (index > reached) return styleText("gray", `○ ${state}`);
      return index === reached && state !== "connected"
        ? styleText("yellow", `◐ ${state}`)
        : styleText("green", `● ${state}`);
    })
    .join("  ");
}

/** Three lines: the boom lies, slants or stands on its post. */
function drawBoom(boom: BoomState, position: number): string[] {
  const indent = " ".repeat(labelWidth);
  const pictures = [
    ["      ", "      ", "▐━━━━━━━━━━"],
    ["      ", "   ⟋⟋⟋", "▐⟋⟋"],
    ["  ╱   ", " ╱    ", "▐"],
    ["┃     ", "┃     ", "▐"],
  ] as const;
  const picture = pictures[Math.min(3, Math.floor(position * 4))] ?? pictures[0];
  const [top, middle, bottom] = picture;
  const colour = boom === "closed" ? "red" : boom === "open" ? "green" : "yellow";
  return [
    `${indent}${styleText(colour, top)}`,
    `${indent}${styleText(colour, middle)}`,
    `${label("gate")}${styleText(colour, bottom.padEnd(14))}${styleText(colour, boom)}`,
  ];
}
