import type { AgentOptions } from "../../device/agent.ts";
import type { Settings } from "../../device/config.ts";
import type { TimerHandle } from "../../device/hal.ts";
import { ScriptedClock } from "../hardware/clock.ts";
import type { PoweredTimer } from "../hardware/timer.ts";
import type { TLSIdentity } from "../hardware/tls.ts";
import { type Firmware, SimulatedBox } from "../simulated-box.ts";
import type { Pace } from "./pace.ts";
import type { RunningClient } from "./run.ts";

export interface BoxClientOptions {
  /** the host of the advisor, too */
  readonly settings: Settings;
  readonly identity: TLSIdentity;
  /** the box's clock and timers */
  readonly pace: Pace;
  /** uniform in [0, 1); default: Math.random */
  readonly random?: () => number;
  /** default: the agent, in this process; `onFailed` is called when it fails */
  makeFirmware?(agent: AgentOptions, onFailed: (error: Error) => void): Firmware;
}

/** Our own firmware on simulated hardware. The advisor controls its time. */
export function startBoxClient(options: BoxClientOptions): RunningClient {
  const { settings, identity, pace, random, makeFirmware } = options;
  let problem: string | undefined;
  const box = new SimulatedBox({
    settings,
    identity,
    clock: new ScriptedClock(undefined, {
      // A box that reads its clock is active.
      now: () => {
        pace.stir();
        return pace.now();
      },
      date: () => pace.date(),
    }),
    timer: new PacedTimer(pace),
    ...(random === undefined ? {} : { random }),
    ...(makeFirmware === undefined
      ? {}
      : {
          makeFirmware: (agent: AgentOptions) =>
            makeFirmware(agent, (error) => {
              problem = error.message;
            }),
        }),
  });
  box.start();
  return {
    problem() {
      const { edges } = box.device.gatePin;
      // No case sends a command that opens the gate.
      return edges.length === 0 ? problem : `pin ${settings.pin} moved, edges: ${edges.length}`;
    },
    stop: () => box.stop(),
  };
}

/** The box's own timers among those it shares with the advisor: only these stop with its power. */
class PacedTimer implements PoweredTimer {
  readonly #pace: Pace;
  readonly #armed = new Set<TimerHandle>();

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  set(callback: () => void, delayMs: number): TimerHandle {
    const handle = this.#pace.set(() => {
      this.#armed.delete(handle);
      callback();
    }, delayMs);
    this.#armed.add(handle);
    return handle;
  }

  clear(handle: TimerHandle): void {
    this.#armed.delete(handle);
    this.#pace.clear(handle);
  }

  powerOff(): void {
    for (const handle of this.#armed) this.clear(handle);
  }
}
