import type { Timer, TimerHandle } from "../../device/hal.ts";

interface Armed {
  /** on the scale of `performance.now()` */
  readonly due: number;
  /** undefined once cleared */
  callback: (() => void) | undefined;
  timeout: NodeJS.Timeout | undefined;
}

/** The timers of one box. */
export interface PoweredTimer extends Timer {
  /** Power-off: no timer fires any more. */
  powerOff(): void;
}

const turnEnd = Promise.resolve();

/**
 * Timers on Node. Node's own timers may fire up to a millisecond early; these never do. Node's
 * timer is set at the end of the turn, before which it could not fire anyway: setting one takes
 * longer than everything else between a command and its pulse.
 */
export class NodeTimer implements PoweredTimer {
  /** a few at a time */
  readonly #armed: Armed[] = [];

  set(callback: () => void, delayMs: number): TimerHandle {
    const armed: Armed = { due: performance.now() + delayMs, callback, timeout: undefined };
    this.#armed.push(armed);
    turnEnd.then(() => this.#wait(armed));
    return armed;
  }

  clear(handle: TimerHandle): void {
    const armed = handle as Armed;
    this.#forget(armed);
    armed.callback = undefined;
    clearTimeout(armed.timeout);
  }

  powerOff(): void {
    for (const armed of [...this.#armed]) this.clear(armed);
  }

  #forget(armed: Armed): void {
    const index = this.#armed.indexOf(armed);
    if (index >= 0) this.#armed.splice(index, 1);
  }

  #wait(armed: Armed): void {
    if (armed.callback === undefined) return;
    const delayMs = Math.max(0, Math.ceil(armed.due - performance.now()));
    armed.timeout = setTimeout(this.#fire, delayMs, armed);
  }

  readonly #fire = (armed: Armed): void => {
    if (performance.now() < armed.due) {
      this.#wait(armed);
      return;
    }
    this.#forget(armed);
    armed.callback?.();
  };
}
