import { ExecutionTable } from "./execution-table.ts";
import {
  changedExecution,
  type Execution,
  type ExecutionChange,
  type ExecutionStatus,
  isPending,
  queuedExecution,
} from "./job-execution.ts";
import type { JobLimits } from "./job-limits.ts";
import { type JobRecord, newJob } from "./job-record.ts";
import type { JobPlan } from "./job-request.ts";
import { mustAbort, waveMs, waveSize } from "./job-rollout.ts";
import type { JobsState } from "./saved-jobs.ts";

export interface CancelOptions {
  /** also those that have begun; the device is not told, and its next update is refused */
  readonly force?: boolean;
  readonly reasonCode?: string;
  readonly comment?: string;
}

/**
 * What happens to jobs: waves are notified, executions change and time out, and a job completes or
 * aborts with its last or its worst execution. It trusts its callers; {@link Jobs} checks what they
 * ask for. Times are in milliseconds since 1970.
 */
export class JobCourse {
  readonly jobs = new Map<string, JobRecord>();
  readonly executions = new ExecutionTable();
  readonly #limits: JobLimits;
  readonly #watchers = new Set<(things: ReadonlySet<string>) => void>();
  #touched = new Set<string>();
  #order = 0;

  constructor(limits: JobLimits) {
    this.#limits = limits;
  }

  /** All that there is, as JSON's value. */
  get state(): JobsState {
    const executions = this.executions.things().flatMap((thing) => this.executions.ofThing(thing));
    return { jobs: [...this.jobs.values()], executions };
  }

  /** Begins with an earlier course's state. */
  continue({ jobs, executions }: JobsState): void {
    for (const job of jobs) this.jobs.set(job.plan.jobId, job);
    for (const execution of [...executions].sort((one, other) => one.order - other.order)) {
      this.#order = Math.max(this.#order, execution.order);
      this.replace(execution);
    }
    this.#touched = new Set();
  }

  /** When {@link change} has something to do; undefined: never, as things are. */
  get deadline(): number | undefined {
    let first = this.executions.deadline();
    for (const { waiting, nextWaveAt } of this.jobs.values()) {
      if (waiting.length > 0) first = Math.min(first, nextWaveAt);
    }
    return first === Infinity ? undefined : first;
  }

  /**
   * `changed` is called after every change, with the things whose executions it touched.
   * @returns ends it
   */
  watch(changed: (things: ReadonlySet<string>) => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  /** Lets happen what is due, each at its own time; then makes `change`, and tells the watchers. */
  change<T>(now: number, change: () => T): T {
    for (let due = this.deadline ?? Infinity; due <= now; due = this.deadline ?? Infinity) {
      for (const execution of this.executions.overdue(due)) {
        this.move(execution, "TIMED_OUT", due);
      }
      for (const [jobId, { waiting, nextWaveAt }] of this.jobs) {
        if (waiting.length > 0 && nextWaveAt <= due) this.#notifyWave(jobId, due);
      }
    }
    const outcome = change();
    const touched = this.#touched;
    this.#touched = new Set();
    for (const watcher of this.#watchers) watcher(touched);
    return outcome;
  }

  /** A new job, with its first wave. */
  begin(plan: JobPlan, now: number): void {
    this.jobs.set(plan.jobId, newJob(plan, now));
    this.#notifyWave(plan.jobId, now);
  }

  /** The thing is a target no more: it is not notified, and what is pending for it is REMOVED. */
  remove(thingName: string, now: number): void {
    for (const execution of this.executions.ofThing(thingName).filter(isPending)) {
      this.move(execution, "REMOVED", now);
    }
    for (const [jobId, job] of this.jobs) {
      const waiting = job.waiting.filter((thing) => thing !== thingName);
      if (waiting.length < job.waiting.length) this.#put({ ...job, waiting }, now);
      this.#complete(jobId, now);
    }
  }

  /** In the order of the rollout. */
  ofJob(jobId: string, status?: ExecutionStatus): Execution[] {
    const things = this.jobs.get(jobId)?.plan.things ?? [];
    const executions = things.flatMap((thing) => this.executions.get(jobId, thing) ?? []);
    return executions.filter((execution) => status === undefined || execution.status === status);
  }

  #notifyWave(jobId: string, now: number): void {
    const job = this.jobs.get(jobId);
    if (job === undefined) return;
    const size = waveSize(job.plan.rollout, job.counts, this.#limits);
    const waiting = job.waiting.slice(size);
    this.#put({ ...job, waiting, nextWaveAt: now + waveMs }, now);
    for (const thing of job.waiting.slice(0, size)) {
      this.#order += 1;
      this.replace(queuedExecution(jobId, thing, this.#order, now));
    }
    this.#settle(jobId, now); // there may be enough things now for the abort criteria
  }

  /** IN_PROGRESS; the job's time counts from the first time on. */
  start(execution: Execution, now: number, change: ExecutionChange): Execution {
    const inProgressTimeoutMinutes = this.jobs.get(execution.jobId)?.plan.inProgressTimeoutMinutes;
    return this.move(execution, "IN_PROGRESS", now, { ...change, inProgressTimeoutMinutes });
  }

  /** Another status, with all that follows from it for the job. */
  move(
    execution: Execution,
    status: ExecutionStatus,
    now: number,
    change?: ExecutionChange,
  ): Execution {
    const moved = changedExecution(execution, status, now, change);
    this.replace(moved);
    if (!isPending(moved)) this.#settle(moved.jobId, now);
    return moved;
  }

  /** Its counts have changed: the job aborts or completes if it must. */
  #settle(jobId: string, now: number): void {
    const job = this.jobs.get(jobId);
    if (job?.status === "IN_PROGRESS" && mustAbort(job.plan.abort, job.counts)) {
      this.cancel(job, now, { reasonCode: "ABORTED", comment: "The abort criteria were met" });
    }
    this.#complete(jobId, now);
  }

  #complete(jobId: string, now: number): void {
    const job = this.jobs.get(jobId);
    if (job?.status !== "IN_PROGRESS" || job.waiting.length > 0) return;
    if (job.counts.QUEUED + job.counts.IN_PROGRESS > 0) return;
    this.#put({ ...job, status: "COMPLETED", completedAt: now }, now);
  }

  /** No further thing is notified, and executions that have not begun end. */
  cancel(job: JobRecord, now: number, options: CancelOptions): void {
    const { force = false, reasonCode, comment } = options;
    const status = "CANCELED" as const;
    const { jobId } = job.plan;
    this.#put({ ...job, status, waiting: [], forceCanceled: force, reasonCode, comment }, now);
    for (const execution of this.ofJob(jobId, "QUEUED")) this.move(execution, status, now);
    if (!force) return;
    for (const execution of this.ofJob(jobId, "IN_PROGRESS")) {
      this.move(execution, status, now);
    }
  }

  #put(job: JobRecord, now: number): void {
    this.jobs.set(job.plan.jobId, { ...job, lastUpdatedAt: now });
  }

  /** Another state of an execution, or a new one. */
  replace(execution: Execution): void {
    const { jobId, thingName, status } = execution;
    const before = this.executions.get(jobId, thingName);
    this.executions.put(execution);
    const job = this.jobs.get(jobId);
    if (job !== undefined) {
      const counts = { ...job.counts, [status]: job.counts[status] + 1 };
      if (before !== undefined) counts[before.status] -= 1;
      this.jobs.set(jobId, { ...job, counts });
    }
    this.#touched.add(thingName);
  }
}
