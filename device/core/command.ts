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
  /** in order of arrival */
  readonly #seen: string[];

  /** `seen` are the ids remembered from before a restart, oldest first. */
  constructor(options: FreshnessOptions, seen: readonly string[] = []) {
    this.#options = options;
    this.#seen = seen.slice(-rememberedIds);
  }

  /** The ids that are refused as duplicates, oldest first; at most {@link rememberedIds}. */
  get seen(): readonly string[] {
    return this.#seen;
  }

  /** `date` is the calendar time in ms since 1970, or undefined while the clock is unset. */
  read(message: CommandMessage, date: number | undefined): CommandVerdict {
    if (message.payloadLength > maximumCommandBytes) {
      return { outcome: "refused", command: unreadable.command, reason: "too-large" };
    }
    const parsed = readCommand(message.text);
    const { command } = parsed;
    const { id } = command;
    const isSeen = id !== null && this.#seen.includes(id);
    // Without an id, DUP is the only sign that this may be a copy of an executed command.
    const isCopy = id === null ? message.dup : isSeen;
    const reason = this.#refusal(message.retain, parsed, isCopy, date);
    // A refused id is remembered too: a late copy must not open the gate after the original was
    // refused.
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
    // Without issuedAt, a command cannot be older than its longest lifetime. If it expires later
    // than that, it is from the future.
    const issued = issuedAt ?? (expiresAt as number) - commandMaxAgeMs;
    return issued > date + clockSkewMs ? "future" : undefined;
  }

  #remember(id: string): void {
    this.#seen.push(id);
    if (this.#seen.length > rememberedIds) this.#seen.shift();
  }
}

/** A copy arrives within seconds, and later ones are expired: this many ids are enough. */
export const rememberedIds = 32;
