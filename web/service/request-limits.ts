import { addressKey } from "../domain/address-key.ts";
import { RateLimiter, type RateVerdict } from "../domain/rate-limit.ts";
import type { WebSettings } from "./settings.ts";

/** Each instance counts separately, so two instances together allow up to twice as much. */
export class Limits {
  readonly #open: RateLimiter;
  readonly #signIn: RateLimiter;

  constructor({ openLimit, signInLimit }: WebSettings) {
    this.#open = new RateLimiter(openLimit);
    this.#signIn = new RateLimiter(signInLimit);
  }

  /** Counts a tap of this person. */
  open(personId: string, now: number): RateVerdict {
    return this.#open.take(personId, now);
  }

  /** Counts a sign-in attempt from this address. */
  signIn(address: string, now: number): RateVerdict {
    return this.#signIn.take(addressKey(address), now);
  }
}
