import { printable } from "../../host-sim/printable.ts";
import { codeLines } from "./code-lines.ts";
import { functionAt } from "./elf.ts";
import type { Dump } from "./read-dump.ts";
import { type Definition, ScriptNames } from "./script-names.ts";
import type { Symbols } from "./symbols.ts";

/** More places than this do not help. */
const mostPlaces = 3;
const shownLines = 12;

/**
 * A crash in words, line by line.
 * @param sources the source lines of the backtrace, if somebody knows them
 */
export function explainDump(
  dump: Dump,
  symbols: Symbols,
  sources: readonly (string | undefined)[] = [],
): string[] {
  const version = dump.firmware === null ? "" : `, firmware ${printable(dump.firmware)}`;
  return [
    `restarted: ${dump.resetReason}${version}`,
    ...(dump.crashes > 1 ? [`it crashed ${dump.crashes} times; this is the first`] : []),
    ...abortLines(dump, symbols),
    ...panicLines(dump, symbols, sources),
    ...guess(dump),
    ...printedLines(dump),
  ];
}

function abortLines({ abort }: Dump, { modules }: Symbols): string[] {
  if (abort === null) return [];
  const places = new ScriptNames(modules).explain(abort.stack);
  return [
    `JavaScript ended: ${printable(abort.why)}`,
    ...(abort.error === null ? [] : [`  ${printable(abort.error)}`]),
    ...abort.stack.map((frame, index) => `  ${printable(frame)}${placesOf(frame, places[index])}`),
  ];
}

function placesOf(frame: string, places: readonly Definition[] = []): string {
  // A frame without a name could be anywhere.
  const isUnnamed = frame === "at ()";
  if (places.length === 0 || (isUnnamed && places.length > mostPlaces)) return "";
  const shown = places.slice(0, mostPlaces).map(({ name, position }) => `${name} ${position}`);
  const others = places.length - shown.length;
  return `  ${isUnnamed ? "perhaps " : ""}${shown.join(" or ")}${others > 0 ? ` or ${others} others` : ""}`;
}

/** Of the CPU's exceptions (Xtensa ISA, "Exception Causes"), those that faulty code causes. */
const causes: Readonly<Record<string, string>> = {
  0: "IllegalInstruction",
  2: "InstructionFetchError",
  3: "LoadStoreError",
  6: "IntegerDivideByZero",
  9: "LoadStoreAlignment",
  15: "LoadStorePIFAddrError",
  20: "InstFetchProhibited",
  28: "LoadProhibited",
  29: "StoreProhibited",
};

function namedCause(reason: string): string {
  const name = causes[/^EXCCAUSE (\d+),/.exec(reason)?.[1] ?? ""];
  return name === undefined ? reason : `${name} (${reason})`;
}

function panicLines(
  { panic }: Dump,
  symbols: Symbols,
  sources: readonly (string | undefined)[],
): string[] {
  if (panic === null) return [];
  const { native } = symbols;
  const isOther = native !== undefined && panic.elf !== "" && !native.sha256.startsWith(panic.elf);
  const running = isOther ? [] : codeLines(panic.code, symbols);
  const task = panic.task === "" ? "" : ` in task ${printable(panic.task)}`;
  return [
    `panic${task}: ${panic.reason === null ? "no reason" : printable(namedCause(panic.reason))}`,
    ...(isOther
      ? [`  these symbols are of another image (${native.sha256.slice(0, 9)}, not ${panic.elf})`]
      : []),
    ...panic.backtrace.map((address, index) => {
      const at = `  0x${address.toString(16).padStart(8, "0")}`;
      const found = isOther ? undefined : functionAt(native?.functions ?? [], address);
      if (found === undefined) return at;
      const source = sources[index];
      return `${at}  ${printable(found.name)}+${found.offset}${source === undefined ? "" : `  ${printable(source)}`}`;
    }),
    ...(running.length === 0 ? [] : ["JavaScript that was running, the innermost first:"]),
    ...running.map((line) => `  ${line}`),
  ];
}

/** What it means that nobody has said anything. */
function guess({ resetReason, abort, panic }: Dump): string[] {
  if (abort !== null || panic !== null) return [];
  if (resetReason === "brownout") return ["the supply voltage was too low"];
  if (resetReason === "software") {
    return ["the engine gave no reason: it does not when its stack is full"];
  }
  return ["nothing else is known of it"];
}

function printedLines({ lines }: Dump): string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(-shownLines);
  return [
    `the last ${shown.length} of ${lines.length} lines:`,
    ...shown.map((line) => `  ${printable(line)}`),
  ];
}
