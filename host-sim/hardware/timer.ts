import type { Timer, TimerHandle } from "../../device/hal.ts";

interface Armed {
  /** on the scale of `performance.now()` */
  readonly due: number;
  /** undefined once cleared */
  callback: (() => void) | undefined;
  timeout: NodeJS.Timeout | undefined;
}

const turnEnd = Promise.resolve();

/**
 * Timers on Node. Node's own may fire up to a millisecond early; these never do. Node's is set as
 * soon as the turn ends, before which it could not fire: setting one takes longer than everything
 * else between a command and its pulse.
 */
export class NodeTimer implements Timer {
  set(callback: () => void, delayMs: number): TimerHandle {
    const armed: Armed = { due: performance.now() + delayMs, callback, timeout: undefined };
    turnEnd.then(() => wait(armed));
    return armed;
  }

  clear(handle: TimerHandle): void {
    const armed = handle as Armed;
    armed.callback = undefined;
    clearTimeout(armed.timeout);
  }
}

function wait(armed: Armed): void {
  if (armed.callback === undefined) return;
  const delayMs = Math.max(0, Math.ceil(armed.due - performance.now()));
  armed.timeout = setTimeout(fire, delayMs, armed);
}

function fire(armed: Armed): void {
  if (performance.now() < armed.due) wait(armed);
  else armed.callback?.();
}
