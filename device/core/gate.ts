import type { GateWatch } from "./gate-state.ts";

export interface GateOptions {
  /** which of the box's gates it is; default: 0, the first */
  readonly index?: number;
  /** how long the remote's button is held, in ms */
  readonly pulseMs: number;
  /** how long after a pulse's end a further command is refused, in ms; may be 0 */
  readonly cooldownMs: number;
  /**
   * how long the gate moves after a pulse, in ms: with many gates, a press in this time stops them
   * or turns them round. Absent or 0: not known
   */
  readonly travelMs?: number;
  /** what a contact at this gate shows; absent if it has none */
  readonly watch?: GateWatch;
}

/** An edge of a gate's pin. */
export interface GateWrite {
  readonly type: "write";
  readonly gate: number;
  readonly value: 0 | 1;
}

export type GateAnswer =
  | GateWrite
  | { readonly type: "refused"; readonly reason: "busy" | "cooldown" };

/**
 * One pulse per accepted command. An overlapping command is refused, never queued. The gate only
 * requests writes; the caller reports each edge ({@link rose}, {@link fell}), so that nothing
 * delays a due edge.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #index: number;
  /** the command's time, then the rising edge's; undefined while the pin is LOW */
  #startedAt: number | undefined;
  #fellAt: number | undefined;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#index = options.index ?? 0;
  }

  get watch(): GateWatch | undefined {
    return this.#options.watch;
  }

  /** When {@link handleTimeout} must be called, in ticks; undefined while the pin is LOW. */
  get deadline(): number | undefined {
    return this.#startedAt === undefined ? undefined : this.#startedAt + this.#options.pulseMs;
  }

  handleOpen(now: number): GateAnswer {
    const { cooldownMs, travelMs = 0, watch } = this.#options;
    if (this.#startedAt !== undefined || watch?.isMoving === true) {
      return { type: "refused", reason: "busy" };
    }
    if (this.#fellAt !== undefined) {
      const passedMs = now - this.#fellAt;
      // The end of a movement can come earlier than expected, if it can be seen.
      if (passedMs < travelMs && watch?.hasArrived !== true) {
        return { type: "refused", reason: "busy" };
      }
      if (passedMs < cooldownMs) return { type: "refused", reason: "cooldown" };
    }
    this.#startedAt = now;
    return { type: "write", gate: this.#index, value: 1 };
  }

  /**
   * The pin has risen. The button is held from now on, regardless of the delay since the command.
   */
  rose(now: number): void {
    if (this.#startedAt === undefined) return;
    if (now > this.#startedAt) this.#startedAt = now;
    this.#options.watch?.rose(now);
  }

  /** Requests the falling edge if it is due. */
  handleTimeout(now: number): GateWrite[] {
    const startedAt = this.#startedAt;
    // If the clock ran backwards, it may not reach the deadline: end the pulse.
    if (startedAt === undefined || (now >= startedAt && now < startedAt + this.#options.pulseMs)) {
      return [];
    }
    return this.release();
  }

  /** Ends a pulse now, before its deadline. */
  release(): GateWrite[] {
    if (this.#startedAt === undefined) return [];
    return [{ type: "write", gate: this.#index, value: 0 }];
  }

  /**
   * The pin has fallen.
   * @returns how long it was HIGH, in ms; undefined if no pulse was in progress
   */
  fell(now: number): number | undefined {
    const startedAt = this.#startedAt;
    if (startedAt === undefined) return undefined;
    this.#startedAt = undefined;
    this.#fellAt = now;
    this.#options.watch?.fell(now);
    return Math.max(0, now - startedAt);
  }
}
