import {
  clockDifferenceMs,
  notableClockDifferenceMs,
} from "../../device/messages/clock-difference.ts";
import type { EventReport } from "../../device/messages/event.ts";
import { refusalWords } from "../../host-sim/refusal-words.ts";

export interface Attempt {
  readonly thing: string;
  /** how long it waited, in seconds */
  readonly timeout: number;
  /** this machine's clock, in ms since 1970, when the command was sent, and when it was answered */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** What came of an `open`, as one line for people. */
export function describeOutcome(report: EventReport | undefined, attempt: Attempt): string {
  const { thing, timeout } = attempt;
  if (report === undefined) {
    return `no answer from ${thing} within ${timeout} s: is the box online? It is not known whether the gate opened.`;
  }
  const { outcome, reason, pulseMs } = report;
  if (outcome === "opened" || reason === null) {
    return `opened: ${thing} held the button for ${Number(pulseMs)} ms`;
  }
  return `refused: ${clockWords(report, attempt) ?? refusalWords[reason]} (${reason})`;
}

/** With clocks that differ, every further try is refused too. */
function clockWords(
  { reason, at }: EventReport,
  { thing, sentAt, answeredAt }: Attempt,
): string | undefined {
  if (reason !== "expired" && reason !== "future") return undefined;
  const differenceMs = clockDifferenceMs(at, sentAt, answeredAt);
  if (Math.abs(differenceMs) < notableClockDifferenceMs) return undefined;
  const seconds = Math.round(Math.abs(differenceMs) / 1_000);
  const direction = differenceMs > 0 ? "ahead of" : "behind";
  return `the clock of ${thing} is ${seconds} s ${direction} this machine's clock; set the clock that is wrong`;
}
