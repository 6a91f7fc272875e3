import type { Timer, TimerHandle } from "./hal.ts";

interface Armed {
  readonly callback: () => void;
  readonly at: number;
}

/**
 * `hal.ts`'s timer on its own timeline, for tests that never wait. Timers can be lost on demand.
 */
export class ManualTimer implements Timer {
  now = 0;
  readonly #armed = new Set<Armed>();

  get armed(): number {
    return this.#armed.size;
  }

  set(callback: () => void, delayMs: number): TimerHandle {
    const timer = { callback, at: this.now + delayMs };
    this.#armed.add(timer);
    return timer;
  }

  clear(handle: TimerHandle): void {
    this.#armed.delete(handle as Armed);
  }

  /** The timer never fires, and nothing reports it. */
  lose(handle: TimerHandle): void {
    this.clear(handle);
  }

  /** Fires the timers that become due, in order. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#armed.delete(next);
      this.now = next.at;
      next.callback();
    }
    this.now = end;
  }

  #next(end: number): Armed | undefined {
    let next: Armed | undefined;
    for (const timer of this.#armed) {
      if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    }
    return next;
  }
}
