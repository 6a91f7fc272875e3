import type NativeTimer from "timer";
import type { Timer, TimerHandle } from "../hal.ts";
import type { Ticks } from "./ticks.ts";

interface Armed {
  native: object | undefined;
}

/** Moddable's one-shot timers, which count whole milliseconds and may fire within the last one. */
export class XsTimer implements Timer {
  readonly #native: Pick<typeof NativeTimer, "set" | "clear">;
  readonly #ticks: Ticks;

  constructor(native: Pick<typeof NativeTimer, "set" | "clear">, ticks: Ticks) {
    this.#native = native;
    this.#ticks = ticks;
  }

  set(callback: () => void, delayMs: number): TimerHandle {
    const armed: Armed = { native: undefined };
    const due = this.#ticks.now() + delayMs;
    const wait = () => {
      const rest = Math.min(longestMs, Math.ceil(due - this.#ticks.now()));
      armed.native = this.#native.set(fire, Math.max(0, rest));
    };
    const fire = () => {
      armed.native = undefined;
      if (this.#ticks.now() < due) wait();
      else callback();
    };
    wait();
    return armed;
  }

  clear(handle: TimerHandle): void {
    const armed = handle as Armed;
    if (armed.native !== undefined) this.#native.clear(armed.native);
    armed.native = undefined;
  }
}

/** One day: the native delay has 31 bits, and {@link Ticks} must be read regularly. */
const longestMs = 24 * 60 * 60 * 1000;
