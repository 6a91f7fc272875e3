import type { Outcome, Scenario } from "./scenario.ts";

/** One scenario, and its outcome on each engine that ran it. */
export interface Row {
  readonly scenario: Scenario;
  /** one per seed */
  readonly outcomes: readonly Outcome[];
  /** by engine: the failures */
  readonly verdicts: Readonly<Record<string, readonly string[]>>;
}

/** A Markdown table. It shows the longest recovery time of all seeds. */
export function scenarioTable(rows: readonly Row[], engines: readonly string[]): string {
  const heading = ["scenario", "pulses", "reported", "back after", ...engines];
  const lines = rows.map(({ scenario, outcomes, verdicts }) => {
    const [first] = outcomes;
    const back = Math.max(...outcomes.map(({ backAfterMs }) => backAfterMs ?? -1));
    return [
      scenario.name,
      first === undefined ? "" : pulsesInWords(first.pulses),
      first === undefined ? "" : reportsInWords(first.reported),
      back < 0 ? "never offline" : inWords(back),
      ...engines.map((engine) => {
        const problems = verdicts[engine];
        if (problems === undefined) return "not run";
        return problems.length === 0 ? "pass" : `FAIL: ${problems.join("; ")}`;
      }),
    ];
  });
  return [heading, heading.map(() => "---"), ...lines]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`)
    .join("");
}

function pulsesInWords(pulses: readonly number[]): string {
  if (pulses.length === 0) return "nothing";
  if (pulses.length <= 3) return pulses.map((pulseMs) => `${pulseMs} ms`).join(", ");
  return `${pulses.length} pulses, ${Math.min(...pulses)}–${Math.max(...pulses)} ms`;
}

/** Repeated values in a row are shown once, with a count. */
function reportsInWords(reported: readonly string[]): string {
  const runs: { readonly word: string; count: number }[] = [];
  for (const word of reported) {
    const last = runs.at(-1);
    if (last?.word === word) last.count += 1;
    else runs.push({ word, count: 1 });
  }
  if (runs.length === 0) return "nothing";
  return runs.map(({ word, count }) => (count === 1 ? word : `${count} × ${word}`)).join(", ");
}

function inWords(ms: number): string {
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 1_000)} s`;
}
