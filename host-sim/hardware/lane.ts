/** How a way behaves at the moment. */
export interface LaneConditions {
  /** ms from one end to the other */
  readonly latencyMs: number;
  /** How many of a hundred tries are lost. */
  readonly lossPercent: number;
  /** uniform in [0, 1) */
  random(): number;
}

/** TCP repeats what was not acknowledged after this long, then after twice as long each time: Linux's least. */
const firstRepeatMs = 200;
const longestRepeatMs = 60_000;

interface Parcel {
  readonly deliver: () => void;
  /** by `performance.now()` */
  due: number;
  tries: number;
}

/**
 * One direction of a TCP connection. What goes in comes out late, and in order: a loss shows as a
 * stall of this and all that is behind it until a repetition gets through, never as missing bytes.
 */
export class Lane {
  readonly #conditions: LaneConditions;
  readonly #parcels: Parcel[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `conditions` are asked anew at every try. */
  constructor(conditions: LaneConditions) {
    this.#conditions = conditions;
  }

  /**
   * Calls `deliver` when the parcel is through: at once where nothing is late or lost.
   * @param trips how often it goes this way before that counts; a handshake goes more than once
   */
  push(deliver: () => void, trips = 1): void {
    const delayMs = this.#conditions.latencyMs * trips;
    const parcel = { deliver, due: performance.now() + delayMs, tries: 0 };
    this.#parcels.push(parcel);
    if (this.#parcels.length > 1) return;
    if (delayMs > 0) this.#wait(delayMs);
    else this.#attempt();
  }

  /** Nothing that is still under way arrives. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#parcels.length = 0;
  }

  #wait(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#attempt(), Math.max(0, delayMs));
  }

  #attempt(): void {
    for (;;) {
      const parcel = this.#parcels[0];
      if (parcel === undefined) return;
      const now = performance.now();
      // Node's timers may be a millisecond early: no reason to wait once more.
      if (parcel.due - now > 1) {
        this.#wait(parcel.due - now);
        return;
      }
      if (this.#conditions.random() * 100 < this.#conditions.lossPercent) {
        const repeatMs = Math.min(longestRepeatMs, firstRepeatMs * 2 ** parcel.tries);
        parcel.tries += 1;
        parcel.due = now + repeatMs;
        this.#wait(repeatMs);
        return;
      }
      this.#parcels.shift();
      parcel.deliver();
    }
  }
}
