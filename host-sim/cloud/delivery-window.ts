import type { Limits } from "./aws-limits.ts";
import { publishIdentifier } from "./frames.ts";
import { TokenBucket } from "./token-bucket.ts";

/**
 * QoS 1 messages in flight to one client: at most 100 unacknowledged, and a resumed session's
 * stored messages at 10 per second. Others wait in order. It ends with the connection; the session
 * keeps what must survive. No clock, no socket.
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

  /** Whether the PUBLISH `frame` may be written now. If not, {@link release} returns it later. */
  admit(frame: Buffer, replay: boolean, now: number): boolean {
    if (this.#waiting.length === 0 && this.#mayLeave(replay, now)) {
      this.#unacknowledged.add(publishIdentifier(frame));
      return true;
    }
    this.#waiting.push({ frame, replay });
    return false;
  }

  /** A PUBACK arrived; {@link release} may return more. */
  acknowledge(packetIdentifier: number): void {
    this.#unacknowledged.delete(packetIdentifier);
  }

  /** The frames that may be written by now, in order. */
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

  /** Milliseconds until {@link release} may return more; undefined if only a PUBACK can help. */
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
