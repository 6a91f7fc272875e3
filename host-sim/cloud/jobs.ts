import { type CancelOptions, JobCourse } from "./job-course.ts";
import {
  byTurn,
  type Execution,
  type ExecutionChange,
  type ExecutionStatus,
  isPending,
  type ReportedStatus,
  withStepTimeout,
} from "./job-execution.ts";
import { awsJobLimits, type JobLimits } from "./job-limits.ts";
import {
  type ExecutionOutcome,
  type JobOutcome,
  refused,
  type UpdateOutcome,
} from "./job-outcomes.ts";
import { descriptionOf, type JobDescription } from "./job-record.ts";
import { type JobRequest, readJobRequest } from "./job-request.ts";
import { type JobsState, readJobsState } from "./saved-jobs.ts";

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
  readonly #course: JobCourse;

  constructor(limits: Partial<JobLimits> = {}) {
    this.limits = { ...awsJobLimits, ...limits };
    this.#course = new JobCourse(this.limits);
  }

  /**
   * What an earlier process has saved.
   * @param saved parsed JSON of {@link state}, untrusted
   * @returns undefined when it cannot be that
   */
  static restore(saved: unknown, limits: Partial<JobLimits> = {}): Jobs | undefined {
    const jobs = new Jobs(limits);
    const state = readJobsState(saved, jobs.limits);
    if (state === undefined) return undefined;
    jobs.#course.continue(state);
    return jobs;
  }

  /** All jobs and executions, for {@link restore}: JSON's value. */
  get state(): JobsState {
    return this.#course.state;
  }

  /** When {@link advance} has something to do; undefined: never, as things are. */
  get deadline(): number | undefined {
    return this.#course.deadline;
  }

  /**
   * `changed` is called after every change, with the things whose executions it touched.
   * @returns ends it
   */
  watch(changed: (things: ReadonlySet<string>) => void): () => void {
    return this.#course.watch(changed);
  }

  /** CreateJob. */
  create(request: JobRequest, now: number): JobOutcome {
    const plan = readJobRequest(request, this.limits);
    if (typeof plan === "string") return refused("InvalidRequestException", plan);
    const { jobId } = plan;
    if (this.#course.jobs.has(jobId)) {
      return refused("ResourceAlreadyExistsException", `There is a job ${jobId} already`);
    }
    return this.#course.change(now, () => {
      this.#course.begin(plan, now);
      return this.#done(jobId);
    });
  }

  /** CancelJob: no further thing is notified, and executions that have not begun end. */
  cancel(jobId: string, now: number, options: CancelOptions = {}): JobOutcome {
    const { reasonCode = "R", comment = "" } = options;
    if (!/^[\p{Lu}\d_]{1,128}$/u.test(reasonCode)) {
      return refused("InvalidRequestException", "reasonCode is invalid");
    }
    if (!/^\P{C}{0,2028}$/u.test(comment)) {
      return refused("InvalidRequestException", "comment is invalid");
    }
    return this.#course.change(now, () => {
      const job = this.#course.jobs.get(jobId);
      if (job === undefined) return refused("ResourceNotFoundException", `No job ${jobId}`);
      if (job.status !== "IN_PROGRESS") {
        return refused("InvalidRequestException", `Job ${jobId} is ${job.status}`);
      }
      this.#course.cancel(job, now, options);
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
    return this.#course.change(now, () => {
      const execution = this.describeExecution(jobId, thingName);
      if (execution === undefined) {
        return refused("ResourceNotFoundException", `No job ${jobId} for ${thingName}`);
      }
      if (!isPending(execution) || (execution.status === "IN_PROGRESS" && !force)) {
        const message = `Job ${jobId} is ${execution.status} on ${thingName}`;
        return refused("InvalidStateTransitionException", message);
      }
      return { type: "done", execution: this.#course.move(execution, "CANCELED", now) };
    });
  }

  /** DeleteThing: what is pending for it is REMOVED. */
  removeThing(thingName: string, now: number): void {
    this.#course.change(now, () => this.#course.remove(thingName, now));
  }

  /** DescribeJob. */
  describe(jobId: string): JobDescription | undefined {
    const job = this.#course.jobs.get(jobId);
    return job && descriptionOf(job);
  }

  /** GetJobDocument, as JSON's value. Undefined: no such job. */
  document(jobId: string): unknown {
    return this.#course.jobs.get(jobId)?.plan.document;
  }

  /** DescribeJobExecution. Undefined also for a thing that has not been notified yet. */
  describeExecution(jobId: string, thingName: string): Execution | undefined {
    return this.#course.executions.get(jobId, thingName);
  }

  /** ListJobExecutionsForJob, in the order of the rollout. */
  executionsOfJob(jobId: string, status?: ExecutionStatus): Execution[] {
    return this.#course.ofJob(jobId, status);
  }

  /** ListJobExecutionsForThing, oldest first. */
  executionsOfThing(thingName: string, status?: ExecutionStatus): Execution[] {
    const executions = this.#course.executions.ofThing(thingName);
    return executions.filter((execution) => status === undefined || execution.status === status);
  }

  /** The pending executions of a thing, in the order in which it is given them. */
  pendingOf(thingName: string): Execution[] {
    return this.executionsOfThing(thingName).filter(isPending).sort(byTurn);
  }

  /** The things that have an execution. */
  things(): string[] {
    return this.#course.executions.things();
  }

  /** StartNextPendingJobExecution. Undefined: none is pending. */
  startNext(
    thingName: string,
    change: Omit<ExecutionChange, "inProgressTimeoutMinutes">,
    now: number,
  ): Execution | undefined {
    return this.#course.change(now, () => {
      const [next] = this.pendingOf(thingName);
      if (next?.status !== "IN_PROGRESS") return next && this.#course.start(next, now, change);
      const execution = withStepTimeout(next, now, change.stepTimeoutInMinutes);
      this.#course.replace(execution);
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
    return this.#course.change<UpdateOutcome>(now, () => {
      const execution = this.describeExecution(jobId, thingName);
      if (execution === undefined) return { type: "not-found" };
      if (expectedVersion !== undefined && expectedVersion !== execution.versionNumber) {
        return { type: "version-mismatch", execution };
      }
      if (!isPending(execution)) return { type: "illegal", execution };
      const updated =
        status === "IN_PROGRESS"
          ? this.#course.start(execution, now, change)
          : this.#course.move(execution, status, now, change);
      return { type: "updated", execution: updated };
    });
  }

  /** Notifies the waves and ends the executions that are due, each at its own time. */
  advance(now: number): void {
    this.#course.change(now, () => {});
  }

  #done(jobId: string): JobOutcome {
    const job = this.describe(jobId);
    if (job === undefined) throw new Error(`no job ${jobId}`);
    return { type: "done", job };
  }
}
