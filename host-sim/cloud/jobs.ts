import {
  byTurn,
  changedExecution,
  deadlineOf,
  type Execution,
  type ExecutionChange,
  type ExecutionStatus,
  isPending,
  queuedExecution,
  type ReportedStatus,
  withStepTimeout,
} from "./job-execution.ts";
import { awsJobLimits, type JobLimits } from "./job-limits.ts";
import { descriptionOf, type JobDescription, type JobRecord, newJob } from "./job-record.ts";
import { type JobRequest, readJobRequest } from "./job-request.ts";
import { mustAbort, waveMs, waveSize } from "./job-rollout.ts";

/** Why a request of the account's side is refused, as AWS's exceptions name it. */
export interface JobRefusal {
  readonly type: "refused";
  readonly code:
    | "InvalidRequestException"
    | "InvalidStateTransitionException"
    | "ResourceAlreadyExistsException"
    | "ResourceNotFoundException";
  readonly message: string;
}

export type JobOutcome = { readonly type: "done"; readonly job: JobDescription } | JobRefusal;

export type ExecutionOutcome =
  | { readonly type: "done"; readonly execution: Execution }
  | JobRefusal;

/** What became of a device's UpdateJobExecution. */
export type UpdateOutcome =
  | { readonly type: "updated"; readonly execution: Execution }
  | { readonly type: "not-found" }
  | { readonly type: "version-mismatch"; readonly execution: Execution }
  | { readonly type: "illegal"; readonly execution: Execution };

export interface CancelOptions {
  /** also those that have begun; the device is not told, and its next update is refused */
  readonly force?: boolean;
  readonly reasonCode?: string;
  readonly comment?: string;
}

/**
 * AWS IoT Jobs's state: jobs, and one execution of each job per thing. In memory, without a clock
 * and without timers: every change is told the time, in milliseconds since 1970, and whoever holds
 * this calls {@link advance} at {@link deadline}. Pass it to the next stand-in to keep it.
 *
 * Not simulated: groups of things, continuous jobs, retries, schedules, templates, signed URLs,
 * deletion of a job.
 */
export class Jobs {
  readonly limits: JobLimits;
  readonly #jobs = new Map<string, JobRecord>();
  /** by thing, then by job */
  readonly #executions = new Map<string, Map<string, Execution>>();
  /** executions that may time out */
  readonly #timed = new Set<Execution>();
  readonly #watchers = new Set<(things: ReadonlySet<string>) => void>();
  #touched = new Set<string>();
  #order = 0;

  constructor(limits: Partial<JobLimits> = {}) {
    this.limits = { ...awsJobLimits, ...limits };
  }

  /** When {@link advance} has something to do; undefined: never, as things are. */
  get deadline(): number | undefined {
    const times = [...this.#timed].map((execution) => deadlineOf(execution) ?? Infinity);
    for (const { waiting, nextWaveAt } of this.#jobs.values()) {
      if (waiting.length > 0) times.push(nextWaveAt);
    }
    const first = times.reduce((least, time) => Math.min(least, time), Infinity);
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

  /** CreateJob. */
  create(request: JobRequest, now: number): JobOutcome {
    const plan = readJobRequest(request, this.limits);
    if (typeof plan === "string") return refused("InvalidRequestException", plan);
    const { jobId } = plan;
    if (this.#jobs.has(jobId)) {
      return refused("ResourceAlreadyExistsException", `There is a job ${jobId} already`);
    }
    return this.#change(now, () => {
      this.#jobs.set(jobId, newJob(plan, now));
      this.#notifyWave(jobId, now);
      return this.#done(jobId);
    });
  }

