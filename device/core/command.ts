import type { Instant } from "../hal.ts";
import {
  type Command,
  maximumCommandBytes,
  type ReadCommand,
  type RefusalReason,
  readCommand,
  unreadable,
} from "../messages/command.ts";

/** A PUBLISH to the command topic. */
export interface CommandMessage {
  /** UTF-8; invalid bytes become U+FFFD */
  readonly text: string;
  /** number of bytes sent; `text` is empty if the codec cut the packet */
  readonly payloadLength: number;
  readonly retain: boolean;
  readonly dup: boolean;
}

export interface FreshnessOptions {
  /** a command whose `issuedAt` is older than this is expired, in ms, whatever `expiresAt` says */
  readonly commandMaxAgeMs: number;
  /** how far the sender's clock may run ahead of ours, in ms */
  readonly clockSkewMs: number;
}

export type CommandVerdict =
  | { readonly outcome: "accepted"; readonly command: Command }
  | { readonly outcome: "refused"; readonly command: Command; readonly reason: RefusalReason };

/**
 * Reads commands and refuses those that must not move the pin. The gate's own refusals (`busy`,
 * `cooldown`) are not known here.
 */
export class CommandReader {
  readonly #options: FreshnessOptions;
  /** ids of commands that opened, oldest first */
  readonly #opened: string[];
  /** until when each of those may come again, in ticks; ascending */
  readonly #repeatableUntil: number[];
  /** ids of commands that did not open, oldest first: a late copy must not open the gate either */
  readonly #others: string[] = [];
  readonly #isMemoryLost: boolean;

  /**
   * `remembered` are the ids that opened before a restart, oldest first; undefined if storage has
   * none, or none that can be read.
   */
  constructor(options: FreshnessOptions, remembered: readonly string[] | undefined) {
    const opened = remembered ?? [];
    this.#options = options;
    this.#isMemoryLost = remembered === undefined;
    this.#opened = opened.slice(-rememberedIds);
    // How old they are is not known: the newest count as new. The older ones must not take the room
    // that the next openings need.
    const newest = this.#opened.length - rememberedIds / 2;
    this.#repeatableUntil = this.#opened.map((_id, at) => (at < newest ? 0 : this.#lifeMs));
  }

  /** The ids of commands that opened, oldest first; at most {@link rememberedIds}. */
  get opened(): readonly string[] {
    return this.#opened;
  }

  /** A command cannot be accepted later than this after it was accepted for the first time. */
  get #lifeMs(): number {
    return this.#options.commandMaxAgeMs + this.#options.clockSkewMs;
  }

  read(message: CommandMessage, now: Instant): CommandVerdict {
    if (message.payloadLength > maximumCommandBytes) {
      return { outcome: "refused", command: unreadable.command, reason: "too-large" };
    }
    const parsed = readCommand(message.text);
    const { command, problem } = parsed;
    const { id } = command;
    const isSeen = id !== null && (this.#opened.includes(id) || this.#others.includes(id));
    // Without an id, DUP is the only sign that this may be a copy of an executed command.
    const isCopy = id === null ? message.dup : isSeen;
    const reason = this.#refusal(message.retain, parsed, isCopy, now);
    // What can never open needs no memory, and must not push out what could.
    if (id !== null && !isSeen && problem === undefined) remember(this.#others, id);
    return reason === undefined
      ? { outcome: "accepted", command }
      : { outcome: "refused", command, reason };
  }

  /** The accepted command has moved the pin: nothing pushes out its id while a copy could open. */
  noteOpened(id: string, ticks: number): void {
    const at = this.#others.lastIndexOf(id);
    if (at >= 0) this.#others.splice(at, 1);
    if (remember(this.#opened, id)) this.#repeatableUntil.shift();
    this.#repeatableUntil.push(ticks + this.#lifeMs);
  }

  #refusal(
    isRetained: boolean,
    parsed: ReadCommand,
    isCopy: boolean,
    now: Instant,
  ): RefusalReason | undefined {
    if (isRetained) return "retained";
    if (parsed.problem !== undefined) return parsed.problem;
    if (isCopy) return "duplicate";
    return this.#staleness(parsed, now) ?? (this.#isFull(now.ticks) ? "cooldown" : undefined);
  }

  /** One more opening would push out the id of a command that could come again. */
  #isFull(ticks: number): boolean {
    const [oldest] = this.#repeatableUntil;
    return this.#opened.length >= rememberedIds && oldest !== undefined && ticks < oldest;
  }

  #staleness(
    { issuedAt, expiresAt }: ReadCommand,
    { ticks, date }: Instant,
  ): RefusalReason | undefined {
    if (issuedAt === undefined && expiresAt === undefined) return undefined;
    if (date === undefined) return "clock-unset";
    const { commandMaxAgeMs, clockSkewMs } = this.#options;
    if (expiresAt !== undefined && date >= expiresAt) return "expired";
    if (issuedAt !== undefined && date - issuedAt >= commandMaxAgeMs) return "expired";
    // Without issuedAt, a command cannot be older than its longest lifetime. If it expires later
    // than that, it is from the future.
    const issued = issuedAt ?? (expiresAt as number) - commandMaxAgeMs;
    if (issued > date + clockSkewMs) return "future";
    // Issued before this start: it may have opened already, and the memory of that may be lost.
    const isFromBefore = issued < Math.floor(date - ticks);
    return isFromBefore && (issuedAt !== undefined || this.#isMemoryLost) ? "expired" : undefined;
  }
}

/**
 * Openings follow each other by at least a pulse and the cooldown: with the default settings, half
 * as many can happen in the life of a command.
 */
export const rememberedIds = 32;

/** @returns whether the oldest had to go */
function remember(ids: string[], id: string): boolean {
  ids.push(id);
  if (ids.length <= rememberedIds) return false;
  ids.shift();
  return true;
}
