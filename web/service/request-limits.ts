import { addressKey } from "../domain/address-key.ts";
import { RateLimiter, type RateVerdict } from "../domain/rate-limit.ts";
import type { WebSettings } from "./settings.ts";

/** Each instance counts separately, so two instances together allow up to twice as much. */
export class Limits {
  readonly #open: RateLimiter;
  readonly #guestPosts: RateLimiter;
  readonly #signIn: RateLimiter;

  constructor({ openLimit, signInLimit }: WebSettings) {
    this.#open = new RateLimiter(openLimit);
    const { burst, everyMs } = openLimit;
    this.#guestPosts = new RateLimiter({ burst: 4 * burst, everyMs });
    this.#signIn = new RateLimiter(signInLimit);
  }

  /** Counts a tap of this person or guest. */
  open(id: string, now: number): RateVerdict {
    return this.#open.take(id, now);
  }

  /** Counts a request of a guest to open, which is recorded even when it is refused. */
  guestPost(guestId: string, now: number): RateVerdict {
    return this.#guestPosts.take(guestId, now);
  }

  /** Counts a sign-in attempt from this address. */
  signIn(address: string, now: number): RateVerdict {
    return this.#signIn.take(addressKey(address), now);
  }
}
