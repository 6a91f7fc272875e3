import type NativeDigital from "embedded:io/digital";
import type { Button } from "../hal.ts";

/** BOOT on an ESP32 board: LOW while it is pressed. */
const bootPin = 0;

export class XsButton implements Button {
  onChanged: Button["onChanged"];
  readonly #native: NativeDigital;

  constructor(io: typeof NativeDigital) {
    this.#native = new io({
      pin: bootPin,
      mode: io.InputPullUp,
      edge: io.Rising | io.Falling,
      onReadable: () => this.onChanged?.(),
    });
  }

  get isPressed(): boolean {
    return this.#native.read() === 0;
  }
}
