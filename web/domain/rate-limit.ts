/**
 * Token buckets, one for each key: `burst` at once, then one every `everyMs`. For each bucket only the
 * moment is stored at which it is full again (the generic cell rate algorithm, ATM Forum TM 4.0). Full
 * buckets are not stored. Time is an argument.
 */
export interface RateLimitOptions {
  /** how many are allowed at once, 1 or more */
  readonly burst: number;
  /** after how long one more is allowed, in ms */
  readonly everyMs: number;
  /** maximum number of buckets; beyond it, the least recently used one is dropped */
  readonly maximumKeys?: number;
}

export type RateVerdict =
  | { readonly allowed: true }
  /** `retryAfterMs`: after how long one is allowed again */
  | { readonly allowed: false; readonly retryAfterMs: number };

export class RateLimiter {
  readonly #burst: number;
  readonly #everyMs: number;
  readonly #maximumKeys: number;
  /** when each bucket is full again, in ms; the least recently used first */
  readonly #fullAt = new Map<string, number>();

  constructor({ burst, everyMs, maximumKeys = 10_000 }: RateLimitOptions) {
    this.#burst = burst;
    this.#everyMs = everyMs;
    this.#maximumKeys = maximumKeys;
  }

  /** Takes one token of this key. A refused attempt costs nothing. @param now ms of any clock */
  take(key: string, now: number): RateVerdict {
    const emptyMs = this.#burst * this.#everyMs;
    // After the clock was set back, nobody waits longer than for an empty bucket.
    const fullAt = Math.min(Math.max(this.#fullAt.get(key) ?? now, now), now + emptyMs);
    const retryAfterMs = fullAt + this.#everyMs - now - emptyMs;
    this.#fullAt.delete(key);
    this.#fullAt.set(key, retryAfterMs > 0 ? fullAt : fullAt + this.#everyMs);
    this.#forget(now);
    return retryAfterMs > 0 ? { allowed: false, retryAfterMs } : { allowed: true };
  }

  /** The number of stored buckets. */
  get size(): number {
    return this.#fullAt.size;
  }

  /**
   * Checks the two oldest buckets at each use, so that full buckets are dropped faster than new
   * ones are added.
   */
  #forget(now: number): void {
    for (let looks = 0; looks < 2; looks++) {
      const [oldest] = this.#fullAt;
      if (oldest === undefined) return;
      const [key, fullAt] = oldest;
      if (fullAt > now && this.#fullAt.size <= this.#maximumKeys) return;
      this.#fullAt.delete(key);
    }
  }
}
