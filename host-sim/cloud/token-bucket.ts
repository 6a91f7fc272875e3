/**
 * A rate limit: `perSecond` tokens are added, up to `capacity`. No clock inside: every call
 * receives the time in milliseconds. A rate of `Infinity` never refuses.
 */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perSecond: number;
  /** thousandths of tokens, so that the inflow of whole milliseconds is exact */
  #millitokens: number;
  #at: number;

  constructor(capacity: number, perSecond: number, now: number) {
    this.#capacity = capacity;
    this.#perSecond = perSecond;
    this.#millitokens = capacity * 1000;
    this.#at = now;
  }

  /**
   * Takes `count` tokens, or takes none and returns false. A full bucket can supply more than its
   * capacity: it then goes into debt.
   */
  take(count: number, now: number): boolean {
    if (this.#perSecond === Infinity) return true;
    this.#refill(now);
    if (this.#missing(count) > 0) return false;
    this.#millitokens -= count * 1000;
    return true;
  }

  /** Milliseconds until {@link take} of `count` succeeds; 0 when it does now. */
  msUntil(count: number, now: number): number {
    if (this.#perSecond === Infinity) return 0;
    this.#refill(now);
    return Math.ceil(Math.max(0, this.#missing(count)) / this.#perSecond);
  }

  #missing(count: number): number {
    return Math.min(count, this.#capacity) * 1000 - this.#millitokens;
  }

  #refill(now: number): void {
    const elapsed = Math.max(0, now - this.#at);
    this.#at = now;
    this.#millitokens = Math.min(
      this.#capacity * 1000,
      this.#millitokens + elapsed * this.#perSecond,
    );
  }
}
