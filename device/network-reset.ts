import type { Button, Digital, Timer, TimerHandle } from "./hal.ts";

/** How long the button is held before its release clears the networks. */
export const holdMs = 5_000;

/** Held for longer, it is not a person: a serial adapter can hold BOOT of many boards as well. */
export const longestHoldMs = 30_000;

const blinkMs = 100;
const blinks = 20;

/**
 * Clears the networks when the button has been held for five seconds and is released. The light, if
 * there is one, shines as soon as the button may be released, and blinks once the networks are cleared.
 */
export class NetworkReset {
  readonly #button: Button;
  readonly #timer: Timer;
  readonly #led: Digital | undefined;
  readonly #onHeld: () => void;
  readonly #onReset: () => void;
  #hold: TimerHandle | undefined;
  #isArmed = false;

  /**
   * @param onHeld the button may be released now
   * @param onReset the networks are to be cleared
   */
  constructor(
    hardware: { readonly button: Button; readonly led?: Digital },
    timer: Timer,
    onHeld: () => void,
    onReset: () => void,
  ) {
    this.#button = hardware.button;
    this.#led = hardware.led;
    this.#timer = timer;
    this.#onHeld = onHeld;
    this.#onReset = onReset;
    // Pressed since the start: that selects the boot mode, and is no request.
    this.#button.onChanged = () => this.#handleChange();
  }

  #handleChange(): void {
    if (this.#button.isPressed) {
      this.#hold ??= this.#timer.set(() => this.#arm(), holdMs);
      return;
    }
    const isReset = this.#isArmed;
    this.#disarm();
    if (!isReset) return;
    this.#onReset();
    this.#blink(blinks);
  }

  #arm(): void {
    this.#isArmed = true;
    this.#hold = this.#timer.set(() => this.#disarm(), longestHoldMs - holdMs);
    this.#led?.write(1);
    this.#onHeld();
  }

  #disarm(): void {
    if (this.#hold !== undefined) this.#timer.clear(this.#hold);
    // Kept while it is pressed: it counts again only after a release.
    this.#hold = this.#button.isPressed ? this.#hold : undefined;
    this.#isArmed = false;
    this.#led?.write(0);
  }

  #blink(left: number): void {
    if (left === 0) return;
    this.#led?.write(left % 2 === 0 ? 1 : 0);
    this.#timer.set(() => this.#blink(left - 1), blinkMs);
  }
}
