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
  /** bytes the sender sent: more than `text` holds where the codec cut it short */
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

interface Parsed extends Command {
  readonly issuedAt: number | undefined;
  readonly expiresAt: number | undefined;
  readonly problem: "malformed" | "unknown-action" | undefined;
}

const nothing: Parsed = {
  id: null,
  action: null,
  by: null,
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
      return { outcome: "refused", command: bare(nothing), reason: "too-large" };
    }
    const parsed = parse(message.text);
    const command = bare(parsed);
    const reason = this.#refusal(message, parsed, date);
    // A refused id is remembered too: a copy that comes late must not open when the first could not.
    if (parsed.id !== null && reason !== "duplicate") this.#remember(parsed.id);
    return reason === undefined
      ? { outcome: "accepted", command }
      : { outcome: "refused", command, reason };
  }

  #refusal(
    message: CommandMessage,
    parsed: Parsed,
    date: number | undefined,
  ): RefusalReason | undefined {
    if (message.retain) return "retained";
    if (parsed.problem !== undefined) return parsed.problem;
    // Without an id, DUP is the only sign that this may be a copy of what was done before.
    const isCopy = parsed.id === null ? message.dup : this.#seen.includes(parsed.id);
    if (isCopy) return "duplicate";
    return this.#staleness(parsed, date);
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

function bare({ id, action, by }: Parsed): Command {
  return { id, action, by };
}

function parse(payload: string): Parsed {
  const text = payload.trim();
  if (text === "" || text.includes("\ufffd")) return nothing;
  if (!text.startsWith("{")) {
    // One plain word is an action; anything else is noise.
    if (!/^[a-z][\w-]{0,31}$/i.test(text)) return nothing;
    return { ...nothing, action: text, problem: text === "open" ? undefined : "unknown-action" };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return nothing;
  }
  return parseFields(json as Record<string, unknown>);
}

function parseFields(json: Record<string, unknown>): Parsed {
  const { id, action, by, issuedAt, expiresAt } = json;
  // Present but wrong is not the same as absent: `"expiresAt":"soon"` must not open a gate for ever.
  const isWellFormed =
    isWord(action) &&
    (id === undefined || isId(id)) &&
    (by === undefined || isWord(by)) &&
    (issuedAt === undefined || isDate(issuedAt)) &&
    (expiresAt === undefined || isDate(expiresAt)) &&
    !(isDate(issuedAt) && isDate(expiresAt) && issuedAt > expiresAt);
  return {
    id: isId(id) ? id : null,
    action: isWord(action) ? action : null,
    by: isWord(by) ? by : null,
    issuedAt: isDate(issuedAt) ? issuedAt : undefined,
    expiresAt: isDate(expiresAt) ? expiresAt : undefined,
    problem: !isWellFormed ? "malformed" : action === "open" ? undefined : "unknown-action",
  };
}

/** A UUID, or any other word of visible ASCII characters that needs no escape in JSON. */
function isId(value: unknown): value is string {
  return isWord(value) && !/[^!#-[\]-~]/.test(value);
}

/** 1–64 characters, no control characters: these words end up on terminals and in logs. */
function isWord(value: unknown): value is string {
  if (typeof value !== "string" || value.length === 0 || value.length > 64) return false;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit < 0x20 || (unit >= 0x7f && unit < 0xa0)) return false;
  }
  return true;
}

function isDate(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}
