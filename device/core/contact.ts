/** The level of a contact, as far as it can be relied on. */
export type ContactReading =
  /** not known yet, or the contact bounces, or changes more often than any gate moves */
  | { readonly type: "unknown" }
  | {
      readonly type: "steady";
      readonly level: 0 | 1;
      /** ticks of the first edge that led to it; undefined: it was so when the box first looked */
      readonly since: number | undefined;
      /** ticks of the last one: it may have bounced before the change, or after it */
      readonly quietSince: number;
    };

/** A contact that has not been stable for this long is unknown. */
export const unsteadyMs = 5_000;
/** A busy gate may change the contact this often at once, and then every so many ms. */
const changesAtOnce = 20;
const changeEveryMs = 5_000;

const unknown: ContactReading = { type: "unknown" };

/**
 * Debounces one contact. It keeps a few numbers, however many edges there are, and its deadline moves
 * with each edge: a timer needs to be set only once.
 */
export class Contact {
  readonly #debounceMs: number;
  #level: 0 | 1 | undefined;
  #reading: ContactReading = unknown;
  #hasBeenSteady = false;
  /** the first edge since the reading was steady */
  #movedAt: number | undefined;
  #lastEdgeAt = 0;
  /** how many changes are left, at {@link #countedAt} */
  #changes = changesAtOnce;
  #countedAt = 0;

  constructor(debounceMs: number) {
    this.#debounceMs = debounceMs;
  }

  get reading(): ContactReading {
    return this.#reading;
  }

  /** Whether the level is still to be decided. */
  get isSettling(): boolean {
    return this.#movedAt !== undefined;
  }

  /** When {@link handleTime} must be called, in ticks; undefined while nothing changes. */
  get deadline(): number | undefined {
    if (this.#movedAt === undefined) return undefined;
    const steadyAt = this.#lastEdgeAt + this.#steadyMs;
    if (this.#reading.type === "unknown") return steadyAt;
    return Math.min(steadyAt, this.#movedAt + unsteadyMs);
  }

  /** The level now; it need not have changed. @returns whether the reading has changed */
  handleLevel(level: 0 | 1, now: number): boolean {
    // Time first: the level was stable until now.
    const hasChanged = this.handleTime(now);
    if (level === this.#level) return hasChanged;
    this.#movedAt ??= now;
    this.#lastEdgeAt = now;
    this.#level = level;
    return hasChanged;
  }

  /** The level has changed in the meantime, and may be what it was: it was not stable until now. */
  disturb(now: number): void {
    if (this.#movedAt !== undefined) this.#lastEdgeAt = now;
  }

  /** @returns whether the reading has changed */
  handleTime(now: number): boolean {
    const movedAt = this.#movedAt;
    if (movedAt === undefined) return false;
    if (now - this.#lastEdgeAt >= this.#steadyMs) return this.#settle(movedAt);
    if (this.#reading.type === "unknown" || now - movedAt < unsteadyMs) return false;
    this.#reading = unknown;
    return true;
  }

  /** After it was unreliable, it has to prove itself for longer. */
  get #steadyMs(): number {
    const wasReliable = this.#reading.type === "steady" || !this.#hasBeenSteady;
    return wasReliable ? this.#debounceMs : unsteadyMs;
  }

  #settle(movedAt: number): boolean {
    const level = this.#level as 0 | 1;
    const before = this.#reading;
    this.#movedAt = undefined;
    if (before.type === "steady" && before.level === level) return false;
    if (before.type === "steady" && !this.#takeChange(movedAt)) {
      this.#reading = unknown;
      // It is decided again after a longer time.
      this.#movedAt = movedAt;
      return true;
    }
    const since = before.type === "steady" ? movedAt : undefined;
    this.#hasBeenSteady = true;
    this.#reading = { type: "steady", level, since, quietSince: this.#lastEdgeAt };
    return true;
  }

  #takeChange(now: number): boolean {
    const gained = Math.max(0, now - this.#countedAt) / changeEveryMs;
    this.#changes = Math.min(changesAtOnce, this.#changes + gained);
    this.#countedAt = now;
    if (this.#changes < 1) return false;
    this.#changes -= 1;
    return true;
  }
}
