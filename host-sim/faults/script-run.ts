import type { SimulatedBoxRecord } from "../simulated-box.ts";
import type { Fault } from "./fault.ts";
import type { Awaited, ScriptEntry } from "./script.ts";

export interface ScriptActions {
  fault(fault: Fault): void;
  /** @param gate absent: the first */
  open(gate?: string): void;
}

/** How a script ended. */
export type ScriptEnd =
  | { readonly type: "quit" }
  /** its last entry is done; the caller ends the box */
  | { readonly type: "done" }
  /** a record that an entry waits for did not come */
  | { readonly type: "failed"; readonly line: number; readonly problem: string };

/** Runs a script, one entry after the other, each on its own turn. */
export class ScriptRun {
  /** never rejects; stays pending if it is stopped before */
  readonly ended: Promise<ScriptEnd>;
  readonly #entries: readonly ScriptEntry[];
  readonly #actions: ScriptActions;
  #next = 0;
  /** when `at` starts to count, on the scale of `performance.now()` */
  #since = 0;
  #awaited: Awaited | undefined;
  #timer: NodeJS.Timeout | undefined;
  #resolve: (end: ScriptEnd) => void = () => {};

  constructor(entries: readonly ScriptEntry[], actions: ScriptActions) {
    this.#entries = entries;
    this.#actions = actions;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /**
   * Starts the time. Call it before the box is started: faults at 0 are applied before it returns.
   */
  start(): void {
    this.#since = performance.now();
    for (;;) {
      const entry = this.#entries[this.#next];
      if (entry?.type !== "fault" || entry.at > 0) break;
      this.#next += 1;
      this.#actions.fault(entry.fault);
    }
    this.#proceed();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#next = this.#entries.length;
    this.#awaited = undefined;
  }

  /** A wait only sees records after the previous entry was done. */
  onRecord(record: SimulatedBoxRecord): void {
    if (this.#awaited === undefined || !fulfils(record, this.#awaited)) return;
    clearTimeout(this.#timer);
    this.#awaited = undefined;
    this.#since = performance.now();
    this.#proceed();
  }

  #proceed(): void {
    const entry = this.#entries[this.#next];
    this.#next += 1;
    if (entry === undefined) this.#resolve({ type: "done" });
    else if (entry.type === "wait") {
      const { line, awaited, withinMs } = entry;
      this.#awaited = awaited;
      this.#timer = setTimeout(() => {
        this.stop();
        const problem = `${awaited} did not come within ${withinMs} ms`;
        this.#resolve({ type: "failed", line, problem });
      }, withinMs);
    } else {
      const delayMs = Math.max(0, this.#since + entry.at - performance.now());
      this.#timer = setTimeout(() => this.#perform(entry), delayMs);
    }
  }

  #perform(entry: Exclude<ScriptEntry, { readonly type: "wait" }>): void {
    if (entry.type === "do" && entry.deed === "quit") {
      this.#resolve({ type: "quit" });
      return;
    }
    // A following wait must receive the records that this entry causes.
    if (this.#entries[this.#next]?.type === "wait") this.#proceed();
    const isWaiting = this.#awaited !== undefined;
    if (entry.type === "fault") this.#actions.fault(entry.fault);
    else this.#actions.open(entry.gate);
    if (!isWaiting) this.#proceed();
  }
}

function fulfils(record: SimulatedBoxRecord, awaited: Awaited): boolean {
  switch (record.type) {
    case "connection":
      return record.state === awaited;
    case "pin":
      return awaited === (record.value === 1 ? "high" : "low");
    case "event":
      return record.outcome === awaited;
    case "gate-event":
      return record.gate === awaited;
    default:
      return false;
  }
}
