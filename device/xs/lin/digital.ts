import Time from "time";

/**
 * `embedded:io/digital` on a desktop, which has no pins: each edge is printed, with `at` in ms
 * since creation.
 */
export default class Digital {
  static readonly Output = 8;
  readonly #pin: number;
  readonly #madeAt = Time.ticks;
  #value: 0 | 1;

  constructor({ pin, initialValue = 0 }: { pin: number; initialValue?: 0 | 1 }) {
    this.#pin = pin;
    this.#value = initialValue;
  }

  write(value: 0 | 1): void {
    if (value === this.#value) return;
    this.#value = value;
    const at = Math.round(Time.delta(this.#madeAt, Time.ticks));
    trace(`${JSON.stringify({ at, type: "pin", pin: this.#pin, value })}\n`);
  }
}
