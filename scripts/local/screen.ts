import { styleText } from "node:util";
import type { Settings } from "../../device/config.ts";
import type { ConnectionState } from "../../device/core/connection.ts";
import type { Digital } from "../../device/hal.ts";
import type { EventReport } from "../../device/messages/event.ts";
import type { GateState } from "../../device/messages/gate.ts";
import { StatusLight } from "../../device/status-light.ts";
import type { Fault } from "../../host-sim/faults/fault.ts";
import type { FaultState } from "../../host-sim/faults/injector.ts";
import { describeFaultKeys, faultOfKey } from "../../host-sim/faults/keys.ts";
import type { Edge } from "../../host-sim/hardware/pin.ts";
import { NodeTimer } from "../../host-sim/hardware/timer.ts";
import { describeRecord } from "../../host-sim/plain-lines.ts";
import { printable } from "../../host-sim/printable.ts";
import type { SimulatedBoxRecord } from "../../host-sim/simulated-box.ts";
import type { BoomState } from "../../host-sim/site/boom-gate.ts";
import { onStopSignal, type StopSignal } from "../../host-sim/stop-signals.ts";
import {
  hasKeys,
  isHelp,
  type Keyboard,
  quits,
  readKeys,
} from "../../host-sim/terminal/keyboard.ts";
import { drawPanel, type PanelGate } from "../../host-sim/terminal/panel.ts";
import { Screen, type TerminalOutput } from "../../host-sim/terminal/screen.ts";
import { messageOf } from "../command-line/user-error.ts";
import type { Onlooker } from "./system.ts";

const redrawMs = 100;

/** The part of a `SimulatedBox` that the screen shows. */
export interface WatchedBox {
  readonly connectionState: ConnectionState;
  readonly device: { readonly button?: { read(): 0 | 1 } };
  readonly gates: readonly WatchedGate[];
}

/** The part of a `SimulatedGate` that the screen shows. */
export interface WatchedGate {
  readonly name: string | undefined;
  readonly hardware: {
    readonly pin: { readonly number: number; readonly edges: readonly Edge[] };
    readonly input?: { readonly number: number; read(): 0 | 1 };
  };
  readonly boom: { readonly state: BoomState; readonly position: number };
}

/** Asks the box to open the gate with this name; absent: its first gate. */
export type OpenGate = (gate?: string) => Promise<EventReport | undefined>;

/** The part of a `FaultInjector` that the screen uses. */
export interface WatchedFaults {
  readonly state: FaultState;
  apply(fault: Fault): void;
}

/** The part of `process.stdout` that the screen uses. Without `isTTY`, sizes are ignored. */
export interface Output extends TerminalOutput {
  readonly isTTY?: boolean;
  on(event: "resize" | "error", listener: () => void): unknown;
}

/** The part of `process` that the screen uses. */
export interface Signals {
  readonly env: Readonly<Record<string, string | undefined>>;
  on(event: StopSignal | "exit", listener: () => void): unknown;
  off(event: StopSignal | "exit", listener: () => void): unknown;
}

export interface WatchOptions {
  readonly input?: Keyboard;
  readonly output?: Output;
  readonly signals?: Signals;
}

/**
 * Watches one box in the terminal: log above, panel below, keys to open and to quit. If the output
 * is not a terminal, it prints lines only. {@link ended} resolves on `q`, Ctrl-C or a stop signal,
 * and when the output is closed.
 */
export class Watch implements Onlooker {
  readonly ended: Promise<void>;
  readonly #input: Keyboard;
  readonly #output: Output;
  readonly #signals: Signals;
  readonly #screen: Screen | undefined;
  readonly #startedAt = performance.now();
  #resolveEnded: () => void = () => {};
  #open: OpenGate | undefined;
  #faults: WatchedFaults | undefined;
  #releaseKeys = () => {};
  #help: string[] = [];
  /** what the box makes of the contact at each gate, by its name */
  readonly #gateStates = new Map<string | undefined, GateState>();
  #gateNames: readonly string[] = [];
  readonly #highPins = new Set<number>();
  readonly #led = new ShownLight();
  readonly #timer = new NodeTimer();
  readonly #light = new StatusLight(this.#led, this.#timer);
  readonly #releaseSignals: () => void;
  #redraw: NodeJS.Timeout | undefined;

  constructor(options: WatchOptions = {}) {
    this.#input = options.input ?? process.stdin;
    this.#output = options.output ?? process.stdout;
    this.#signals = options.signals ?? process;
    const hasScreen = this.#output.isTTY === true && this.#signals.env.TERM !== "dumb";
    this.#screen = hasScreen ? new Screen(this.#output) : undefined;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#releaseSignals = onStopSignal(this.#signals, this.#end);
    this.#output.on("error", this.#end);
  }

