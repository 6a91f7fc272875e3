import type NativeDigital from "embedded:io/digital";
import { thisChip } from "../chip.ts";
import type { Button } from "../hal.ts";
import { XsInput } from "./input.ts";

/** BOOT on a board: LOW while it is pressed. */
export class XsButton implements Button {
  onChanged: Button["onChanged"];
  readonly #input: XsInput;

  constructor(io: typeof NativeDigital) {
    this.#input = new XsInput(io, { pin: thisChip.bootPin, pull: "up" });
    this.#input.onReadable = () => this.onChanged?.();
  }

  get isPressed(): boolean {
    return this.#input.read() === 0;
  }
}
