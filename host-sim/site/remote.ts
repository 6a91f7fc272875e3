import type { Edge } from "../hardware/pin.ts";
import { laptopTime, type SiteTime } from "./time.ts";

/** A remote sends its code if its button is held for at least this long. */
export const remoteHoldMs = 100;

/** The remote whose button pin 5 presses. It transmits once per press that is long enough. */
export class Remote {
  #pressedAt: number | undefined;
  #transmission: object | undefined;
  readonly #onTransmit: () => void;
  readonly #time: SiteTime;

  constructor(onTransmit: () => void, time: SiteTime = laptopTime) {
    this.#onTransmit = onTransmit;
    this.#time = time;
  }

  /** Assign this to a pin's `onEdge`. */
  handleEdge({ value, at }: Edge): void {
    this.#disarm();
    if (value === 0) {
      this.#pressedAt = undefined;
      return;
    }
    this.#pressedAt = at;
    this.#transmission = this.#time.after(remoteHoldMs, () => {
      if (this.#pressedAt === at) this.#onTransmit();
    });
  }

  powerOff(): void {
    this.#disarm();
    this.#pressedAt = undefined;
  }

  #disarm(): void {
    if (this.#transmission !== undefined) this.#time.cancel(this.#transmission);
    this.#transmission = undefined;
  }
}
