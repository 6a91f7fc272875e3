/** The current behaviour of a path. */
export interface LaneConditions {
  /** ms from one end to the other */
  readonly latencyMs: number;
  /** How many of a hundred attempts are lost. */
  readonly lossPercent: number;
  /** uniform in [0, 1) */
  random(): number;
}

/** TCP retransmits after this time, then after twice as long each time: Linux's minimum. */
const firstRepeatMs = 200;
const longestRepeatMs = 60_000;

interface Parcel {
  readonly deliver: () => void;
  /** on the scale of `performance.now()` */
  due: number;
  tries: number;
}

/**
 * One direction of a TCP connection. Bytes arrive late, and in order. A loss appears as a stall of
 * this parcel and everything behind it until a retransmission succeeds, never as missing bytes.
 */
export class Lane {
  readonly #conditions: LaneConditions;
  readonly #parcels: Parcel[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `conditions` are read at every attempt. */
  constructor(conditions: LaneConditions) {
    this.#conditions = conditions;
  }

  /**
   * Calls `deliver` when the parcel has arrived: at once without delay or loss.
   * @param trips how often it travels this path before that; a handshake takes more than one trip
   */
  push(deliver: () => void, trips = 1): void {
    const delayMs = this.#conditions.latencyMs * trips;
    const parcel = { deliver, due: performance.now() + delayMs, tries: 0 };
    this.#parcels.push(parcel);
    if (this.#parcels.length > 1) return;
    if (delayMs > 0) this.#wait(delayMs);
    else this.#attempt();
  }

  /** Discards everything in transit. */
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
      // Node's timers may be a millisecond early: do not wait again for that.
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
