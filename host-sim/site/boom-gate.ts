import { laptopTime, type SiteTime } from "./time.ts";

/**
 * The position of the boom. The box does not know it: without a contact it never claims to know, and
 * with one it knows a part of it.
 */
export type BoomState = "closed" | "opening" | "open" | "closing" | "stopped";

export interface BoomOptions {
  /** from down to up, and from up to down, in ms */
  readonly travelMs: number;
  /** how long it stays up, in ms */
  readonly holdMs: number;
  /**
   * What a further signal of the remote does. `opens`: it always opens, or keeps open. `toggles`:
   * open, stop, close, stop, with one button.
   */
  readonly signal: "opens" | "toggles";
}

const defaults: BoomOptions = { travelMs: 1_500, holdMs: 5_000, signal: "opens" };

/** A boom gate that opens at a remote's signal, stays open, and closes by itself. */
export class BoomGate {
  onChanged: ((state: BoomState) => void) | undefined;
  readonly #options: BoomOptions;
  readonly #time: SiteTime;
  #state: BoomState = "closed";
  /** the direction of the last movement */
  #direction: "opening" | "closing" = "closing";
  #openings = 0;
  /** the position when its current movement began, 0–1, and the time of that */
  #from = 0;
  #since = 0;
  #timer: object | undefined;
  #isHeld = false;

  constructor(options: Partial<BoomOptions> = {}, time: SiteTime = laptopTime) {
    this.#options = { ...defaults, ...options };
    this.#time = time;
  }

  get state(): BoomState {
    return this.#state;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  get openings(): number {
    return this.#openings;
  }

  /** 0 down, 1 up */
  get position(): number {
    const travelled = (this.#time.now() - this.#since) / this.#options.travelMs;
    switch (this.#state) {
      case "opening":
        return Math.min(1, this.#from + travelled);
      case "closing":
        return Math.max(0, this.#from - travelled);
      case "stopped":
        return this.#from;
      default:
        return this.#state === "open" ? 1 : 0;
    }
  }

  /** The remote's code. */
  handleSignal(): void {
    if (this.#isHeld) return;
    if (this.#options.signal === "toggles") this.#toggle();
    else if (this.#state === "open") this.#hold();
    else if (this.#state !== "opening") this.#open();
  }

  /** Somebody opens it without the box: by hand, or with another remote. */
  openByHand(): void {
    if (this.#isHeld || this.#state === "open" || this.#state === "opening") return;
    this.#open();
  }

  /** Something keeps it where it is. Afterwards, it closes by itself. */
  setHeld(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld) this.#freeze();
    else if (this.#state === "open") this.#hold();
    else if (this.#state === "stopped") this.#close();
  }

  powerOff(): void {
    this.#disarm();
  }

  /** A moving boom stops, one that stands turns round. */
  #toggle(): void {
    if (this.#state === "opening" || this.#state === "closing") this.#move("stopped", 0, undefined);
    else if (this.#direction === "opening") this.#close();
    else this.#open();
  }

  #freeze(): void {
    const isMoving = this.#state === "opening" || this.#state === "closing";
    this.#move(isMoving ? "stopped" : this.#state, 0, undefined);
  }

  #open(): void {
    this.#openings += 1;
    this.#direction = "opening";
    const remaining = 1 - this.position;
    this.#move("opening", remaining * this.#options.travelMs, () => this.#hold());
  }

  #hold(): void {
    this.#move("open", this.#options.holdMs, () => this.#close());
  }

  #close(): void {
    this.#direction = "closing";
    const durationMs = this.position * this.#options.travelMs;
    this.#move("closing", durationMs, () => this.#move("closed", 0, undefined));
  }

  #move(state: BoomState, durationMs: number, next: (() => void) | undefined): void {
    this.#disarm();
    this.#from = this.position;
    this.#since = this.#time.now();
    const hasChanged = state !== this.#state;
    this.#state = state;
    if (next !== undefined) this.#timer = this.#time.after(durationMs, next);
    if (hasChanged) this.onChanged?.(state);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#time.cancel(this.#timer);
    this.#timer = undefined;
  }
}
