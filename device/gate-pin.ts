import type { PulseOutput, Timer, TimerHandle } from "./hal.ts";

export interface GatePinOptions {
  /** how long a pulse is, in ms */
  readonly pulseMs: number;
  /** the longest a pulse may be, in ms from its rising edge */
  readonly capMs: number;
  /** The cap ended a pulse: the pin is already LOW. */
  onCapped(): void;
}

/**
 * The gate's pin with its own cap. If the pulse's timer or the code around it fails, a second
 * timer, armed at the rising edge, writes LOW. Below both, pulse hardware ends the pulse even if no
 * code runs any more.
 */
export class GatePin {
  readonly #pin: PulseOutput;
  readonly #timer: Timer;
  readonly #options: GatePinOptions;
  #cap: TimerHandle | undefined;

  constructor(pin: PulseOutput, timer: Timer, options: GatePinOptions) {
    this.#pin = pin;
    this.#timer = timer;
    this.#options = options;
  }

  /** From the rising edge until the program has written LOW. */
  get isPulsing(): boolean {
    return this.#cap !== undefined;
  }

  write(value: 0 | 1): void {
    if (value === 0) {
      // LOW first: nothing before it can fail.
      this.#pin.write(0);
      this.#disarm();
      return;
    }
    // Armed before the edge: without a cap, there is no pulse. A second HIGH does not extend the
    // first.
    this.#cap ??= this.#timer.set(() => {
      this.#cap = undefined;
      this.#pin.write(0);
      this.#options.onCapped();
    }, this.#options.capMs);
    if (this.#pin.pulse === undefined) this.#pin.write(1);
    else this.#pin.pulse(this.#options.pulseMs);
  }

  #disarm(): void {
    if (this.#cap === undefined) return;
    const cap = this.#cap;
    this.#cap = undefined;
    this.#timer.clear(cap);
  }
}
