import type { Button, Timer, TimerHandle } from "./hal.ts";
import type { StatusLight } from "./status-light.ts";

/** How long the button is held before its release clears the networks. */
export const holdMs = 5_000;

/** Held for longer, it is not a person: a serial adapter can hold BOOT of many boards as well. */
export const longestHoldMs = 30_000;

const blinking = [100, 100] as const;
const blinkingMs = 2_000;

/**
 * Clears the networks when the button has been held for five seconds and is released. The light, if
 * there is one, shines as soon as the button may be released, and blinks once the networks are cleared.
 */
export class NetworkReset {
  readonly #button: Button;
  readonly #timer: Timer;
  readonly #light: StatusLight | undefined;
  readonly #onHeld: () => void;
  readonly #onReset: () => void;
  #hold: TimerHandle | undefined;
  #isArmed = false;

  /**
   * @param onHeld the button may be released now
   * @param onReset the networks are to be cleared
   */
  constructor(
    hardware: { readonly button: Button; readonly light?: StatusLight },
    timer: Timer,
    onHeld: () => void,
    onReset: () => void,
  ) {
    this.#button = hardware.button;
    this.#light = hardware.light;
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
    this.#light?.override(blinking, blinkingMs);
  }

  #arm(): void {
    this.#isArmed = true;
    this.#hold = this.#timer.set(() => this.#disarm(), longestHoldMs - holdMs);
    this.#light?.override("on");
    this.#onHeld();
  }

  #disarm(): void {
    if (this.#hold !== undefined) this.#timer.clear(this.#hold);
    // Kept while it is pressed: it counts again only after a release.
    this.#hold = this.#button.isPressed ? this.#hold : undefined;
    this.#isArmed = false;
    this.#light?.release();
  }
}
