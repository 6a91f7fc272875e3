import { deadlineOf, type Execution } from "./job-execution.ts";

/** The latest state of every execution. In memory, without a clock. */
export class ExecutionTable {
  /** by thing, then by job */
  readonly #byThing = new Map<string, Map<string, Execution>>();
  /** those that may time out */
  readonly #timed = new Set<Execution>();

  get(jobId: string, thingName: string): Execution | undefined {
    return this.#byThing.get(thingName)?.get(jobId);
  }

  /** Adds an execution, or replaces its earlier state. */
  put(execution: Execution): void {
    const { jobId, thingName } = execution;
    const before = this.get(jobId, thingName);
    if (before !== undefined) this.#timed.delete(before);
    if (deadlineOf(execution) !== undefined) this.#timed.add(execution);
    const ofThing = this.#byThing.get(thingName) ?? new Map<string, Execution>();
    this.#byThing.set(thingName, ofThing.set(jobId, execution));
  }

  /** Oldest first. */
  ofThing(thingName: string): Execution[] {
    return [...(this.#byThing.get(thingName)?.values() ?? [])];
  }

  /** The things that have an execution. */
  things(): string[] {
    return [...this.#byThing.keys()];
  }

  /** When the first one times out; `Infinity`: never, as things are. */
  deadline(): number {
    let first = Infinity;
    for (const execution of this.#timed) first = Math.min(first, deadlineOf(execution) ?? first);
    return first;
  }

  /** Those that have timed out at `now`. */
  overdue(now: number): Execution[] {
    return [...this.#timed].filter((execution) => (deadlineOf(execution) ?? Infinity) <= now);
  }
}
