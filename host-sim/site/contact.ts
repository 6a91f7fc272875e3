import type { GateInputSettings } from "../../device/gate-input-settings.ts";
import type { BoomState } from "./boom-gate.ts";
import { laptopTime, type SiteTime } from "./time.ts";

/** Edges in a millisecond of a contact that bounces at 10 kHz; an odd number, so that each one differs. */
const edgesPerMs = 21;

type ContactSettings = Pick<GateInputSettings, "active" | "shows">;

/** The level of such a contact while the boom is in this state. */
export function levelOf({ active, shows }: ContactSettings, state: BoomState): 0 | 1 {
  return (state === shows) === (active === "high") ? 1 : 0;
}

export interface ContactOptions {
  /** its level as it should be now */
  readonly trueLevel: () => 0 | 1;
  /** the wire to the box */
  readonly wire: { become(level: 0 | 1): void };
  /** how long it bounces whenever it opens or closes, in ms; default: not at all */
  readonly bounceMs?: number;
  readonly time?: SiteTime;
}

/** A contact on a wire to the box, such as one at an end of the boom's way, and what can go wrong with it. */
export class Contact {
  readonly #options: ContactOptions;
  readonly #time: SiteTime;
  #stuckAt: 0 | 1 | undefined;
  #level: 0 | 1;
  #bouncesUntil = 0;
  #bounce: object | undefined;

  constructor(options: ContactOptions) {
    this.#options = options;
    this.#time = options.time ?? laptopTime;
    this.#level = options.trueLevel();
    options.wire.become(this.#level);
  }

  /** undefined: it is as it should be */
  get stuckAt(): 0 | 1 | undefined {
    return this.#stuckAt;
  }

  /** what it is, or will be after it has bounced */
  get level(): 0 | 1 {
    return this.#level;
  }

  get isBouncing(): boolean {
    return this.#bounce !== undefined;
  }

  /** Its true level may have changed. */
  update(): void {
    const level = this.#stuckAt ?? this.#options.trueLevel();
    if (level === this.#level) return;
    this.#level = level;
    const { bounceMs = 0, wire } = this.#options;
    if (bounceMs > 0) this.bounce(bounceMs);
    else if (this.#bounce === undefined) wire.become(level);
  }

  /** @param level undefined: it shows its true level again */
  stickAt(level: 0 | 1 | undefined): void {
    this.#stuckAt = level;
    this.update();
  }

  bounce(forMs: number): void {
    this.#bouncesUntil = Math.max(this.#bouncesUntil, this.#time.now() + forMs);
    if (this.#bounce === undefined) this.#rattle(this.#level);
  }

  powerOff(): void {
    if (this.#bounce !== undefined) this.#time.cancel(this.#bounce);
    this.#bounce = undefined;
  }

  #rattle(from: 0 | 1): void {
    const { wire } = this.#options;
    this.#bounce = undefined;
    if (this.#time.now() >= this.#bouncesUntil) {
      wire.become(this.#level);
      return;
    }
    let level = from;
    for (let edge = 0; edge < edgesPerMs; edge++) {
      level = level === 1 ? 0 : 1;
      wire.become(level);
    }
    this.#bounce = this.#time.after(1, () => this.#rattle(level));
  }
}
