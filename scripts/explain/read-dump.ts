import { type CrashCause, readCrashCause, readCrashReport } from "../../device/messages/crash.ts";
import { parseJson } from "../../device/messages/json.ts";

/** What a text says about a crash. */
export interface Dump extends CrashCause {
  /** the last printed lines; none if the text is what a board printed itself */
  readonly lines: readonly string[];
}

/** More than any report, and any log of a serial port that somebody would paste. */
export const longestDump = 1_000_000;

/**
 * Finds a report of the topic `log`, or the last panic that a board printed to its serial port. The text
 * is untrusted.
 * @returns undefined if there is neither
 */
export function readDump(text: string): Dump | undefined {
  const lines = text.split(/\r?\n/);
  return reportIn(text) ?? lastOf(lines, reportIn) ?? panicIn(lines) ?? lastOf(lines, causeIn);
}

function lastOf<T>(lines: readonly string[], read: (line: string) => T | undefined): T | undefined {
  for (const line of [...lines].reverse()) {
    const found = read(line);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As a tool prints it: the topic may stand before it. */
function reportIn(text: string): Dump | undefined {
  return readCrashReport(parseJson(text.slice(Math.max(0, text.indexOf("{")))));
}

/** What a box says at its start. */
function causeIn(line: string): Dump | undefined {
  const cause = readCrashCause(parseJson(line.slice(Math.max(0, line.indexOf("{")))));
  return cause && { ...cause, lines: [] };
}

/** ESP-IDF's words (esp_system/panic.c). */
function panicIn(lines: readonly string[]): Dump | undefined {
  const at = lines.findLastIndex((line) => /Backtrace: *0x/.test(line));
  if (at < 0) return undefined;
  const before = lines.slice(0, at);
  const start = before.findLastIndex((line) =>
    /Guru Meditation Error|abort\(\) was called/.test(line),
  );
  const reason = before[start]?.replace(/^.*?(Guru Meditation Error: |(?=abort\(\)))/, "").trim();
  const backtrace = Array.from(
    (lines[at] ?? "").matchAll(/0x([\da-f]{8}):0x[\da-f]{8}/gi),
    ([, pc]) => Number.parseInt(pc ?? "", 16),
  );
  const elf =
    lines
      .slice(at)
      .join("\n")
      .match(/ELF file SHA256: *([\da-f]+)/i)?.[1] ?? "";
  return {
    firmware: null,
    resetReason: "panic",
    crashes: 1,
    abort: null,
    panic: { reason: reason ?? null, task: "", backtrace, code: [], elf },
    lines: [],
  };
}
