import type { DigitalInput, Timer } from "./hal.ts";

/** A contact that bounces must not keep the CPU busy: its edges are handled together. */
const spacingMs = 5;

/** Observes an input: the first edge at once, those that follow soon at the end of a pause. */
export class PacedInput {
  readonly #timer: Timer;
  readonly #onEdges: () => void;
  /** `paused` soon after an edge, `changed` if there was another one since */
  #state: "quiet" | "paused" | "changed" = "quiet";

  constructor(input: DigitalInput, timer: Timer, onEdges: () => void) {
    this.#timer = timer;
    this.#onEdges = onEdges;
    input.onReadable = () => this.#handleEdge();
  }

  #handleEdge(): void {
    if (this.#state !== "quiet") {
      this.#state = "changed";
      return;
    }
    this.#state = "paused";
    this.#timer.set(() => {
      const hasChanged = this.#state === "changed";
      this.#state = "quiet";
      if (hasChanged) this.#handleEdge();
    }, spacingMs);
    this.#onEdges();
  }
}
