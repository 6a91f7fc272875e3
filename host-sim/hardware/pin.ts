import type { Digital } from "../../device/hal.ts";

/** One level change. */
export interface Edge {
  readonly value: 0 | 1;
  /** monotonic ms, from `performance.now()` */
  readonly at: number;
}

/** Enough for months of a busy gate; the oldest edges are dropped first. */
const maximumEdges = 100_000;

/** A pin that records every edge. Writing the current level is not an edge. */
export class RecordedPin implements Digital {
  readonly number: number;
  /** What the pin is wired to; called in the same turn as the edge. */
  onEdge: ((edge: Edge) => void) | undefined;
  readonly #edges: Edge[] = [];
  #value: 0 | 1 = 0;

  constructor(number: number) {
    this.number = number;
  }

  get value(): 0 | 1 {
    return this.#value;
  }

  /** oldest first */
  get edges(): readonly Edge[] {
    return this.#edges;
  }

  write(value: 0 | 1): void {
    if (value === this.#value) return;
    const edge = { value, at: performance.now() };
    this.#value = value;
    this.#edges.push(edge);
    if (this.#edges.length > maximumEdges) this.#edges.shift();
    this.onEdge?.(edge);
  }
}
