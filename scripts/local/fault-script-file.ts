import { readFile } from "node:fs/promises";
import { parseScript, type ScriptEntry } from "../../host-sim/faults/script.ts";
import { printable } from "../../host-sim/printable.ts";
import { UserError } from "../command-line/user-error.ts";

const maximumBytes = 1_000_000;
const shownProblems = 20;

/**
 * Reads and validates a scenario file (docs/faults.md).
 * @param gates the names of the box's gates
 * @throws UserError with the file's name, then one line for each problem
 */
export async function readScenario(
  file: string,
  gates: readonly string[] = [],
): Promise<readonly ScriptEntry[]> {
  const result = parseScript(await readText(file));
  const problems = result.type === "script" ? gateProblems(result.entries, gates) : result.problems;
  if (result.type === "script" && problems.length === 0) return result.entries;
  const more = problems.length - shownProblems;
  throw new UserError(
    [
      `${printable(file)} is not a valid scenario; docs/faults.md describes the format:`,
      ...problems.slice(0, shownProblems),
      ...(more > 0 ? [`and ${more} more`] : []),
    ].join("\n  "),
  );
}

/** A command may be for any gate, but nothing can happen at one that is not there. */
function gateProblems(entries: readonly ScriptEntry[], gates: readonly string[]): string[] {
  const named = entries.flatMap((entry) =>
    entry.type === "fault" && "gate" in entry.fault ? (entry.fault.gate ?? []) : [],
  );
  return [...new Set(named)]
    .filter((name) => !gates.includes(name))
    .map((name) => `the box has no gate ${name}: add it to --gates`);
}

async function readText(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new UserError(
      `${printable(file)} (--scenario) cannot be read: ${printable(String(cause))}`,
      {
        cause,
      },
    );
  }
  if (bytes.length > maximumBytes) {
    throw new UserError(`${printable(file)} (--scenario) is larger than ${maximumBytes} bytes`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError(`${printable(file)} (--scenario) is not UTF-8 text`, { cause });
  }
}
