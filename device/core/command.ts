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
  /** UTF-8; bytes that are none show as U+FFFD */
  readonly text: string;
  /** bytes the sender sent; `text` is empty where the codec cut them short */
  readonly payloadLength: number;
  readonly retain: boolean;
  readonly dup: boolean;
}

export interface FreshnessOptions {
  /** an `issuedAt` older than this is expired, in ms, whatever `expiresAt` says */
  readonly commandMaxAgeMs: number;
  /** how far the sender's clock may run ahead of ours, in ms */
  readonly clockSkewMs: number;
}

export type CommandVerdict =
  | { readonly outcome: "accepted"; readonly command: Command }
  | { readonly outcome: "refused"; readonly command: Command; readonly reason: RefusalReason };

/**
 * Reads commands and says no to those that must not move the pin. What the gate itself refuses
 * (`busy`, `cooldown`) is not known here.
 */
export class CommandReader {
  readonly #options: FreshnessOptions;
  /** in the order they came in */
  readonly #seen: string[];

  /** `seen` are the ids remembered from before a restart, oldest first. */
  constructor(options: FreshnessOptions, seen: readonly string[] = []) {
    this.#options = options;
    this.#seen = seen.slice(-rememberedIds);
  }

  /** The ids that will be refused as duplicates, oldest first; {@link rememberedIds} at most. */
  get seen(): readonly string[] {
    return this.#seen;
  }

  /** `date` is the calendar's time in ms since 1970, or undefined while the clock is unset. */
  read(message: CommandMessage, date: number | undefined): CommandVerdict {
    if (message.payloadLength > maximumCommandBytes) {
      return { outcome: "refused", command: unreadable.command, reason: "too-large" };
    }
    const parsed = readCommand(message.text);
    const { command } = parsed;
    const { id } = command;
    const isSeen = id !== null && this.#seen.includes(id);
    // Without an id, DUP is the only sign that this may be a copy of what was done before.
    const isCopy = id === null ? message.dup : isSeen;
    const reason = this.#refusal(message.retain, parsed, isCopy, date);
    // A refused id is remembered too: a copy that comes late must not open when the first could not.
    if (id !== null && !isSeen) this.#remember(id);
    return reason === undefined
      ? { outcome: "accepted", command }
      : { outcome: "refused", command, reason };
  }

  #refusal(
    isRetained: boolean,
    parsed: ReadCommand,
    isCopy: boolean,
    date: number | undefined,
  ): RefusalReason | undefined {
    if (isRetained) return "retained";
    if (parsed.problem !== undefined) return parsed.problem;
    return isCopy ? "duplicate" : this.#staleness(parsed, date);
  }

  #staleness(
    { issuedAt, expiresAt }: ReadCommand,
    date: number | undefined,
  ): RefusalReason | undefined {
    if (issuedAt === undefined && expiresAt === undefined) return undefined;
    if (date === undefined) return "clock-unset";
    const { commandMaxAgeMs, clockSkewMs } = this.#options;
    if (expiresAt !== undefined && date >= expiresAt) return "expired";
    if (issuedAt !== undefined && date - issuedAt >= commandMaxAgeMs) return "expired";
    // A command without issuedAt cannot be older than its longest life: beyond that it is from the future.
    const issued = issuedAt ?? (expiresAt as number) - commandMaxAgeMs;
    return issued > date + clockSkewMs ? "future" : undefined;
  }

  #remember(id: string): void {
    this.#seen.push(id);
    if (this.#seen.length > rememberedIds) this.#seen.shift();
  }
}

/** A copy comes within seconds, and times limit it beyond: this many ids are enough. */
export const rememberedIds = 32;
