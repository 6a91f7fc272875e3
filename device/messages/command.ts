import { consistsOf, isLetter, isNameUnit } from "../characters.ts";
import { isReadable, readableOf } from "./text.ts";

/** Why a command did not move the pin. A closed list: the staff app has a text for each. */
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
  "unknown-gate",
  "too-large",
] as const;

export type RefusalReason = (typeof refusalReasons)[number];

/** Maximum length of a command, in bytes. */
export const maximumCommandBytes = 1024;

/** Maximum length of a word in a message (`id`, `action`, `by`), in UTF-16 code units. */
export const maximumWordLength = 64;

/**
 * `by` of what the box's own button has opened or tried to open. No command may claim it, so in an event
 * it is the box's own word.
 */
export const buttonRequester = "button";

/** What the box's own button asks for. */
export const buttonCommand: Command = Object.freeze({
  id: null,
  action: "open",
  by: buttonRequester,
});

/** What is known about a command. A field that is absent or invalid is null. */
export interface Command {
  readonly id: string | null;
  readonly action: string | null;
  readonly by: string | null;
}

/** The result of {@link readCommand}. */
export interface ReadCommand {
  readonly command: Command;
  /** ms since 1970; undefined when absent */
  readonly issuedAt: number | undefined;
  readonly expiresAt: number | undefined;
  /** why it is refused regardless of the time */
  readonly problem: "malformed" | "unknown-action" | undefined;
}

/** A payload that could not be read. */
export const unreadable: ReadCommand = {
  command: { id: null, action: null, by: null },
  issuedAt: undefined,
  expiresAt: undefined,
  problem: "malformed",
};

/** An `open` as a publisher sends it. */
export interface OpenCommand {
  /** 1–64 visible ASCII characters; a UUID */
  readonly id: string;
  /** ms since 1970 */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** who requests it: see {@link isRequester} */
  readonly by: string;
}

/**
 * @returns the payload
 * @throws RangeError when {@link readCommand} would refuse it: the caller did not check a field
 */
export function writeOpenCommand({ id, issuedAt, expiresAt, by }: OpenCommand): string {
  const payload = JSON.stringify({ action: "open", id, issuedAt, expiresAt, by });
  if (readCommand(payload).problem !== undefined) {
    throw new RangeError(`no box accepts this command: ${payload}`);
  }
  return payload;
}

/**
 * Whether a command can carry this as `by`: 1–64 UTF-16 code units of {@link isReadable} text, and not
 * {@link buttonRequester}.
 */
export function isRequester(text: string): boolean {
  return text !== buttonRequester && isWord(text, isReadable);
}

/** @returns the part of a name that a command can carry; undefined when it can carry none */
export function requesterOf(name: string): string | undefined {
  const requester = readableOf(name, maximumWordLength);
  return isRequester(requester) ? requester : undefined;
}

const openingBrace = 0x7b;

/** Reads the payload of a PUBLISH to the command topic. It is untrusted. */
export function readCommand(payload: string): ReadCommand {
  // JSON allows surrounding white space.
  const text = payload.charCodeAt(0) === openingBrace ? payload : payload.trim();
  if (text.includes("\ufffd")) return unreadable;
  if (text.charCodeAt(0) !== openingBrace) {
    // One plain word is an action; anything else is malformed.
    if (!isLetter(text.charCodeAt(0)) || !consistsOf(text, isNameUnit, 1, 32)) return unreadable;
    const command = { ...unreadable.command, action: text };
    return { ...unreadable, command, problem: text === "open" ? undefined : "unknown-action" };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return unreadable;
  }
  return parseFields(json as Record<string, unknown>);
}

/** Reads each field once: this runs between a command and its pulse. */
function parseFields(json: Record<string, unknown>): ReadCommand {
  const action = readWord(json.action, isReadable);
  const id = readWord(json.id, isPlain);
  const said = readWord(json.by, isReadable);
  const by = said === buttonRequester ? null : said;
  const issuedAt = readDate(json.issuedAt);
  const expiresAt = readDate(json.expiresAt);
  const isWellFormed =
    typeof action === "string" &&
    // Present but invalid is not absent: `"expiresAt":"soon"` must not open a gate forever.
    id !== null &&
    by !== null &&
    issuedAt !== null &&
    expiresAt !== null &&
    !(issuedAt !== undefined && expiresAt !== undefined && issuedAt > expiresAt) &&
    // Nor must `"issuedat"`: a field that is not known may be a misspelt one.
    Object.keys(json).length === 1 + count(id) + count(by) + count(issuedAt) + count(expiresAt);
  return {
    command: { id: id ?? null, action: action ?? null, by: by ?? null },
    issuedAt: issuedAt ?? undefined,
    expiresAt: expiresAt ?? undefined,
    problem: !isWellFormed ? "malformed" : action === "open" ? undefined : "unknown-action",
  };
}

function count(field: string | number | undefined): number {
  return field === undefined ? 0 : 1;
}

/** @returns 1–64 allowed characters; undefined when absent, null when invalid */
function readWord(value: unknown, isWanted: (unit: number) => boolean): string | null | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" && isWord(value, isWanted) ? value : null;
}

export function isWord(text: string, isWanted: (unit: number) => boolean): boolean {
  return consistsOf(text, isWanted, 1, maximumWordLength);
}

/** A UUID, or any other word of visible ASCII characters that needs no escape in JSON. */
export function isPlain(unit: number): boolean {
  return unit > 0x20 && unit < 0x7f && unit !== 0x22 && unit !== 0x5c;
}

/** @returns ms since 1970; undefined when absent, null when invalid */
function readDate(value: unknown): number | null | undefined {
  if (value === undefined) return undefined;
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}
