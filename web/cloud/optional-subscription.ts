/** How long it is not tried again after it was refused. Each attempt may cost the connection. */
const retryMs = 10 * 60_000;
/** Once, it may have been the network. */
const lossesThatRefuse = 2;

/**
 * A subscription that the policy of an older installation does not allow. AWS IoT Core answers it by
 * ending the connection, and the other subscriptions must not be lost for good.
 */
export class OptionalSubscription {
  #losses = 0;
  #notBefore = 0;
  #isGranted = false;

  /** on this connection */
  get isGranted(): boolean {
    return this.#isGranted;
  }

  /** @param now in ms */
  isDue(now: number): boolean {
    return !this.#isGranted && now >= this.#notBefore;
  }

  granted(): void {
    this.#losses = 0;
    this.#isGranted = true;
  }

  /** @param how whether the broker answered, or the connection was lost meanwhile */
  failed(how: "refused" | "lost", now: number): void {
    if (how === "lost") this.#losses += 1;
    if (how === "refused" || this.#losses >= lossesThatRefuse) this.#notBefore = now + retryMs;
  }

  /** The connection has ended, or it was unsubscribed. */
  ended(): void {
    this.#isGranted = false;
  }
}
