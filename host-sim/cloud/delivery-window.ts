import type { Limits } from "./aws-limits.ts";
import { publishIdentifier } from "./frames.ts";
import { TokenBucket } from "./token-bucket.ts";

/**
 * QoS 1 messages on their way to one client: 100 unacknowledged at most, and what a resumed session
 * had stored at 10 a second. Others wait in order. Ends with the connection; what must survive it
 * is in the session. No clock, no socket.
 */
export class DeliveryWindow {
  readonly #limits: Pick<Limits, "unacknowledged">;
  readonly #replays: TokenBucket;
  readonly #unacknowledged = new Set<number>();
  readonly #waiting: { readonly frame: Buffer; readonly replay: boolean }[] = [];

  constructor(limits: Pick<Limits, "unacknowledged" | "replaysPerSecond">, now: number) {
    this.#limits = limits;
    this.#replays = new TokenBucket(1, limits.replaysPerSecond, now);
  }

  /** Whether the PUBLISH `frame` may be written now; if not, {@link release} gives it later. */
  admit(frame: Buffer, replay: boolean, now: number): boolean {
    if (this.#waiting.length === 0 && this.#mayLeave(replay, now)) {
      this.#unacknowledged.add(publishIdentifier(frame));
      return true;
    }
    this.#waiting.push({ frame, replay });
    return false;
  }

  /** A PUBACK came; {@link release} may have something. */
  acknowledge(packetIdentifier: number): void {
    this.#unacknowledged.delete(packetIdentifier);
  }

  /** What may be written by now, in order. */
  release(now: number): readonly Buffer[] {
    const frames: Buffer[] = [];
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || !this.#mayLeave(next.replay, now)) return frames;
      this.#waiting.shift();
      this.#unacknowledged.add(publishIdentifier(next.frame));
      frames.push(next.frame);
    }
  }

  /** Milliseconds until {@link release} is worth a call; undefined while only a PUBACK can help. */
  msUntilRelease(now: number): number | undefined {
    const next = this.#waiting[0];
    if (next === undefined || this.#isFull()) return undefined;
    return next.replay ? this.#replays.msUntil(1, now) : 0;
  }

  #mayLeave(replay: boolean, now: number): boolean {
    return !this.#isFull() && (!replay || this.#replays.take(1, now));
  }

  #isFull(): boolean {
    return this.#unacknowledged.size >= this.#limits.unacknowledged;
  }
}
