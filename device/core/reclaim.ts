/** This many refusals in a row take minutes: it is not a short fault of the broker. */
const suspiciousRefusals = 8;
const firstPauseMs = 60 * 60_000;
const longestPauseMs = 24 * 60 * 60_000;

/**
 * When a box whose own certificate is refused may claim another. This is rare, because each claim
 * leaves a certificate behind, and a claim cannot fix a network that refuses everybody.
 */
export class Reclaim {
  #notBefore = 0;
  #pauseMs = firstPauseMs;

  /**
   * @param refusals in a row; see {@link Connection.refusals}
   * @param now ticks
   */
  isDue(refusals: number, now: number): boolean {
    return refusals >= suspiciousRefusals && now >= this.#notBefore;
  }

  begun(now: number): void {
    this.#notBefore = now + this.#pauseMs;
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
  }
}
