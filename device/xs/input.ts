import type NativeDigital from "embedded:io/digital";
import type { GateInputSettings } from "../gate-input-settings.ts";
import type { DigitalInput } from "../hal.ts";

/** A pin of the chip as an input. Whoever made it keeps it: a collected one would call back no more. */
export class XsInput implements DigitalInput {
  onReadable: DigitalInput["onReadable"];
  readonly #native: NativeDigital;

  constructor(io: typeof NativeDigital, { pin, pull }: Pick<GateInputSettings, "pin" | "pull">) {
    const modes = { up: io.InputPullUp, down: io.InputPullDown, none: io.Input };
    this.#native = new io({
      pin,
      mode: modes[pull],
      edge: io.Rising | io.Falling,
      onReadable: () => this.onReadable?.(),
    });
  }

  read(): 0 | 1 {
    return this.#native.read();
  }
}
