export interface GateOptions {
  /** how long the remote's button is held, in ms */
  readonly pulseMs: number;
  /** how long after a pulse's end a further command is refused, in ms; may be 0 */
  readonly cooldownMs: number;
}

export type GateEffect =
  | { readonly type: "write"; readonly value: 0 | 1 }
  | { readonly type: "refused"; readonly reason: "busy" | "cooldown" }
  /** after the falling edge; `pulseMs` is what the pulse lasted, by our own clock */
  | { readonly type: "pulsed"; readonly pulseMs: number };

/**
 * One pulse per accepted command. An overlapping command is refused, never queued.
 * Every call looks at the time, so that any input ends a pulse whose timer was lost; the cap
 * that needs no input at all is `GatePin`'s.
 */
export class Gate {
  readonly #options: GateOptions;
  #startedAt: number | undefined;
  #readyAt: number | undefined;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** When {@link handleTimeout} wants to be called, in ticks; undefined while the pin is LOW. */
  get deadline(): number | undefined {
    return this.#startedAt === undefined ? undefined : this.#startedAt + this.#options.pulseMs;
  }

  handleOpen(now: number): GateEffect[] {
    const effects = this.#startedAt === undefined ? [] : this.handleTimeout(now);
    if (this.#startedAt !== undefined) {
      effects.push({ type: "refused", reason: "busy" });
    } else if (this.#readyAt !== undefined && now < this.#readyAt) {
      effects.push({ type: "refused", reason: "cooldown" });
    } else {
      this.#startedAt = now;
      effects.push({ type: "write", value: 1 });
    }
    return effects;
  }

  /** The pin has risen: the button is held from here on, however long it took from the command. */
  rose(now: number): void {
    if (this.#startedAt !== undefined && now > this.#startedAt) this.#startedAt = now;
  }

  handleTimeout(now: number): GateEffect[] {
    const startedAt = this.#startedAt;
    // A clock that ran backwards cannot be trusted to reach the deadline: end the pulse.
    if (startedAt === undefined || (now >= startedAt && now < startedAt + this.#options.pulseMs)) {
      return [];
    }
    return this.release(now);
  }

  /** Ends a pulse now, whatever its deadline: the cap has fallen, or the box stops. */
  release(now: number): GateEffect[] {
    const startedAt = this.#startedAt;
    if (startedAt === undefined) return [];
    this.#startedAt = undefined;
    this.#readyAt = now + this.#options.cooldownMs;
    return [
      { type: "write", value: 0 },
      { type: "pulsed", pulseMs: Math.max(0, now - startedAt) },
    ];
  }
}
