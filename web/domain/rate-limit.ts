/**
 * Token buckets, one for each key: `burst` at once, then one each `everyMs`. Of a bucket only the
 * moment is kept at which it is full again (the generic cell rate algorithm, ATM Forum TM 4.0), and
 * of a full one nothing. Time is an argument.
 */
export interface RateLimitOptions {
  /** how many may come at once, 1 or more */
  readonly burst: number;
  /** in how long one more may come, in ms */
  readonly everyMs: number;
  /** buckets kept at most; beyond, whoever was not seen for longest starts anew */
  readonly maximumKeys?: number;
}

export type RateVerdict =
  | { readonly allowed: true }
  /** `retryAfterMs`: how long from now one would be allowed */
  | { readonly allowed: false; readonly retryAfterMs: number };

export class RateLimiter {
  readonly #burst: number;
  readonly #everyMs: number;
  readonly #maximumKeys: number;
  /** when each bucket is full again, in ms; in the order of the last use */
  readonly #fullAt = new Map<string, number>();

  constructor({ burst, everyMs, maximumKeys = 10_000 }: RateLimitOptions) {
    this.#burst = burst;
    this.#everyMs = everyMs;
    this.#maximumKeys = maximumKeys;
  }

  /** One more of this key; what is refused costs nothing. `now` in ms of any clock. */
  take(key: string, now: number): RateVerdict {
    const emptyMs = this.#burst * this.#everyMs;
    // A clock that was put back must not lock anybody out for longer than an empty bucket does.
    const fullAt = Math.min(Math.max(this.#fullAt.get(key) ?? now, now), now + emptyMs);
    const retryAfterMs = fullAt + this.#everyMs - now - emptyMs;
    this.#fullAt.delete(key);
    this.#fullAt.set(key, retryAfterMs > 0 ? fullAt : fullAt + this.#everyMs);
    this.#forget(now);
    return retryAfterMs > 0 ? { allowed: false, retryAfterMs } : { allowed: true };
  }

  /** Buckets kept now. */
  get size(): number {
    return this.#fullAt.size;
  }

  /** Looks at two of the oldest at each use: full ones go faster than new ones come. */
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
