import { toLine } from "../device/record-line.ts";
import { printableJson } from "./printable.ts";
import type { SimulatedBoxRecord } from "./simulated-box.ts";

/**
 * Records as JSON lines: `at` is whole milliseconds since the start. An event's own `at`, which is
 * calendar time (ms since 1970, or null), is called `date` here.
 */
export class JsonLines {
  readonly #startedAt = performance.now();
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  record(record: SimulatedBoxRecord): void {
    // An edge has its own time, because other actions may have followed it by now.
    const isEdge = record.type === "pin" || record.type === "input" || record.type === "button";
    const now = isEdge ? record.at : performance.now();
    const at = Math.round(now - this.#startedAt);
    this.#write(`${printableJson(toLine(record, at))}\n`);
  }
}
