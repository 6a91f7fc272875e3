/**
 * A clock that never goes back and also counts the time while the device sleeps. In some browsers
 * `performance.now()` stops during sleep, so a slide from ten minutes ago would look new. `Date.now()` can
 * be set back.
 */
export interface Reading {
  readonly monotonicMs: number;
  readonly dateMs: number;
}

export class WakefulClock {
  #last: Reading;
  #elapsedMs = 0;

  constructor(first: Reading) {
    this.#last = first;
  }

  /** @returns ms since the first reading; a date that was set forward counts as sleep, which is safe */
  at(reading: Reading): number {
    const monotonic = reading.monotonicMs - this.#last.monotonicMs;
    const date = reading.dateMs - this.#last.dateMs;
    this.#elapsedMs += Math.max(monotonic, date, 0);
    this.#last = reading;
    return this.#elapsedMs;
  }
}

function read(): Reading {
  return { monotonicMs: performance.now(), dateMs: Date.now() };
}

const clock = new WakefulClock(read());

export function now(): number {
  return clock.at(read());
}
