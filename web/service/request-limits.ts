import { addressKey } from "../domain/address-key.ts";
import { RateLimiter, type RateVerdict } from "../domain/rate-limit.ts";
import type { WebSettings } from "./settings.ts";

/** Each instance counts for itself: of two, one lets through twice as many at most. */
export class Limits {
  readonly #open: RateLimiter;
  readonly #signIn: RateLimiter;

  constructor({ openLimit, signInLimit }: WebSettings) {
    this.#open = new RateLimiter(openLimit);
    this.#signIn = new RateLimiter(signInLimit);
  }

  /** One more tap of this person. */
  open(personId: string, now: number): RateVerdict {
    return this.#open.take(personId, now);
  }

  /** One more sign-in begun from this address. */
  signIn(address: string, now: number): RateVerdict {
    return this.#signIn.take(addressKey(address), now);
  }
}
