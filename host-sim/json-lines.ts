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
    const at = Math.round(performance.now() - this.#startedAt);
    // `at` and `type` first: these lines are read by people too.
    const { type, ...rest } =
      record.type === "event" ? { ...record, date: record.at } : { ...record };
    this.#write(`${JSON.stringify({ at, type, ...rest, ...{ at } })}\n`);
  }
}
