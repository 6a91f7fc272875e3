import { styleText } from "node:util";
import type { Settings } from "../device/config.ts";
import { describeRecord } from "../host-sim/plain-lines.ts";
import type { SimulatedBox, SimulatedBoxRecord } from "../host-sim/simulated-box.ts";
import { drawPanel } from "../host-sim/terminal/panel.ts";
import { Screen } from "../host-sim/terminal/screen.ts";
import type { Onlooker } from "./local-system.ts";

const redrawMs = 100;

/**
 * Watches one box in the terminal: log above, panel below, keys to open and to quit. Where output
 * is no terminal there are lines alone. {@link ended} resolves at `q`, Ctrl-C, SIGINT or SIGTERM.
 */
export class Watch implements Onlooker {
  readonly ended: Promise<void>;
  readonly #screen = process.stdout.isTTY ? new Screen(process.stdout) : undefined;
  readonly #startedAt = performance.now();
  #end: () => void = () => {};
  #redraw: NodeJS.Timeout | undefined;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    process.once("SIGINT", this.#end);
    process.once("SIGTERM", this.#end);
  }

  log(line: string): void {
    const at = ((performance.now() - this.#startedAt) / 1000).toFixed(2).padStart(8);
    const text = `${styleText("gray", at)}  ${line}`;
    if (this.#screen === undefined) process.stdout.write(`${at}  ${line}\n`);
    else this.#screen.log(text);
  }

  onRecord(record: SimulatedBoxRecord): void {
    this.log(describeRecord(record));
  }

  /** Shows the box from now on, and lets keys act. */
  attach(box: SimulatedBox, settings: Settings, open: () => Promise<void>): void {
    const screen = this.#screen;
    if (screen === undefined) {
      this.log(`listening at ${settings.endpoint}:${settings.port}; Ctrl-C ends it`);
      return;
    }
    const draw = () =>
      screen.showPanel(
        drawPanel(
          {
            thingName: settings.thingName,
            broker: `${settings.endpoint}:${settings.port}`,
            connection: box.connectionState,
            pin: settings.pin,
            edges: box.device.gatePin.edges.slice(-100),
            boom: box.gate.state,
            boomPosition: box.gate.position,
            now: performance.now(),
          },
          screen.width,
        ),
      );
    this.#redraw = setInterval(draw, redrawMs);
    draw();
    this.#listen(open);
  }

  /** Gives the terminal back as it was. */
  close(): void {
    clearInterval(this.#redraw);
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    process.stdin.pause();
  }

  #listen(open: () => Promise<void>): void {
    if (!process.stdin.isTTY) return;
    process.stdin.setRawMode(true);
    process.stdin.on("data", (keys) => {
      for (const key of keys.toString()) {
        if (key === "q" || key === "\u0003" || key === "\u0004") this.#end();
        if (key === "o" || key === " " || key === "\r") {
          open().catch((error: unknown) => this.log(`not sent: ${String(error)}`));
        }
      }
    });
  }
}