  /** `line` may contain text that came over the network. */
  log(line: string): void {
    const at = ((performance.now() - this.#startedAt) / 1000).toFixed(2).padStart(8);
    const text = printable(line);
    if (this.#screen === undefined) this.#output.write(`${at}  ${text}\n`);
    else this.#screen.log(`${styleText("gray", at)}  ${text}`);
  }

  /** Logs a line now, and again whenever somebody asks for help. */
  logForHelp(line: string): void {
    this.#help.push(line);
    this.log(line);
  }

  onRecord(record: SimulatedBoxRecord): void {
    if (record.type === "gate") this.#gateStates.set(record.gateName, record.state);
    if (record.type === "power") this.#gateStates.clear();
    if (this.#screen !== undefined) this.#shine(record);
    // A contact that bounces would fill the log; the panel shows its level.
    if (record.type !== "input" && record.type !== "button") this.log(describeRecord(record));
  }

  /** As the light at a box does. */
  #shine(record: SimulatedBoxRecord): void {
    if (record.type === "connection") this.#light.connection(record.state);
    if (record.type === "pin") {
      if (record.value === 1) this.#highPins.add(record.pin);
      else this.#highPins.delete(record.pin);
      this.#light.pulse(this.#highPins.size > 0);
    }
    if (record.type === "power" && record.state === "off") this.#light.connection("stopped");
  }

  /** Starts to show the box and to react to keys. */
  attach(
    box: WatchedBox,
    settings: Pick<Settings, "thingName" | "endpoint" | "port" | "button">,
    open: OpenGate,
    faults: WatchedFaults,
  ): void {
    const screen = this.#screen;
    if (screen === undefined) {
      this.log(`listening at ${settings.endpoint}:${settings.port}; Ctrl-C ends it`);
      return;
    }
    const isKeyed = hasKeys(this.#input);
    const draw = (width: number) =>
      drawPanel(
        {
          thingName: settings.thingName,
          broker: `${settings.endpoint}:${settings.port}`,
          connection: box.connectionState,
          isLit: this.#led.value === 1,
          gates: box.gates.map((gate) => this.#panelGate(gate)),
          now: performance.now(),
          hasKeys: isKeyed,
          faults: faults.state,
          ...buttonOf(box, settings),
        },
        width,
      );
    this.#redraw = setInterval(() => screen.showPanel(draw), redrawMs);
    screen.showPanel(draw);
    // However the process ends, the cursor is shown again.
    this.#signals.on("exit", this.#closeScreen);
    if (!isKeyed) return;
    this.#help.unshift(`keys: o open  ${describeFaultKeys(faults.state)}  h help  q quit`);
    this.#open = open;
    this.#gateNames = box.gates.flatMap(({ name }) => name ?? []);
    this.#faults = faults;
    this.#releaseKeys = readKeys(this.#input, this.#onKeys);
  }

  #panelGate({ name, hardware, boom }: WatchedGate): PanelGate {
    const { pin, input } = hardware;
    const state = this.#gateStates.get(name) ?? "unknown";
    return {
      ...(name === undefined ? {} : { name }),
      pin: pin.number,
      edges: pin.edges.slice(-100),
      boom: boom.state,
      boomPosition: boom.position,
      ...(input === undefined ? {} : { input: { pin: input.number, level: input.read(), state } }),
    };
  }

  /** Restores the terminal and keeps the log in it. Later log entries are plain lines. */
  close(): void {
    clearInterval(this.#redraw);
    this.#closeScreen();
    this.#timer.powerOff();
    this.#signals.off("exit", this.#closeScreen);
    if (this.#open === undefined) return;
    this.#open = undefined;
    this.#faults = undefined;
    this.#releaseKeys();
  }

  /** As if `q` had been pressed. */
  end(): void {
    this.#end();
  }

  readonly #end = () => {
    this.#releaseSignals();
    this.#resolveEnded();
  };

  readonly #closeScreen = () => this.#screen?.close();

  readonly #onKeys = (keys: string) => {
    if (quits(keys)) this.#end();
    // Several characters at once are pasted text or one key such as F1: neither may open a gate.
    if (keys === "o" || keys === " " || keys === "\r") void this.#press();
    const named = keys.length === 1 ? this.#gateNames[Number(keys) - 1] : undefined;
    if (named !== undefined) void this.#press(named);
    if (isHelp(keys)) for (const line of this.#help) this.log(line);
    const fault = this.#faults && faultOfKey(keys, this.#faults.state);
    if (fault !== undefined) this.#faults?.apply(fault);
  };

  async #press(gate?: string): Promise<void> {
    let problem: string | undefined;
    try {
      const report = await this.#open?.(gate);
      // The box's answer is logged as its event.
      if (report === undefined) problem = "no answer: is the box online?";
    } catch (error) {
      problem = messageOf(error);
    }
    // After close, nobody waits for the result.
    if (problem !== undefined && this.#open !== undefined) this.log(problem);
  }
}

class ShownLight implements Digital {
  value: 0 | 1 = 0;

  write(value: 0 | 1): void {
    this.value = value;
  }
}

function buttonOf({ device }: WatchedBox, { button }: Pick<Settings, "button">) {
  const level = device.button?.read();
  return button === undefined || level === undefined ? {} : { button: { pin: button.pin, level } };
}
