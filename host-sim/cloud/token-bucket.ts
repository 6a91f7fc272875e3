/**
 * A rate: `perSecond` tokens flow in, `capacity` at most are kept. No clock inside: every call is
 * told the time in milliseconds. A rate of `Infinity` never refuses.
 */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perSecond: number;
  #tokens: number;
  #at: number;

  constructor(capacity: number, perSecond: number, now: number) {
    this.#capacity = capacity;
    this.#perSecond = perSecond;
    this.#tokens = capacity;
    this.#at = now;
  }

  /**
   * Takes `count` tokens, or none and returns false. More than the bucket holds can be had from a
   * full one: it is then in debt.
   */
  take(count: number, now: number): boolean {
    if (this.#perSecond === Infinity) return true;
    this.#refill(now);
    if (this.#tokens < Math.min(count, this.#capacity)) return false;
    this.#tokens -= count;
    return true;
  }

  /** Milliseconds until {@link take} of `count` succeeds; 0 when it does now. */
  msUntil(count: number, now: number): number {
    if (this.#perSecond === Infinity) return 0;
    this.#refill(now);
    const missing = Math.min(count, this.#capacity) - this.#tokens;
    return missing <= 0 ? 0 : Math.ceil((missing * 1000) / this.#perSecond);
  }

  #refill(now: number): void {
    const elapsed = Math.max(0, now - this.#at);
    this.#at = now;
    this.#tokens = Math.min(this.#capacity, this.#tokens + (elapsed * this.#perSecond) / 1000);
  }
}
