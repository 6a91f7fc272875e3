import type { Digital, Timer, TimerHandle } from "./hal.ts";

/**
 * The gate's pin with a cap of its own. Whatever becomes of the pulse's own timer, or of the code
 * between it and the pin, a rising edge arms a second timer that only knows how to write LOW.
 */
export class GatePin {
  readonly #pin: Digital;
  readonly #timer: Timer;
  readonly #capMs: number;
  readonly #onCapped: () => void;
  #cap: TimerHandle | undefined;

  /** `capMs` is counted from the rising edge; `onCapped` is told after the pin is LOW. */
  constructor(pin: Digital, timer: Timer, capMs: number, onCapped: () => void) {
    this.#pin = pin;
    this.#timer = timer;
    this.#capMs = capMs;
    this.#onCapped = onCapped;
  }

  write(value: 0 | 1): void {
    if (value === 0) {
      // LOW first: nothing that could fail may come before it.
      this.#pin.write(0);
      this.#disarm();
      return;
    }
    // Armed before the edge: without a cap there is no pulse. A second HIGH does not extend the first.
    this.#cap ??= this.#timer.set(() => {
      this.#cap = undefined;
      this.#pin.write(0);
      this.#onCapped();
    }, this.#capMs);
    this.#pin.write(1);
  }

  #disarm(): void {
    if (this.#cap === undefined) return;
    const cap = this.#cap;
    this.#cap = undefined;
    this.#timer.clear(cap);
  }
}
