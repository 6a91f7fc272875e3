import type { BoxGateSettings } from "../gate-settings.ts";
import type { Instant } from "../hal.ts";
import type { Command } from "../messages/command.ts";
import { earliest } from "./earliest.ts";
import { Gate } from "./gate.ts";
import { makeWatch } from "./gate-status.ts";
import type { JournalEntry } from "./journal.ts";

/** What a command is for, and where its outcome is told. */
export interface CommandTarget {
  /** undefined: a gate that this box does not have */
  readonly gate: BoxGate | undefined;
  /** the gate in the command's topic; the outcome's topic has the same */
  readonly topicGate: string | undefined;
}

/** The command whose pulse is in progress. */
export interface Opening {
  readonly command: Command;
  readonly topicGate: string | undefined;
  /** undefined until the pin is HIGH */
  readonly entry: JournalEntry | undefined;
}

export interface BoxGateOptions {
  readonly settings: BoxGateSettings;
  /** in the settings: the first is 0 */
  readonly index: number;
  /** the hardware ends each pulse after `pulseMs`, even if the program is late */
  readonly pulseEndsItself: boolean;
  /** the level of the gate's input; absent if the hardware has none */
  readonly readInput: (() => 0 | 1) | undefined;
  /** until when a pulse before a restart moves it, in ms since 1970; untrusted */
  readonly movedUntil: number;
}

/** One gate of a box: its pulses, its contact, and the command that it carries out now. */
export class BoxGate {
  readonly index: number;
  /** absent if the settings name no gate */
  readonly name: string | undefined;
  readonly pulses: Gate;
  opening: Opening | undefined;
  readonly #readInput: (() => 0 | 1) | undefined;
  readonly #longestPulseMs: number;
  readonly #travelMs: number;
  readonly #movedUntil: number;
  #movesUntil = 0;

  constructor({ settings, index, pulseEndsItself, readInput, movedUntil }: BoxGateOptions) {
    const { name, pulseMs, cooldownMs, travelMs } = settings;
    const watch = makeWatch(settings, readInput !== undefined);
    this.index = index;
    this.name = name;
    this.pulses = new Gate({
      index,
      pulseMs,
      cooldownMs,
      travelMs,
      ...(watch === undefined ? {} : { watch }),
    });
    this.#readInput = readInput;
    this.#longestPulseMs = pulseEndsItself ? pulseMs : Number.POSITIVE_INFINITY;
    this.#travelMs = travelMs === 0 ? 0 : pulseMs + travelMs;
    this.#movedUntil = movedUntil;
  }

  /** In ticks; undefined while nothing is due. Only the pulse's end, if `isStopping`. */
  deadline(isStopping: boolean): number | undefined {
    const { pulses } = this;
    return isStopping ? pulses.deadline : earliest([pulses.deadline, pulses.watch?.deadline]);
  }

  /** The level of its input; undefined if it has none. */
  readInput(): 0 | 1 | undefined {
    return this.#readInput?.();
  }

  /** Whether a pulse before a restart may still move the gate. The stored time is untrusted. */
  isMovingSinceBefore({ date }: Instant): boolean {
    if (this.#travelMs === 0 || date === undefined) return false;
    const remainingMs = this.#movedUntil - date;
    return remainingMs > 0 && remainingMs <= this.#travelMs;
  }

  /** A pulse has begun. @returns whether {@link movesUntil} has changed */
  noteMovement({ date }: Instant): boolean {
    if (this.#travelMs === 0 || date === undefined) return false;
    this.#movesUntil = date + this.#travelMs;
    return true;
  }

  /** Until when the last pulse moves it, in ms since 1970; 0: nobody knows. */
  get movesUntil(): number {
    return this.#movesUntil;
  }

  /** How long a pulse was, in ms, if the program saw its end this long after its beginning. */
  pulseMsOf(seenMs: number): number {
    return Math.min(seenMs, this.#longestPulseMs);
  }
}
