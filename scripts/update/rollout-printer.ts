import { printable, printableJson } from "../../host-sim/printable.ts";
import type { RolloutEnd } from "./follow-rollout.ts";
import { wordsOf } from "./reasons.ts";
import type { BoxState, BoxView } from "./rollout-view.ts";

/** What is used of `process.stdout`. */
export interface Output {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows how a rollout goes. */
export interface RolloutPrinter {
  boxes(boxes: readonly BoxView[]): void;
  note(text: string): void;
  /** @param left what to do when it was left */
  end(id: string, end: RolloutEnd, left: string | undefined): void;
}

const barWidth = 20;

/** Each state in words that follow a box's name. */
export const stateWords: Readonly<Record<BoxState, string>> = {
  later: "later",
  waiting: "in a later minute",
  QUEUED: "waits for the box",
  IN_PROGRESS: "is being updated",
  SUCCEEDED: "updated",
  FAILED: "failed",
  REJECTED: "refused by the box",
  TIMED_OUT: "no outcome in time",
  REMOVED: "the box was removed",
  CANCELED: "cancelled",
};

/** A table on a terminal, lines elsewhere, JSON lines for programs. */
export function rolloutPrinter(output: Output, isJson: boolean): RolloutPrinter {
  if (isJson) return new JsonPrinter(output);
  return output.isTTY === true ? new TablePrinter(output) : new LinePrinter(output);
}

function describe({ state, progress, reason }: BoxView): string {
  const words = stateWords[state];
  if (progress === 100) return "has the firmware, and starts it";
  if (progress !== undefined) return `${words}, ${progress} %`;
  return reason === undefined ? words : `${words}: ${wordsOf(reason)}`;
}

function endWords(id: string, { type }: RolloutEnd, left: string | undefined): string | undefined {
  if (type === "stopped") {
    return `${id} has stopped: no further box begins, because too many have failed or it was cancelled`;
  }
  return left === undefined ? undefined : `${id} was left: ${left}`;
}

/** Only what has changed. */
class Changes {
  readonly #shown = new Map<string, string>();

  of(boxes: readonly BoxView[]): readonly BoxView[] {
    return boxes.filter((box) => {
      const text = JSON.stringify(box);
      if (this.#shown.get(box.thing) === text) return false;
      this.#shown.set(box.thing, text);
      return true;
    });
  }
}

class LinePrinter implements RolloutPrinter {
  readonly #output: Output;
  readonly #changes = new Changes();

  constructor(output: Output) {
    this.#output = output;
  }

  boxes(boxes: readonly BoxView[]): void {
    for (const box of this.#changes.of(boxes)) {
      this.#output.write(`${box.thing}  ${describe(box)}\n`);
    }
  }

  note(text: string): void {
    this.#output.write(`${text}\n`);
  }

  end(id: string, end: RolloutEnd, left: string | undefined): void {
    this.#output.write(`${summaryOf(end.boxes)}\n`);
    const words = endWords(id, end, left);
    if (words !== undefined) this.#output.write(`${words}\n`);
  }
}

class JsonPrinter implements RolloutPrinter {
  readonly #output: Output;
  readonly #changes = new Changes();

  constructor(output: Output) {
    this.#output = output;
  }

  boxes(boxes: readonly BoxView[]): void {
    for (const { thing, before = null, state, progress = null, reason = null } of this.#changes.of(
      boxes,
    )) {
      const line = { type: "box", thing, before, state, progress, reason };
      this.#output.write(`${printableJson(line)}\n`);
    }
  }

  note(text: string): void {
    this.#output.write(`${printableJson({ type: "note", text })}\n`);
  }

  end(id: string, { type: outcome, boxes }: RolloutEnd): void {
    const count = (wanted: BoxState) => boxes.filter(({ state }) => state === wanted).length;
    const line = { type: "end", id, outcome, boxes: boxes.length, updated: count("SUCCEEDED") };
    this.#output.write(`${printableJson(line)}\n`);
  }
}

/** Draws all boxes again in the same place. A table that does not fit shows those that change. */
class TablePrinter implements RolloutPrinter {
  readonly #output: Output;
  #drawn: readonly string[] = [];

  constructor(output: Output) {
    this.#output = output;
  }

  boxes(boxes: readonly BoxView[]): void {
    const lines = tableLines(boxes, this.#output.rows ?? 24, this.#output.columns ?? 80);
    if (lines.join("\n") === this.#drawn.join("\n")) return;
    this.#output.write(`${this.#erase()}${lines.map((line) => `${line}\n`).join("")}`);
    this.#drawn = lines;
  }

  note(text: string): void {
    const table = this.#drawn.map((line) => `${line}\n`).join("");
    this.#output.write(`${this.#erase()}${text}\n${table}`);
  }

  end(id: string, end: RolloutEnd, left: string | undefined): void {
    // The last table stays, with all boxes.
    this.#output.write(this.#erase());
    this.#drawn = [];
    const lines = tableLines(end.boxes, end.boxes.length + 3, this.#output.columns ?? 80);
    const words = endWords(id, end, left);
    for (const line of words === undefined ? lines : [...lines, words]) {
      this.#output.write(`${line}\n`);
    }
  }

  #erase(): string {
    return this.#drawn.length === 0 ? "" : `\x1b[${this.#drawn.length}A\x1b[J`;
  }
}

/** @param rows of the terminal; `columns` too: a longer line would wrap, and the next table be wrong */
export function tableLines(boxes: readonly BoxView[], rows: number, columns: number): string[] {
  const room = Math.max(1, rows - 3);
  const shown =
    boxes.length <= room ? boxes : [...boxes].sort((a, b) => rank(a) - rank(b)).slice(0, room);
  const width = Math.max(...shown.map(({ thing }) => thing.length));
  const old = Math.max(...shown.map(({ before = "" }) => before.length), 1);
  const lines = shown.map((box) => {
    const { thing, before = "–", state, progress } = box;
    const bar = barOf(state, progress);
    return `${thing.padEnd(width)}  ${printable(before).padEnd(old)}  ${bar}  ${describe(box)}`;
  });
  return [...lines, summaryOf(boxes, boxes.length - shown.length)].map((line) =>
    line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`,
  );
}

/** What changes comes first, then what went wrong. */
function rank({ state }: BoxView): number {
  if (state === "IN_PROGRESS") return 0;
  if (state === "SUCCEEDED") return 3;
  return state === "later" || state === "waiting" || state === "QUEUED" ? 2 : 1;
}

function barOf(state: BoxState, progress: number | undefined): string {
  const share = state === "SUCCEEDED" ? 1 : (progress ?? 0) / 100;
  const filled = Math.round(share * barWidth);
  return `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}`;
}

/** `2 of 5 boxes updated, 1 failed` */
export function summaryOf(boxes: readonly BoxView[], hidden = 0): string {
  const count = (...states: readonly BoxState[]) =>
    boxes.filter(({ state }) => states.includes(state)).length;
  const parts = [
    `${count("SUCCEEDED")} of ${boxes.length} ${boxes.length === 1 ? "box" : "boxes"} updated`,
  ];
  const add = (number: number, words: string) => {
    if (number > 0) parts.push(`${number} ${words}`);
  };
  add(count("IN_PROGRESS"), "being updated");
  add(count("QUEUED", "waiting", "later"), "waiting");
  add(count("FAILED"), "failed");
  add(count("REJECTED"), "refused");
  add(count("TIMED_OUT"), "without an outcome");
  add(count("CANCELED", "REMOVED"), "cancelled");
  add(hidden, "not shown");
  return parts.join(", ");
}
