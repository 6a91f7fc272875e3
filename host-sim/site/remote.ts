import type { Edge } from "../hardware/pin.ts";

/** A remote sends its code if its button is held for at least this long. */
export const remoteHoldMs = 100;

/** The remote whose button pin 5 presses. It transmits once per press that is long enough. */
export class Remote {
  #pressedAt: number | undefined;
  #transmission: NodeJS.Timeout | undefined;
  readonly #onTransmit: () => void;

  constructor(onTransmit: () => void) {
    this.#onTransmit = onTransmit;
  }

  /** Assign this to a pin's `onEdge`. */
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
