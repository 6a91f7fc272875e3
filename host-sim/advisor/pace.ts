import type { Timer, TimerHandle } from "../../device/hal.ts";

interface Armed {
  /** in the time of {@link Pace.now} */
  readonly due: number;
  readonly callback: () => void;
}

/** Longer than any single operation of a client in this process takes. */
const defaultQuietMs = 25;

/**
 * A clock and its timers, shared by a client and its observer. While nothing happens, time runs
 * `factor` times faster. After a {@link stir} or a timer, and during a {@link hold}, it runs at
 * real speed, so that a handshake takes its real time. Fast time never passes a due timer: a late
 * process does not make the client late. With a factor of 1, it is an ordinary clock.
 */
export class Pace implements Timer {
  readonly factor: number;
  readonly #quietMs: number;
  readonly #armed = new Set<Armed>();
  readonly #startedAt = Date.now();
  /** device time at {@link #since}, which is real time */
  #base = 0;
  #since = performance.now();
  #rate = 1;
  #holds = 0;
  #boost = 1;
  #calming: NodeJS.Timeout | undefined;
  #settling: NodeJS.Immediate | undefined;
  #firing: NodeJS.Timeout | undefined;

  /** @param quietMs how long time runs at real speed after the last event, in real ms */
  constructor(factor: number, quietMs = defaultQuietMs) {
    this.factor = factor;
    this.#quietMs = quietMs;
    this.stir();
  }

  /** ms since creation, in the device's time */
  now(): number {
    const real = performance.now();
    this.#base += (real - this.#since) * this.#rate;
    this.#since = real;
    if (this.#rate > 1) this.#base = Math.min(this.#base, this.#next()?.due ?? this.#base);
    return this.#base;
  }

  /** ms since 1970, in the device's time */
  date(): number {
    return this.#startedAt + this.now();
  }

  /** Something happened: its consequences take place in real time. */
  stir(): void {
    this.#stayAwake();
    this.#setRate(1);
    if (this.#holds > 0 || this.factor === 1) return;
    this.#calming = setTimeout(() => {
      // Events that arrived while this process was late are handled first, and call stir.
      this.#settling = setImmediate(() => this.#setRate(this.factor * this.#boost));
    }, this.#quietMs);
  }

  #stayAwake(): void {
    clearTimeout(this.#calming);
    clearImmediate(this.#settling);
  }

  /** Time runs at real speed until the returned function is called. It may be called twice. */
  hold(): () => void {
    this.#holds += 1;
    this.stir();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      this.stir();
    };
  }

  /** For long waits in which nothing can be measured: `boost` times faster still. 1 ends it. */
  hurry(boost: number): void {
    this.#boost = this.factor === 1 ? 1 : boost;
    this.stir();
  }

  set(callback: () => void, delayMs: number): TimerHandle {
    const armed: Armed = { due: this.now() + Math.max(0, delayMs), callback };
    this.#armed.add(armed);
    this.stir();
    this.#arm();
    return armed;
  }

  clear(handle: TimerHandle): void {
    this.#armed.delete(handle as Armed);
  }

  /** No timer fires any more. */
  stop(): void {
    this.#armed.clear();
    this.#stayAwake();
    clearTimeout(this.#firing);
  }

  #setRate(rate: number): void {
    if (rate === this.#rate) return;
    this.now();
    this.#rate = rate;
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#firing);
    const next = this.#next();
    if (next === undefined) return;
    const delayMs = Math.max(0, Math.ceil((next.due - this.now()) / this.#rate));
    this.#firing = setTimeout(() => this.#fire(), delayMs);
  }

  /** One at a time: a callback that throws must not affect the others. */
  #fire(): void {
    const next = this.#next();
    if (next === undefined) return;
    try {
      if (next.due > this.now()) return;
      this.stir();
      this.#armed.delete(next);
      next.callback();
    } finally {
      this.#arm();
    }
  }

  #next(): Armed | undefined {
    let next: Armed | undefined;
    for (const armed of this.#armed) if (next === undefined || armed.due < next.due) next = armed;
    return next;
  }
}
