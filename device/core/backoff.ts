export interface BackoffOptions {
  /** minimum delay in ms: AWS IoT Core accepts one CONNECT per second and client id */
  readonly minimumMs: number;
  /** maximum delay in ms */
  readonly maximumMs: number;
}

/**
 * Exponential back-off with full jitter: a fleet that lost its broker at one moment must not
 * reconnect at one moment. The n-th delay is uniform between the minimum and minimum × 2ⁿ, capped.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: () => number;
  #attempts = 0;

  /** `random` is uniform in [0, 1). */
  constructor(options: BackoffOptions, random: () => number) {
    this.#options = options;
    this.#random = random;
  }

  /** failures since the last {@link reset} */
  get attempts(): number {
    return this.#attempts;
  }

  /** The delay before the next attempt, in whole ms. */
  next(): number {
    const { minimumMs, maximumMs } = this.#options;
    this.#attempts += 1;
    const ceiling = Math.min(maximumMs, minimumMs * 2 ** Math.min(this.#attempts, 30));
    return Math.round(minimumMs + this.#random() * Math.max(0, ceiling - minimumMs));
  }

  /**
   * Call it only after a connection has held: one that is dropped right after CONNACK is a failure
   * too.
   */
  reset(): void {
    this.#attempts = 0;
  }
}
