/** Describes a tap to the person. It states only what is known. Pure. */
import type { RequestView } from "../../api.ts";
import { words } from "../../words/page.ts";
import type { Tap } from "./tap.ts";

export interface Outcome {
  readonly tone: "wait" | "good" | "bad" | "unsure";
  readonly title: string;
  readonly text: string;
  /** how many of {@link words.steps} are known to have happened; null: the steps are not shown */
  readonly steps: 0 | 1 | 2 | 3 | null;
}

export function outcomeOf({ phase }: Tap): Outcome {
  const said = words.outcome;
  switch (phase.type) {
    case "posting":
    case "renewing":
      return { tone: "wait", title: said.posting, text: "", steps: 0 };
    case "retrying":
      return { tone: "wait", title: said.retrying, text: "", steps: 0 };
    case "unknown":
      return { tone: "unsure", title: said.unknown, text: said.unknownLong, steps: null };
    case "turned-down":
      return { tone: "bad", title: said.turnedDown, text: phase.problem.message, steps: null };
    case "request":
      return ofRequest(phase.request);
  }
}

function ofRequest(request: RequestView): Outcome {
  const said = words.outcome;
  const why = request.reason === null ? "" : words.reasons[request.reason];
  switch (request.state) {
    case "recorded":
      return { tone: "wait", title: said.recorded, text: "", steps: 1 };
    case "sent":
      return { tone: "wait", title: said.accepted, text: "", steps: 2 };
    case "opened":
      return { tone: "good", title: said.opened, text: pressed(request.pulseMs), steps: 3 };
    case "refused":
      return { tone: "bad", title: said.refused, text: why, steps: null };
    case "unanswered":
      return { tone: "unsure", title: said.unanswered, text: said.unansweredLong, steps: 2 };
    case "failed":
      return { tone: "bad", title: said.failed, text: why, steps: null };
    case "denied":
      return { tone: "bad", title: said.denied, text: why, steps: null };
  }
}

function pressed(pulseMs: number | null): string {
  return pulseMs === null ? words.outcome.openedUnknown : words.outcome.openedFor(seconds(pulseMs));
}

const oneDigit = new Intl.NumberFormat(words.locale, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** 501 → "0.5" */
export function seconds(ms: number): string {
  return oneDigit.format(ms / 1000);
}
