import type { Edge } from "../hardware/pin.ts";

/** A remote needs its button held at least this long to send its code. */
export const remoteHoldMs = 100;

/** The remote whose button pin 5 presses: it transmits once per press that is long enough. */
export class Remote {
  #pressedAt: number | undefined;
  #transmission: NodeJS.Timeout | undefined;
  readonly #onTransmit: () => void;

  constructor(onTransmit: () => void) {
    this.#onTransmit = onTransmit;
  }

  /** Wire this to a pin's `onEdge`. */
  handleEdge({ value, at }: Edge): void {
    clearTimeout(this.#transmission);
    if (value === 0) {
      this.#pressedAt = undefined;
      return;
    }
    this.#pressedAt = at;
    this.#transmission = setTimeout(() => {
      if (this.#pressedAt === at) this.#onTransmit();
    }, remoteHoldMs);
  }

  powerOff(): void {
    clearTimeout(this.#transmission);
    this.#pressedAt = undefined;
  }
}
