import { gateEventNames } from "../../device/messages/gate.ts";
import { printable } from "../printable.ts";
import { describeField, type Fault, type FaultField, faultFields, readField } from "./fault.ts";

/** The records of the box that a script can wait for. */
export const awaitedNames = [
  ...(["network", "time", "tls", "mqtt", "connected", "backoff"] as const),
  ...(["high", "low", "opened", "refused"] as const),
  ...gateEventNames,
] as const;
export type Awaited = (typeof awaitedNames)[number];

export type Deed = "open" | "quit";

/** One line of a script. `at` counts, in ms, from the end of the last wait, or from the start. */
export type ScriptEntry =
  | { readonly type: "fault"; readonly at: number; readonly fault: Fault }
  | {
      readonly type: "do";
      readonly at: number;
      readonly deed: Deed;
      /** which of a box's named gates it opens; absent: the first */
      readonly gate?: string;
    }
  | {
      readonly type: "wait";
      readonly line: number;
      readonly awaited: Awaited;
      readonly withinMs: number;
    };

export type ScriptResult =
  | { readonly type: "script"; readonly entries: readonly ScriptEntry[] }
  /** one problem per line, each with its line number */
  | { readonly type: "problems"; readonly problems: readonly string[] };

const maximumEntries = 10_000;
const longestMs = 24 * 60 * 60 * 1000;
const at: FaultField = { type: "number", minimum: 0, maximum: longestMs };
const gate: FaultField = { type: "gate" };
const withinMs: FaultField = { type: "number", minimum: 1, maximum: longestMs, default: 60_000 };

/** Parses a script of JSON lines. Empty lines are ignored, but counted. Nothing is executed yet. */
export function parseScript(text: string): ScriptResult {
  const problems: string[] = [];
  const entries: ScriptEntry[] = [];
  let earliest = 0;
  let hasQuit = false;
  for (const [index, content] of text.split("\n").entries()) {
    if (content.trim() === "") continue;
    const line = index + 1;
    const read = readLine(content, line);
    if (typeof read === "string") {
      problems.push(`line ${line}: ${read}`);
      continue;
    }
    if (hasQuit) {
      problems.push(`line ${line}: no entries are allowed after quit`);
      break;
    }
    if (read.type === "wait") earliest = 0;
    else if (read.at < earliest) {
      problems.push(`line ${line}: at ${read.at} is before the previous line, at ${earliest}`);
    } else earliest = read.at;
    hasQuit = read.type === "do" && read.deed === "quit";
    entries.push(read);
    if (entries.length > maximumEntries) {
      problems.push(`line ${line}: more than ${maximumEntries} entries`);
      break;
    }
  }
  if (problems.length > 0) return { type: "problems", problems };
  if (entries.length === 0) return { type: "problems", problems: ["line 1: no entries"] };
  return { type: "script", entries };
}

/** @returns the problem if it is not a valid entry */
function readLine(content: string, line: number): ScriptEntry | string {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return "this is not JSON";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return `an entry is an object, such as {"at":0,"fault":"wifi-off"}`;
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const kinds = ["fault", "do", "wait"].filter((kind) => fields.has(kind));
  if (kinds.length !== 1) return "an entry has one of fault, do and wait";
  const kind = kinds[0] as "fault" | "do" | "wait";
  const word = fields.get(kind);
  fields.delete(kind);
  return { fault: readFault, do: readDeed, wait: readWait }[kind](word, fields, line);
}

function readFault(word: unknown, fields: Map<string, unknown>): ScriptEntry | string {
  const known = typeof word === "string" ? faultFields.get(word) : undefined;
  if (known === undefined) return unknownWord("fault", word, [...faultFields.keys()]);
  const values = readFields(`${word}`, fields, { at, ...known });
  if (typeof values === "string") return values;
  const { at: when, ...rest } = values;
  return { type: "fault", at: Number(when), fault: { fault: word, ...rest } as Fault };
}

function readDeed(word: unknown, fields: Map<string, unknown>): ScriptEntry | string {
  if (word !== "open" && word !== "quit") return unknownWord("do", word, ["open", "quit"]);
  const values = readFields(word, fields, word === "open" ? { at, gate } : { at });
  if (typeof values === "string") return values;
  const named = values.gate === undefined ? {} : { gate: String(values.gate) };
  return { type: "do", at: Number(values.at), deed: word, ...named };
}

function readWait(word: unknown, fields: Map<string, unknown>, line: number): ScriptEntry | string {
  const awaited = awaitedNames.find((name) => name === word);
  if (awaited === undefined) return unknownWord("wait", word, awaitedNames);
  const values = readFields("wait", fields, { withinMs });
  if (typeof values === "string") return values;
  return { type: "wait", line, awaited, withinMs: Number(values.withinMs) };
}

/** Every known field, and no other. @returns the problem, if any */
function readFields(
  owner: string,
  fields: ReadonlyMap<string, unknown>,
  known: Readonly<Record<string, FaultField>>,
): Readonly<Record<string, number | string>> | string {
  const values: Record<string, number | string> = {};
  for (const [name, field] of Object.entries(known)) {
    if (field.type === "gate" && !fields.has(name)) continue;
    const value = readField(field, fields.get(name));
    if (value === undefined) {
      const given = fields.has(name) ? `: ${show(fields.get(name))}` : ", and is missing";
      return `${name} of ${owner} must be ${describeField(field)}${given}`;
    }
    values[name] = value;
  }
  const stray = [...fields.keys()].find((name) => !Object.hasOwn(known, name));
  return stray === undefined ? values : `${show(stray)} is not a field of ${owner}`;
}

function unknownWord(kind: string, word: unknown, known: readonly string[]): string {
  return `${show(word)} is not a ${kind}: ${known.join(", ")}`;
}

function show(value: unknown): string {
  const text = printable(JSON.stringify(value));
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
