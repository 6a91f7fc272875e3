import { consistsOf, isLetter, isNameUnit } from "../characters.ts";

/** Why a command did not move the pin. A closed list: the staff app has words for each. */
export const refusalReasons = [
  "retained",
  "expired",
  "future",
  "duplicate",
  "busy",
  "cooldown",
  "clock-unset",
  "malformed",
  "unknown-action",
  "too-large",
] as const;

export type RefusalReason = (typeof refusalReasons)[number];

/** No command is longer than this, in bytes. */
export const maximumCommandBytes = 1024;

/** What is known of a command; what it did not say, or did not say properly, is null. */
export interface Command {
  readonly id: string | null;
  readonly action: string | null;
  readonly by: string | null;
}

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

interface Parsed {
  readonly command: Command;
  readonly issuedAt: number | undefined;
  readonly expiresAt: number | undefined;
  readonly problem: "malformed" | "unknown-action" | undefined;
}

const noise: Parsed = {
  command: { id: null, action: null, by: null },
  issuedAt: undefined,
  expiresAt: undefined,
  problem: "malformed",
};

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
      return { outcome: "refused", command: noise.command, reason: "too-large" };
    }
    const parsed = parse(message.text);
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
    parsed: Parsed,
    isCopy: boolean,
    date: number | undefined,
  ): RefusalReason | undefined {
    if (isRetained) return "retained";
    if (parsed.problem !== undefined) return parsed.problem;
    return isCopy ? "duplicate" : this.#staleness(parsed, date);
  }

  #staleness({ issuedAt, expiresAt }: Parsed, date: number | undefined): RefusalReason | undefined {
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

const openingBrace = 0x7b;

function parse(payload: string): Parsed {
  // JSON minds no white space around it.
  const text = payload.charCodeAt(0) === openingBrace ? payload : payload.trim();
  if (text.includes("\ufffd")) return noise;
  if (text.charCodeAt(0) !== openingBrace) {
    // One plain word is an action; anything else is noise.
    if (!isLetter(text.charCodeAt(0)) || !consistsOf(text, isNameUnit, 1, 32)) return noise;
    const command = { ...noise.command, action: text };
    return { ...noise, command, problem: text === "open" ? undefined : "unknown-action" };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return noise;
  }
  return parseFields(json as Record<string, unknown>);
}

/** Each field once: this stands between a command and its pulse. */
function parseFields(json: Record<string, unknown>): Parsed {
  const action = readWord(json.action, isPrintable);
  const id = readWord(json.id, isPlain);
  const by = readWord(json.by, isPrintable);
  const issuedAt = readDate(json.issuedAt);
  const expiresAt = readDate(json.expiresAt);
  // Present but wrong is not the same as absent: `"expiresAt":"soon"` must not open a gate for ever.
  const isWellFormed =
    typeof action === "string" &&
    id !== null &&
    by !== null &&
    issuedAt !== null &&
    expiresAt !== null &&
    !(issuedAt !== undefined && expiresAt !== undefined && issuedAt > expiresAt);
  return {
    command: { id: id ?? null, action: action ?? null, by: by ?? null },
    issuedAt: issuedAt ?? undefined,
    expiresAt: expiresAt ?? undefined,
    problem: !isWellFormed ? "malformed" : action === "open" ? undefined : "unknown-action",
  };
}

/** @returns 1–64 characters of the kind wanted; undefined where absent, null where it is no such word */
function readWord(value: unknown, isWanted: (unit: number) => boolean): string | null | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" && consistsOf(value, isWanted, 1, 64) ? value : null;
}

/** No control character: these words end up on terminals and in logs. */
function isPrintable(unit: number): boolean {
  return unit >= 0xa0 || (unit >= 0x20 && unit < 0x7f);
}

/** A UUID, or any other word of visible ASCII characters that needs no escape in JSON. */
function isPlain(unit: number): boolean {
  return unit > 0x20 && unit < 0x7f && unit !== 0x22 && unit !== 0x5c;
}

/** @returns ms since 1970; undefined where absent, null where it is no such number */
function readDate(value: unknown): number | null | undefined {
  if (value === undefined) return undefined;
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}
