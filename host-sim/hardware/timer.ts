import type { Timer, TimerHandle } from "../../device/hal.ts";

interface Armed {
  timeout: NodeJS.Timeout;
}

/** Timers on Node. Node's own may fire up to a millisecond early; these never do. */
export class NodeTimer implements Timer {
  set(callback: () => void, delayMs: number): TimerHandle {
    const due = performance.now() + delayMs;
    const fire = () => {
      const early = due - performance.now();
      if (early > 0) armed.timeout = setTimeout(fire, Math.ceil(early));
      else callback();
    };
    const armed: Armed = { timeout: setTimeout(fire, Math.max(0, Math.ceil(delayMs))) };
    return armed;
  }

  clear(handle: TimerHandle): void {
    clearTimeout((handle as Armed).timeout);
  }
}
