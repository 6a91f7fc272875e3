import type { Panic, ResetReason } from "../hal.ts";
import { isWhole, membersOf } from "./json.ts";
import { readResetReason } from "./status.ts";
import { readableOf } from "./text.ts";

/** Why a box restarted without being told to. */
export interface CrashCause {
  /** the version that crashed; null if the box does not know it any more */
  readonly firmware: string | null;
  readonly resetReason: ResetReason;
  /** 1; more if it crashed again before it could tell. Everything else is about the first time. */
  readonly crashes: number;
  /** how the JavaScript engine ended the program; null if it did not */
  readonly abort: Abort | null;
  readonly panic: Panic | null;
}

export interface Abort {
  /** the engine's words, such as `memory full` or `unhandled exception` */
  readonly why: string;
  /** such as `TypeError: …`; null if there was none, or no memory left for it */
  readonly error: string | null;
  /** the engine's stack, innermost first: names of functions, shortened as in the image */
  readonly stack: readonly string[];
}

/** Published to `…/log` with the next connection. */
export interface CrashReport extends CrashCause {
  /** the last printed lines, oldest first */
  readonly lines: readonly string[];
}

/** of a report, in UTF-16 code units: the box has to hold it in memory twice */
export const maximumReportLength = 8_192;

/** A report that is too long loses its oldest lines. */
export function writeCrashReport({ lines, ...cause }: CrashReport): string {
  const head = JSON.stringify(cause).slice(0, -1);
  const texts = lines.map((line) => JSON.stringify(line));
  // `,"lines":[`, a comma for each line but one, and two brackets.
  let length = head.length + 12;
  let first = texts.length;
  for (const text of [...texts].reverse()) {
    length += text.length + 1;
    if (length > maximumReportLength) break;
    first -= 1;
  }
  return `${head},"lines":[${texts.slice(first).join(",")}]}`;
}

const longestWord = 64;
const longestText = 4_096;
const mostLines = 1_024;
const mostFrames = 64;
const mostAddresses = 64;

/**
 * Reads a report. It is untrusted: what is absent or invalid is null, or left out.
 * @param value parsed JSON
 * @returns undefined when it is not a report
 */
export function readCrashReport(value: unknown): CrashReport | undefined {
  const { lines } = membersOf(value);
  const cause = readCrashCause(value);
  if (cause === undefined || !Array.isArray(lines)) return undefined;
  return { ...cause, lines: textsIn(lines.slice(-mostLines), mostLines) };
}

/** The same without the lines, as the box prints it. */
export function readCrashCause(value: unknown): CrashCause | undefined {
  const { firmware, resetReason, crashes, abort, panic } = membersOf(value);
  if (typeof resetReason !== "string") return undefined;
  return {
    firmware: textOf(firmware, longestWord),
    resetReason: readResetReason(resetReason),
    crashes: typeof crashes === "number" && crashes >= 1 ? Math.floor(crashes) : 1,
    abort: readAbort(abort),
    panic: readPanic(panic),
  };
}

function readAbort(value: unknown): Abort | null {
  const { why, error, stack } = membersOf(value);
  const words = textOf(why, longestWord);
  if (words === null) return null;
  return { why: words, error: textOf(error, longestText), stack: textsIn(stack, mostFrames) };
}

function readPanic(value: unknown): Panic | null {
  const { reason, task, backtrace, code, elf } = membersOf(value);
  if (!Array.isArray(backtrace)) return null;
  return {
    reason: textOf(reason, longestText),
    task: textOf(task, longestWord) ?? "",
    backtrace: addressesIn(backtrace),
    // Boxes have told it since November 2026.
    code: Array.isArray(code) ? addressesIn(code) : [],
    elf: textOf(elf, longestWord) ?? "",
  };
}

function textOf(value: unknown, maximum: number): string | null {
  return typeof value === "string" ? readableOf(value, maximum) : null;
}

function textsIn(values: unknown, most: number): string[] {
  if (!Array.isArray(values)) return [];
  return values.slice(0, most).flatMap((value) => textOf(value, longestText) ?? []);
}

function addressesIn(values: readonly unknown[]): number[] {
  return values.slice(0, mostAddresses).filter(isAddress);
}

function isAddress(value: unknown): value is number {
  return isWhole(value, 0, 2 ** 32 - 1);
}