  /** CancelJob: no further thing is notified, and executions that have not begun end. */
  cancel(jobId: string, now: number, options: CancelOptions = {}): JobOutcome {
    return this.#change(now, () => {
      const job = this.#jobs.get(jobId);
      if (job === undefined) return refused("ResourceNotFoundException", `No job ${jobId}`);
      if (job.status !== "IN_PROGRESS") {
        return refused("InvalidRequestException", `Job ${jobId} is ${job.status}`);
      }
      this.#cancel(job, now, options);
      return this.#done(jobId);
    });
  }

  /** CancelJobExecution: the rest of the job goes on. */
  cancelExecution(
    jobId: string,
    thingName: string,
    now: number,
    { force = false }: Pick<CancelOptions, "force"> = {},
  ): ExecutionOutcome {
    return this.#change(now, () => {
      const execution = this.describeExecution(jobId, thingName);
      if (execution === undefined) {
        return refused("ResourceNotFoundException", `No job ${jobId} for ${thingName}`);
      }
      if (!isPending(execution) || (execution.status === "IN_PROGRESS" && !force)) {
        const message = `Job ${jobId} is ${execution.status} on ${thingName}`;
        return refused("InvalidStateTransitionException", message);
      }
      return { type: "done", execution: this.#move(execution, "CANCELED", now) };
    });
  }

  /** DeleteThing: what is pending for it is REMOVED. */
  removeThing(thingName: string, now: number): void {
    this.#change(now, () => {
      for (const execution of this.pendingOf(thingName)) this.#move(execution, "REMOVED", now);
      for (const [jobId, job] of this.#jobs) {
        const waiting = job.waiting.filter((thing) => thing !== thingName);
        if (waiting.length < job.waiting.length) this.#put({ ...job, waiting }, now);
        this.#complete(jobId, now);
      }
    });
  }

  /** DescribeJob. */
  describe(jobId: string): JobDescription | undefined {
    const job = this.#jobs.get(jobId);
    return job && descriptionOf(job);
  }

  /** GetJobDocument, as JSON's value. Undefined: no such job. */
  document(jobId: string): unknown {
    return this.#jobs.get(jobId)?.plan.document;
  }

  /** DescribeJobExecution. Undefined also for a thing that has not been notified yet. */
  describeExecution(jobId: string, thingName: string): Execution | undefined {
    return this.#executions.get(thingName)?.get(jobId);
  }

  /** ListJobExecutionsForJob, in the order of the rollout. */
  executionsOfJob(jobId: string, status?: ExecutionStatus): Execution[] {
    const things = this.#jobs.get(jobId)?.plan.things ?? [];
    const executions = things.flatMap((thing) => this.describeExecution(jobId, thing) ?? []);
    return executions.filter((execution) => status === undefined || execution.status === status);
  }

  /** ListJobExecutionsForThing, oldest first. */
  executionsOfThing(thingName: string, status?: ExecutionStatus): Execution[] {
    const executions = [...(this.#executions.get(thingName)?.values() ?? [])];
    return executions.filter((execution) => status === undefined || execution.status === status);
  }

  /** The pending executions of a thing, in the order in which it is given them. */
  pendingOf(thingName: string): Execution[] {
    return this.executionsOfThing(thingName).filter(isPending).sort(byTurn);
  }

  /** The things that have an execution. */
  things(): string[] {
    return [...this.#executions.keys()];
  }

  /** StartNextPendingJobExecution. Undefined: none is pending. */
  startNext(
    thingName: string,
    change: Omit<ExecutionChange, "inProgressTimeoutMinutes">,
    now: number,
  ): Execution | undefined {
    return this.#change(now, () => {
      const [next] = this.pendingOf(thingName);
      if (next?.status !== "IN_PROGRESS") return next && this.#start(next, now, change);
      const execution = withStepTimeout(next, now, change.stepTimeoutInMinutes);
      this.#replace(next, execution);
      return execution;
    });
  }

  /**
   * UpdateJobExecution. A wrong version is reported before an illegal change *(unverified)*.
   * @param expectedVersion undefined: any
   */
  update(
    jobId: string,
    thingName: string,
    status: ReportedStatus,
    expectedVersion: number | undefined,
    change: Omit<ExecutionChange, "inProgressTimeoutMinutes">,
    now: number,
  ): UpdateOutcome {
    return this.#change<UpdateOutcome>(now, () => {
      const execution = this.describeExecution(jobId, thingName);
      if (execution === undefined) return { type: "not-found" };
      if (expectedVersion !== undefined && expectedVersion !== execution.versionNumber) {
        return { type: "version-mismatch", execution };
      }
      if (!isPending(execution)) return { type: "illegal", execution };
      const updated =
        status === "IN_PROGRESS"
          ? this.#start(execution, now, change)
          : this.#move(execution, status, now, change);
      return { type: "updated", execution: updated };
    });
  }

  /** Notifies the waves and ends the executions that are due, each at its own time. */
  advance(now: number): void {
    this.#change(now, () => {});
  }

  #change<T>(now: number, change: () => T): T {
    for (let due = this.deadline ?? Infinity; due <= now; due = this.deadline ?? Infinity) {
      for (const execution of this.#timed) {
        if ((deadlineOf(execution) ?? Infinity) <= due) this.#move(execution, "TIMED_OUT", due);
      }
      for (const [jobId, { waiting, nextWaveAt }] of this.#jobs) {
        if (waiting.length > 0 && nextWaveAt <= due) this.#notifyWave(jobId, due);
      }
    }
    const outcome = change();
    const touched = this.#touched;
    this.#touched = new Set();
    for (const watcher of this.#watchers) watcher(touched);
    return outcome;
  }

  #done(jobId: string): JobOutcome {
    const job = this.describe(jobId);
    if (job === undefined) throw new Error(`no job ${jobId}`);
    return { type: "done", job };
  }

  #notifyWave(jobId: string, now: number): void {
    const job = this.#jobs.get(jobId);
    if (job === undefined) return;
    const size = waveSize(job.plan.rollout, job.counts, this.limits);
    const waiting = job.waiting.slice(size);
    this.#put({ ...job, waiting, nextWaveAt: now + waveMs }, now);
    for (const thing of job.waiting.slice(0, size)) {
      this.#order += 1;
      this.#replace(undefined, queuedExecution(jobId, thing, this.#order, now));
    }
  }

  #start(execution: Execution, now: number, change: ExecutionChange): Execution {
    const inProgressTimeoutMinutes = this.#jobs.get(execution.jobId)?.plan.inProgressTimeoutMinutes;
    return this.#move(execution, "IN_PROGRESS", now, { ...change, inProgressTimeoutMinutes });
  }

  #move(
    execution: Execution,
    status: ExecutionStatus,
    now: number,
    change?: ExecutionChange,
  ): Execution {
    const moved = changedExecution(execution, status, now, change);
    this.#replace(execution, moved);
    if (!isPending(moved)) this.#settle(moved.jobId, now);
    return moved;
  }

  /** An execution of the job has ended. */
  #settle(jobId: string, now: number): void {
    const job = this.#jobs.get(jobId);
    if (job?.status === "IN_PROGRESS" && mustAbort(job.plan.abort, job.counts)) {
      this.#cancel(job, now, { reasonCode: "ABORTED", comment: "The abort criteria were met" });
    }
    this.#complete(jobId, now);
  }

  #complete(jobId: string, now: number): void {
    const job = this.#jobs.get(jobId);
    if (job?.status !== "IN_PROGRESS" || job.waiting.length > 0) return;
    if (job.counts.QUEUED + job.counts.IN_PROGRESS > 0) return;
    this.#put({ ...job, status: "COMPLETED", completedAt: now }, now);
  }

  #cancel(job: JobRecord, now: number, options: CancelOptions): void {
    const { force = false, reasonCode, comment } = options;
    const status = "CANCELED" as const;
    const { jobId } = job.plan;
    this.#put({ ...job, status, waiting: [], forceCanceled: force, reasonCode, comment }, now);
    for (const execution of this.executionsOfJob(jobId, "QUEUED"))
      this.#move(execution, status, now);
    if (!force) return;
    for (const execution of this.executionsOfJob(jobId, "IN_PROGRESS")) {
      this.#move(execution, status, now);
    }
  }

  #put(job: JobRecord, now: number): void {
    this.#jobs.set(job.plan.jobId, { ...job, lastUpdatedAt: now });
  }

  #replace(before: Execution | undefined, after: Execution): void {
    const { jobId, thingName, status } = after;
    const ofThing = this.#executions.get(thingName) ?? new Map<string, Execution>();
    this.#executions.set(thingName, ofThing.set(jobId, after));
    if (before !== undefined) this.#timed.delete(before);
    if (deadlineOf(after) !== undefined) this.#timed.add(after);
    const job = this.#jobs.get(jobId);
    if (job !== undefined) {
      const counts = { ...job.counts, [status]: job.counts[status] + 1 };
      if (before !== undefined) counts[before.status] -= 1;
      this.#jobs.set(jobId, { ...job, counts });
    }
    this.#touched.add(thingName);
  }
}

function refused(code: JobRefusal["code"], message: string): JobRefusal {
  return { type: "refused", code, message };
}
