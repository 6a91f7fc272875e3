import type { Execution } from "./job-execution.ts";
import { executionOf, secondsOf, summaryOf } from "./job-wire.ts";
import type { Jobs } from "./jobs.ts";

/** A message that AWS IoT Jobs publishes on its own. */
export interface JobNotice {
  readonly thingName: string;
  readonly path: "jobs/notify" | "jobs/notify-next";
  readonly payload: string;
}

interface Announced {
  /** the jobs whose executions are pending */
  readonly pending: string;
  /** the job that is next */
  readonly next: string | undefined;
}

/**
 * JobExecutionsChanged (`jobs/notify`) when an execution was added to the pending ones of a thing
 * or removed from them, and NextJobExecutionChanged (`jobs/notify-next`) when another one is next;
 * neither when only the details of one changed (developer guide, "Jobs notifications").
 */
export class JobNotices {
  readonly #jobs: Jobs;
  readonly #announced = new Map<string, Announced>();

  /** What is pending now counts as announced. */
  constructor(jobs: Jobs) {
    this.#jobs = jobs;
    for (const thing of jobs.things()) this.#announced.set(thing, announcementOf(this.#of(thing)));
  }

  /** What is to be published about `things`, since the previous call that named them. */
  since(things: Iterable<string>, now: number): JobNotice[] {
    return [...things].flatMap((thing) => this.#noticesOf(thing, now));
  }

  #noticesOf(thingName: string, now: number): JobNotice[] {
    const pending = this.#of(thingName);
    const before = this.#announced.get(thingName) ?? announcementOf([]);
    const after = announcementOf(pending);
    this.#announced.set(thingName, after);
    const timestamp = secondsOf(now);
    const notices: JobNotice[] = [];
    if (before.pending !== after.pending) {
      const payload = JSON.stringify({ timestamp, jobs: this.#listOf(pending) });
      notices.push({ thingName, path: "jobs/notify", payload });
    }
    if (before.next !== after.next) {
      const [next] = pending;
      const execution = next && { ...executionOf(next, this.#jobs), thingName: undefined };
      const payload = JSON.stringify({ timestamp, execution });
      notices.push({ thingName, path: "jobs/notify-next", payload });
    }
    return notices;
  }

  #of(thingName: string): Execution[] {
    return this.#jobs.pendingOf(thingName);
  }

  #listOf(pending: readonly Execution[]): Record<string, unknown> {
    const listed = pending.slice(0, this.#jobs.limits.listed);
    const list: Record<string, unknown> = {};
    for (const status of ["IN_PROGRESS", "QUEUED"] as const) {
      const some = listed.filter((execution) => execution.status === status);
      if (some.length > 0) list[status] = some.map(summaryOf);
    }
    return list;
  }
}

function announcementOf(pending: readonly Execution[]): Announced {
  const jobs = pending.map(({ jobId }) => jobId);
  return { pending: [...jobs].sort().join(), next: jobs[0] };
}
