import type { DigitalInput } from "../../device/hal.ts";
import type { Edge } from "./pin.ts";

/**
 * An input whose level the site sets. As on the ESP32, the firmware is called on a later turn, once for
 * all edges until then.
 */
export class ScriptedInput implements DigitalInput {
  readonly number: number;
  onReadable: DigitalInput["onReadable"];
  /** Each time that the firmware could see another level. */
  onEdge: ((edge: Edge) => void) | undefined;
  #level: 0 | 1;
  #shown: 0 | 1;
  #isPending = false;

  constructor(number: number, level: 0 | 1) {
    this.number = number;
    this.#level = level;
    this.#shown = level;
  }

  read(): 0 | 1 {
    return this.#level;
  }

  become(level: 0 | 1): void {
    if (level === this.#level) return;
    this.#level = level;
    if (this.#isPending) return;
    this.#isPending = true;
    setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    this.#isPending = false;
    if (this.#level !== this.#shown) {
      this.#shown = this.#level;
      this.onEdge?.({ value: this.#level, at: performance.now() });
    }
    this.onReadable?.();
  }
}
