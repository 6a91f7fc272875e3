import type NativeDigital from "embedded:io/digital";
import type { Button } from "../hal.ts";
import { XsInput } from "./input.ts";

/** BOOT on an ESP32 board: LOW while it is pressed. */
const bootPin = 0;

export class XsButton implements Button {
  onChanged: Button["onChanged"];
  readonly #input: XsInput;

  constructor(io: typeof NativeDigital) {
    this.#input = new XsInput(io, { pin: bootPin, pull: "up" });
    this.#input.onReadable = () => this.onChanged?.();
  }

  get isPressed(): boolean {
    return this.#input.read() === 0;
  }
}
