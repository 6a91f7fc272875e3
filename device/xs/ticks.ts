import type Time from "time";

/**
 * Milliseconds since creation, from a 32-bit counter that wraps after 24.8 days. It must be read
 * more often than that; every timer does.
 */
export class Ticks {
  readonly #time: Pick<typeof Time, "ticks" | "delta">;
  #last: number;
  #elapsed = 0;

  constructor(time: Pick<typeof Time, "ticks" | "delta">) {
    this.#time = time;
    this.#last = time.ticks;
  }

  /** Never goes back: on a desktop, the counter is the wall clock and may. */
  now(): number {
    const { ticks } = this.#time;
    this.#elapsed += Math.max(0, this.#time.delta(this.#last, ticks));
    this.#last = ticks;
    return this.#elapsed;
  }
}
