import type { ConnectionState } from "./core/connection.ts";
import type { Digital, Timer, TimerHandle } from "./hal.ts";

/**
 * What the light does: it stays dark, it shines, or it shines and is dark in turns, for so many ms each,
 * again and again.
 */
type LightPattern = "off" | "on" | readonly number[];

const flashMs = 150;
const gapMs = 250;
const pauseMs = 1_500;

/** So many short flashes, then a pause. */
function flashes(count: number): readonly number[] {
  const pattern: number[] = [];
  for (let i = 1; i <= count; i++) pattern.push(flashMs, i === count ? pauseMs : gapMs);
  return pattern;
}

/**
 * What the light says, in the order of the way to a connection: the number of flashes is the step at
 * which the box stands. docs/wiring.md draws them.
 */
export const lightPatterns = Object.freeze({
  /** not set up, or stopped */
  off: "off",
  /** no WiFi or no cable, or no address */
  network: flashes(1),
  /** no time server answers */
  time: flashes(2),
  /** no TLS connection: not reached, or one side refuses the other's certificate */
  tls: flashes(3),
  /** the broker refuses the box, or its subscription */
  mqtt: flashes(4),
  connected: "on",
  /** the button is pressed */
  pulse: Object.freeze([50, 50]),
} as const) satisfies Readonly<Record<string, LightPattern>>;

type LightState = keyof typeof lightPatterns;

/** @param before what the light said until now */
function lightAfter(state: ConnectionState, before: LightState): LightState {
  if (state === "stopped") return "off";
  // It waits to try again: the step that failed stays visible. A lost connection begins at the first.
  if (state === "backoff") return before === "connected" || before === "off" ? "network" : before;
  return state;
}

/** The light of a box. One timer for its pattern, and one while it is overridden. */
export class StatusLight {
  readonly #led: Digital;
  readonly #timer: Timer;
  #state: LightState = "off";
  #isPulsing = false;
  #overriding: LightPattern | undefined;
  #step = 0;
  #next: TimerHandle | undefined;
  #end: TimerHandle | undefined;

  /** @param led HIGH: it shines; dark now */
  constructor(led: Digital, timer: Timer) {
    this.#led = led;
    this.#timer = timer;
  }

  /** The connection has changed. */
  connection(state: ConnectionState): void {
    this.#become(lightAfter(state, this.#state), this.#isPulsing);
  }

  /** The gate's pin has changed. */
  pulse(isHigh: boolean): void {
    this.#become(this.#state, isHigh);
  }

  /**
   * Shows something else before what the box does.
   * @param forMs how long; default: until {@link release}
   */
  override(pattern: LightPattern, forMs?: number): void {
    this.#endOverride();
    this.#overriding = pattern;
    this.#begin(pattern);
    if (forMs !== undefined) this.#end = this.#timer.set(() => this.release(), forMs);
  }

  /** Ends {@link override}. */
  release(): void {
    if (this.#overriding === undefined) return;
    this.#endOverride();
    this.#begin(this.#pattern);
  }

  get #pattern(): LightPattern {
    return this.#isPulsing ? lightPatterns.pulse : lightPatterns[this.#state];
  }

  #become(state: LightState, isPulsing: boolean): void {
    const before = this.#pattern;
    this.#state = state;
    this.#isPulsing = isPulsing;
    if (this.#pattern !== before && this.#overriding === undefined) this.#begin(this.#pattern);
  }

  #endOverride(): void {
    if (this.#end !== undefined) this.#timer.clear(this.#end);
    this.#end = undefined;
    this.#overriding = undefined;
  }

  #begin(pattern: LightPattern): void {
    if (this.#next !== undefined) this.#timer.clear(this.#next);
    this.#next = undefined;
    if (pattern === "off" || pattern === "on") {
      this.#led.write(pattern === "on" ? 1 : 0);
      return;
    }
    this.#step = 0;
    this.#continue(pattern);
  }

  #continue(pattern: readonly number[]): void {
    this.#led.write(this.#step % 2 === 0 ? 1 : 0);
    const ms = pattern[this.#step % pattern.length] ?? pauseMs;
    this.#step = (this.#step + 1) % pattern.length;
    this.#next = this.#timer.set(() => this.#continue(pattern), ms);
  }
}
