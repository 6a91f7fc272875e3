import * as v from "valibot";
import { type Execution, executionStatuses } from "./job-execution.ts";
import { type JobLimits, longestTimeoutMinutes } from "./job-limits.ts";
import { type JobRecord, noExecutions } from "./job-record.ts";
import { readJobRequest } from "./job-request.ts";

/** What {@link Jobs} holds, as JSON's value: for a file that survives its process. */
export interface JobsState {
  readonly jobs: readonly JobRecord[];
  readonly executions: readonly Execution[];
}

const time = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15));
const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER));
const text = v.pipe(v.string(), v.maxLength(4096));

const savedJob = v.object({
  plan: v.object({
    jobId: text,
    things: v.array(text),
    document: v.unknown(),
    description: v.optional(text),
    rollout: v.unknown(),
    abort: v.array(v.unknown()),
    inProgressTimeoutMinutes: v.optional(v.pipe(count, v.maxValue(longestTimeoutMinutes))),
  }),
  status: v.picklist(["IN_PROGRESS", "COMPLETED", "CANCELED"]),
  createdAt: time,
  lastUpdatedAt: time,
  completedAt: v.optional(time),
  forceCanceled: v.boolean(),
  reasonCode: v.optional(text),
  comment: v.optional(text),
  waiting: v.array(text),
  nextWaveAt: time,
});

const savedExecution = v.object({
  jobId: text,
  thingName: text,
  status: v.picklist(executionStatuses),
  statusDetails: v.record(text, text),
  queuedAt: time,
  startedAt: v.optional(time),
  lastUpdatedAt: time,
  versionNumber: count,
  executionNumber: v.literal(1),
  order: count,
  timesOutAt: v.optional(time),
  stepTimesOutAt: v.optional(time),
});

const savedState = v.object({ jobs: v.array(savedJob), executions: v.array(savedExecution) });

/**
 * Reads what was saved. Counts are made anew from the executions.
 * @param value parsed JSON, untrusted
 * @returns undefined unless it is a state that {@link Jobs} could have
 */
export function readJobsState(value: unknown, limits: JobLimits): JobsState | undefined {
  const read = v.safeParse(savedState, value);
  if (!read.success) return undefined;
  const executions = read.output.executions.map((each): Execution => {
    const { startedAt, timesOutAt, stepTimesOutAt } = each;
    return { ...each, startedAt, timesOutAt, stepTimesOutAt };
  });
  const jobs: JobRecord[] = [];
  for (const { plan: saved, ...job } of read.output.jobs) {
    const { jobId, things, document, description, rollout, abort } = saved;
    const { inProgressTimeoutMinutes } = saved;
    // The request that leads to this plan: whatever it may not say, a file may not say either.
    const plan = readJobRequest(
      {
        jobId,
        targets: things,
        document: JSON.stringify(document),
        ...(description === undefined ? {} : { description }),
        jobExecutionsRolloutConfig: Object(rollout),
        ...(abort.length === 0 ? {} : { abortConfig: { criteriaList: Object(abort) } }),
        ...(inProgressTimeoutMinutes === undefined
          ? {}
          : { timeoutConfig: { inProgressTimeoutInMinutes: inProgressTimeoutMinutes } }),
      },
      limits,
    );
    if (typeof plan === "string") return undefined;
    const { completedAt, reasonCode, comment } = job;
    jobs.push({ ...job, completedAt, reasonCode, comment, plan, counts: noExecutions });
  }
  return { jobs, executions };
}
