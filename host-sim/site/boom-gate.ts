/**
 * The position of the boom. The box does not know it: it has no sensor, and never claims to know.
 */
export type BoomState = "closed" | "opening" | "open" | "closing";

export interface BoomTimes {
  /** from down to up, and from up to down, in ms */
  readonly travelMs: number;
  /** how long it stays up, in ms */
  readonly holdMs: number;
}

const defaultTimes: BoomTimes = { travelMs: 1_500, holdMs: 5_000 };

/** A boom gate that opens at a remote's signal, stays open, and closes by itself. */
export class BoomGate {
  onChanged: ((state: BoomState) => void) | undefined;
  readonly #times: BoomTimes;
  #state: BoomState = "closed";
  #openings = 0;
  /** the position when its current movement began, 0–1, and the time of that */
  #from = 0;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(times: BoomTimes = defaultTimes) {
    this.#times = times;
  }

  get state(): BoomState {
    return this.#state;
  }

  get openings(): number {
    return this.#openings;
  }

  /** 0 down, 1 up */
  get position(): number {
    const travelled = (performance.now() - this.#since) / this.#times.travelMs;
    if (this.#state === "opening") return Math.min(1, this.#from + travelled);
    if (this.#state === "closing") return Math.max(0, this.#from - travelled);
    return this.#state === "open" ? 1 : 0;
  }

  /** The remote's code: a closed or closing gate opens, an open one stays open for longer. */
  handleSignal(): void {
    if (this.#state === "opening") return;
    if (this.#state === "open") {
      this.#hold();
      return;
    }
    this.#openings += 1;
    const remaining = 1 - this.position;
    this.#move("opening", remaining * this.#times.travelMs, () => this.#hold());
  }

  powerOff(): void {
    clearTimeout(this.#timer);
  }

  #hold(): void {
    this.#move("open", this.#times.holdMs, () =>
      this.#move("closing", this.#times.travelMs, () => this.#move("closed", 0, undefined)),
    );
  }

  #move(state: BoomState, durationMs: number, next: (() => void) | undefined): void {
    clearTimeout(this.#timer);
    this.#from = this.position;
    this.#since = performance.now();
    const hasChanged = state !== this.#state;
    this.#state = state;
    if (next !== undefined) this.#timer = setTimeout(next, durationMs);
    if (hasChanged) this.onChanged?.(state);
  }
}
