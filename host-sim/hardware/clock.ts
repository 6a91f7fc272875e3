import type { Clock, Instant, SynchronizeOptions } from "../../device/hal.ts";

/** How the simulated time servers behave towards this box. */
export type TimeScript =
  | { readonly type: "answers"; readonly afterMs: number; readonly skewMs: number }
  | { readonly type: "blocked"; readonly afterMs: number };

/** Time sources, in ms: a monotonic clock, and the calendar, since 1970. */
export interface TimeSource {
  now(): number;
  date(): number;
}

const laptopTime: TimeSource = { now: () => performance.now(), date: () => Date.now() };

/**
 * The laptop's clock, as a device sees it: unset at power-up, set by a request. The script may be
 * changed at any time; `skewMs` is how far the time servers are ahead of the laptop.
 */
export class ScriptedClock implements Clock {
  script: TimeScript;
  readonly #source: TimeSource;
  readonly #startedAt: number;
  #skewMs: number | undefined;
  #asking: NodeJS.Timeout | undefined;

  constructor(
    script: TimeScript = { type: "answers", afterMs: 1, skewMs: 0 },
    source: TimeSource = laptopTime,
  ) {
    this.script = script;
    this.#source = source;
    this.#startedAt = source.now();
  }

  now(): Instant {
    return {
      ticks: this.#source.now() - this.#startedAt,
      date: this.#skewMs === undefined ? undefined : this.#source.date() + this.#skewMs,
    };
  }

  synchronize({ onSynchronized, onError }: SynchronizeOptions): void {
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => {
      this.#asking = undefined;
      if (this.script.type === "blocked") {
        onError("no time server answered");
        return;
      }
      this.#skewMs = this.script.skewMs;
      onSynchronized();
    }, this.script.afterMs);
  }

  /** Makes the clock of the running box jump, as a person or a bad server would. */
  jump(byMs: number): void {
    if (this.#skewMs !== undefined) this.#skewMs += byMs;
  }

  /** Power-off: no answer arrives any more. */
  powerOff(): void {
    clearTimeout(this.#asking);
  }
}
