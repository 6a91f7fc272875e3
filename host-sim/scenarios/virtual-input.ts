import type { DigitalInput } from "../../device/hal.ts";

/** Where callbacks run: on a later turn, while the box has power. */
interface Host {
  later(delayMs: number, callback: () => void): void;
}

/** An input in virtual time, with a callback for each edge. The wire keeps its level without power. */
export class VirtualInput implements DigitalInput {
  onReadable: DigitalInput["onReadable"];
  #level: 0 | 1;
  #host: Host | undefined;

  constructor(level: 0 | 1) {
    this.#level = level;
  }

  read(): 0 | 1 {
    return this.#level;
  }

  become(level: 0 | 1): void {
    if (level === this.#level) return;
    this.#level = level;
    this.#host?.later(0, () => this.onReadable?.());
  }

  /** It belongs to this device now; undefined: to none. */
  attach(host: Host | undefined): void {
    this.#host = host;
    this.onReadable = undefined;
  }
}
