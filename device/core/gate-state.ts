import type { GateSettings } from "../gate-settings.ts";
import type { GateEventName, GateState } from "../messages/gate.ts";
import { Contact } from "./contact.ts";
import { earliest } from "./earliest.ts";

export interface GateWatchOptions {
  readonly input: NonNullable<GateSettings["gateInput"]>;
  readonly pulseMs: number;
  /** see {@link GateOptions.travelMs}; 0: not known */
  readonly travelMs: number;
}

/** Something that deserves an event. */
export interface GateHappening {
  readonly name: GateEventName;
  /** in ticks */
  readonly at: number;
}

/** How long a gate may take to move after a pulse, if `travelMs` is not known. */
export const defaultTravelMs = 30_000;

/** A pulse, and what the contact has shown since. */
interface Pulse {
  readonly roseAt: number;
  /** what moves until then may be due to it */
  until: number;
  /** the contact must change by then, because the gate was not where it shows "open" */
  mustMove: boolean;
  hasArrived: boolean;
}

/**
 * What one contact proves about a gate. It proves the position it is at; everything else is "not
 * there". A movement begins when the gate leaves that position, and ends when it comes back, or when
 * `travelMs` is over. The direction is known too: nothing but opening leads away from closed.
 */
export class GateWatch {
  readonly #options: GateWatchOptions;
  readonly #contact: Contact;
  readonly #windowMs: number;
  #state: GateState = "unknown";
  #since: number | undefined;
  #movesUntil: number | undefined;
  #leftOpenAt: number | undefined;
  #pulse: Pulse;

  constructor(options: GateWatchOptions) {
    const { input, travelMs } = options;
    this.#options = options;
    this.#contact = new Contact(input.debounceMs);
    this.#windowMs = travelMs === 0 ? defaultTravelMs : travelMs;
    this.#pulse = this.#pulseAt(0, false);
  }

  get state(): GateState {
    return this.#state;
  }

  /** When the contact changed, in ticks; undefined if the box did not see it. */
  get since(): number | undefined {
    return this.#since;
  }

  /** The contact shows that the gate moves now. Never if `travelMs` is not known. */
  get isMoving(): boolean {
    return this.#movesUntil !== undefined;
  }

  /** The movement that the last pulse caused has come to its end at the contact. */
  get hasArrived(): boolean {
    return this.#pulse.hasArrived;
  }

  /** When {@link handleTime} must be called, in ticks. */
  get deadline(): number | undefined {
    const judgement = this.#pulse.mustMove && !this.#contact.isSettling;
    return earliest([
      this.#contact.deadline,
      this.#movesUntil,
      this.#leftOpenAt,
      judgement ? this.#pulse.until : undefined,
    ]);
  }

  /** The box starts. What moves soon after that may be due to a pulse before it. */
  start(now: number): void {
    this.#pulse = this.#pulseAt(now, false);
  }

  /** The gate's pin has risen. */
  rose(now: number): void {
    const { reading } = this.#contact;
    // One that is open already need not move.
    const mustMove = reading.type === "steady" && !this.#isOpen(reading.level);
    this.#pulse = this.#pulseAt(now, mustMove);
  }

  /** The gate's pin has fallen. */
  fell(now: number): void {
    this.#pulse.until = now + this.#windowMs;
  }

  /** The level of the input now; it need not have changed. */
  handleLevel(level: 0 | 1, now: number): GateHappening[] {
    return this.#follow(this.#contact.handleLevel(level, now), now);
  }

  handleTime(now: number): GateHappening[] {
    return this.#follow(this.#contact.handleTime(now), now);
  }

  #pulseAt(roseAt: number, mustMove: boolean): Pulse {
    const until = roseAt + this.#options.pulseMs + this.#windowMs;
    return { roseAt, until, mustMove, hasArrived: false };
  }

  #follow(hasChanged: boolean, now: number): GateHappening[] {
    const happenings = hasChanged ? this.#read(now) : [];
    if (isDue(this.#movesUntil, now)) this.#endMovement();
    if (isDue(this.#leftOpenAt, now)) {
      this.#leftOpenAt = undefined;
      this.#state = "left-open";
      happenings.push({ name: "left-open", at: now });
    }
    // A contact that bounces just then may be about to show the movement.
    if (this.#pulse.mustMove && now >= this.#pulse.until && !this.#contact.isSettling) {
      this.#pulse.mustMove = false;
      happenings.push({ name: "did-not-open", at: now });
    }
    return happenings;
  }

  #read(now: number): GateHappening[] {
    const { reading } = this.#contact;
    this.#movesUntil = undefined;
    this.#leftOpenAt = undefined;
    if (reading.type === "unknown") {
      this.#state = "unknown";
      this.#since = undefined;
      // Whether the gate moves can no longer be seen.
      this.#pulse.mustMove = false;
      return [];
    }
    const { level, since, quietSince } = reading;
    this.#since = since;
    const isThere = this.#isActive(level);
    if (since !== undefined && isThere && since >= this.#pulse.roseAt) {
      this.#pulse.hasArrived = true;
    }
    if (!this.#isOpen(level)) return this.#readClosed(since);
    return this.#readOpen(since, quietSince, now);
  }

  /** Closed, or no longer open. */
  #readClosed(since: number | undefined): GateHappening[] {
    const { input, travelMs } = this.#options;
    if (input.shows === "closed") {
      this.#state = "closed";
      return [];
    }
    this.#state = "not-open";
    if (since === undefined || travelMs === 0) return [];
    this.#state = "closing";
    this.#movesUntil = since + travelMs;
    return [];
  }

  /** Open, or no longer closed. */
  #readOpen(since: number | undefined, quietSince: number, now: number): GateHappening[] {
    const { input, travelMs } = this.#options;
    const isThere = input.shows === "open";
    this.#state = isThere ? "open" : "not-closed";
    this.#pulse.mustMove = false;
    if (input.leftOpenMs > 0) this.#leftOpenAt = (since ?? now) + input.leftOpenMs;
    if (since === undefined) return [];
    // The change was at one of these edges, and no pulse may explain any of them.
    const isOurs = quietSince >= this.#pulse.roseAt && since <= this.#pulse.until;
    if (!isThere && travelMs > 0) {
      this.#movesUntil = isOurs ? this.#pulse.until : since + travelMs;
      if (isOurs) this.#state = "opening";
    }
    if (isOurs) return [];
    this.#state = "opened-by-hand";
    return [{ name: "opened-by-hand", at: since }];
  }

  #endMovement(): void {
    this.#movesUntil = undefined;
    if (this.#state === "opening") this.#state = "not-closed";
    if (this.#state === "closing") this.#state = "not-open";
  }

  #isActive(level: 0 | 1): boolean {
    return (level === 1) === (this.#options.input.active === "high");
  }

  /** Open, or at least not closed, as far as the contact shows. */
  #isOpen(level: 0 | 1): boolean {
    return this.#isActive(level) === (this.#options.input.shows === "open");
  }
}

function isDue(at: number | undefined, now: number): boolean {
  return at !== undefined && now >= at;
}
