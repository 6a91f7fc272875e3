import type { Outcome, Progress } from "../../host-sim/advisor/run.ts";
import { inWords } from "../../host-sim/advisor/verdict.ts";
import { printableJson } from "../../host-sim/printable.ts";

export type Result = "pass" | "pass with warnings" | "fail" | "not applicable";

export function resultOf(outcome: Outcome): Result {
  return outcome.type === "judged" ? outcome.verdict.result : outcome.type;
}

export function whyOf(outcome: Outcome): string {
  return outcome.type === "judged" ? outcome.verdict.why : outcome.reason;
}

const width = "pass with warnings".length;

/** Two lines for a terminal: the result and the case, then the reason. */
export function describeOutcome(outcome: Outcome): string {
  const qualifying = outcome.case.isQualifying ? " *" : "";
  const first = `${resultOf(outcome).padEnd(width)}  ${outcome.case.title}${qualifying}${timeOf(outcome)}`;
  return `${first}\n${" ".repeat(width)}  ${whyOf(outcome)}\n`;
}

/** The duration, and for compressed time also the box's time. */
function timeOf(outcome: Outcome): string {
  if (outcome.type !== "judged" || outcome.clientMs < 5_000) return "";
  const { clientMs, realMs } = outcome;
  const isCompressed = clientMs > realMs * 1.5;
  return isCompressed
    ? ` (${inWords(clientMs)} by the box's clock, in ${inWords(realMs)})`
    : ` (${inWords(realMs)})`;
}

export function describeProgress(progress: Progress): string {
  const { number, all, state, elapsedMs, connections } = progress;
  const where = `case ${number} of ${all}, ${progress.case.title}`;
  if (state === "waiting") return `${where}: waiting for the client`;
  const what = state === "calming" ? "waiting for a stable connection first, " : "";
  const plural = connections === 1 ? "" : "s";
  return `${where}: ${what}${inWords(elapsedMs)}, ${connections} connection${plural}`;
}

/** One JSON line; times in ms. */
export function jsonOf(outcome: Outcome): string {
  const { name, title, isQualifying } = outcome.case;
  const times =
    outcome.type === "judged"
      ? { clientMs: Math.round(outcome.clientMs), realMs: Math.round(outcome.realMs) }
      : {};
  const result = resultOf(outcome);
  return `${printableJson({ type: "case", name, title, isQualifying, result, why: whyOf(outcome), ...times })}\n`;
}

export function countsOf(outcomes: readonly Outcome[]): Readonly<Record<Result, number>> {
  const counts = { pass: 0, "pass with warnings": 0, fail: 0, "not applicable": 0 };
  for (const outcome of outcomes) counts[resultOf(outcome)] += 1;
  return counts;
}

export function summaryOf(outcomes: readonly Outcome[]): string {
  const counts = Object.entries(countsOf(outcomes)).filter(([, count]) => count > 0);
  return counts.map(([result, count]) => `${count} ${result}`).join(", ");
}
