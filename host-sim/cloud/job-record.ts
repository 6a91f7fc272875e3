import { type ExecutionCounts, executionStatuses } from "./job-execution.ts";
import type { JobPlan } from "./job-request.ts";

/** A job: what every thing of a rollout is asked to do. Times are in milliseconds since 1970. */
export interface JobRecord {
  readonly plan: JobPlan;
  /** COMPLETED: every thing's execution has ended. The others can change no more either. */
  readonly status: "IN_PROGRESS" | "COMPLETED" | "CANCELED";
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly completedAt: number | undefined;
  readonly forceCanceled: boolean;
  readonly reasonCode: string | undefined;
  readonly comment: string | undefined;
  /** things that have no execution yet, first ones first */
  readonly waiting: readonly string[];
  /** when the next of them are notified */
  readonly nextWaveAt: number;
  /** of its executions */
  readonly counts: ExecutionCounts;
}

/** DescribeJob's and ListJobs's view of a job. */
export type JobDescription = Omit<JobRecord, "plan" | "waiting" | "nextWaveAt"> & {
  readonly jobId: string;
  readonly description: string | undefined;
  /** every thing of the job, in the order of the rollout */
  readonly targets: readonly string[];
  /** those that have not been notified */
  readonly waiting: number;
};

export const noExecutions = Object.fromEntries(
  executionStatuses.map((status) => [status, 0]),
) as ExecutionCounts;

export function newJob(plan: JobPlan, now: number): JobRecord {
  return {
    plan,
    status: "IN_PROGRESS",
    createdAt: now,
    lastUpdatedAt: now,
    completedAt: undefined,
    forceCanceled: false,
    reasonCode: undefined,
    comment: undefined,
    waiting: plan.things,
    nextWaveAt: now,
    counts: noExecutions,
  };
}

export function descriptionOf({ plan, waiting, nextWaveAt, ...job }: JobRecord): JobDescription {
  const { jobId, description, things } = plan;
  return { ...job, jobId, description, targets: things, waiting: waiting.length };
}
