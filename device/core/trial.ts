/** A new firmware is confirmed after it has run this long, connected and without a crash. */
export const provenMs = 60_000;
/** A new firmware that is not confirmed by then gives itself up. */
export const trialMs = 10 * 60_000;
/** A confirmation that the flash refused is tried again. */
const retryMs = 5_000;

/** The trial of a new firmware: it must connect, and have a message acknowledged. */
export class Trial {
  readonly #startedAt: number;
  #isConnected = false;
  #isAcknowledged = false;
  #notBefore = 0;

  constructor(now: number) {
    this.#startedAt = now;
  }

  /** When {@link isPassed} or {@link isLost} may change, in ticks. */
  get deadline(): number {
    return this.#isProven ? Math.min(this.#confirmAt, this.#endsAt) : this.#endsAt;
  }

  isPassed(now: number): boolean {
    return this.#isProven && now >= this.#confirmAt;
  }

  isLost(now: number): boolean {
    return now >= this.#endsAt;
  }

  connected(): void {
    this.#isConnected = true;
    this.#isAcknowledged = false;
  }

  disconnected(): void {
    this.#isConnected = false;
  }

  /** The broker has acknowledged the status of this connection. */
  acknowledged(): void {
    this.#isAcknowledged = this.#isConnected;
  }

  /** The flash refused the confirmation. */
  postpone(now: number): void {
    this.#notBefore = now + retryMs;
  }

  get #isProven(): boolean {
    return this.#isConnected && this.#isAcknowledged;
  }

  get #confirmAt(): number {
    return Math.max(this.#startedAt + provenMs, this.#notBefore);
  }

  get #endsAt(): number {
    return this.#startedAt + trialMs;
  }
}
