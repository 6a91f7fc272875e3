import {
  clockDifferenceMs,
  notableClockDifferenceMs,
} from "../../device/messages/clock-difference.ts";
import type { RefusalReason } from "../../device/messages/command.ts";
import type { EventReport } from "../../device/messages/event.ts";

const words: Readonly<Record<RefusalReason, string>> = {
  retained: "the broker had stored this command",
  expired: "the command arrived too late",
  future: "the command is from the future",
  duplicate: "the box has seen this command before",
  busy: "it is opening already",
  cooldown: "the button was pressed a moment ago",
  "clock-unset": "the box does not know the time yet",
  malformed: "the box could not read the command",
  "unknown-action": "the box does not know this action",
  "too-large": "the command is too long",
};

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
  return `refused: ${reason}: ${clockWords(report, attempt) ?? words[reason]}`;
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
