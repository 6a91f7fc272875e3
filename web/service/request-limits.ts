import { addressKey } from "../domain/address-key.ts";
import type { RateVerdict } from "../domain/rate-limit.ts";
import type { Rate, Store } from "../store/store.ts";
import type { WebSettings } from "./settings.ts";

/** How often people, guests, programs and addresses may ask, on all instances together. */
export class Limits {
  readonly #store: Pick<Store, "forTaps">;
  readonly #open: Rate;
  readonly #guestPosts: Rate;
  readonly #signIn: Rate;

  constructor(store: Pick<Store, "forTaps">, { openLimit, signInLimit }: WebSettings) {
    this.#store = store;
    this.#open = openLimit;
    const { burst, everyMs } = openLimit;
    this.#guestPosts = { burst: 4 * burst, everyMs };
    this.#signIn = signInLimit;
  }

  /** Counts a tap of this person or guest. @throws StoreError */
  open(id: string, now: number): Promise<RateVerdict> {
    return this.#take(`open ${id}`, this.#open, now);
  }

  /** Counts a request of a guest to open, which is recorded even when it is refused. @throws StoreError */
  guestPost(guestId: string, now: number): Promise<RateVerdict> {
    return this.#take(`guest ${guestId}`, this.#guestPosts, now);
  }

  /** Counts a sign-in attempt from this address. @throws StoreError */
  signIn(address: string, now: number): Promise<RateVerdict> {
    return this.#take(`sign-in ${addressKey(address)}`, this.#signIn, now);
  }

  /** Counts a request with this token. @throws StoreError */
  program(tokenId: string, perMinute: number, now: number): Promise<RateVerdict> {
    const rate = { burst: perMinute, everyMs: Math.ceil(60_000 / perMinute) };
    return this.#take(`token ${tokenId}`, rate, now);
  }

  #take(key: string, rate: Rate, now: number): Promise<RateVerdict> {
    return this.#store.forTaps.takeRate(key, rate, now);
  }
}
