/** One job on one thing: AWS IoT's job execution. Immutable; pure. */

export const executionStatuses = [
  "QUEUED",
  "IN_PROGRESS",
  "SUCCEEDED",
  "FAILED",
  "REJECTED",
  "TIMED_OUT",
  "REMOVED",
  "CANCELED",
] as const;

export type ExecutionStatus = (typeof executionStatuses)[number];

/** How many executions of a job have each status. */
export type ExecutionCounts = Readonly<Record<ExecutionStatus, number>>;

/** What a device may set. */
export type ReportedStatus = "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "REJECTED";

export type StatusDetails = Readonly<Record<string, string>>;

/** Times are in milliseconds since 1970. */
export interface Execution {
  readonly jobId: string;
  readonly thingName: string;
  readonly status: ExecutionStatus;
  readonly statusDetails: StatusDetails;
  readonly queuedAt: number;
  readonly startedAt: number | undefined;
  readonly lastUpdatedAt: number;
  /** 1 when queued; every change adds one */
  readonly versionNumber: number;
  /** there are no retries, so it is always the first one */
  readonly executionNumber: 1;
  /** the order in which executions were made, because their times may be the same */
  readonly order: number;
  /** of the job's `inProgressTimeoutInMinutes`, from the start on */
  readonly timesOutAt: number | undefined;
  /** of the device's `stepTimeoutInMinutes` */
  readonly stepTimesOutAt: number | undefined;
}

/** What a change may bring, besides the status. */
export interface ExecutionChange {
  /** replaces the previous ones; undefined: they stay */
  readonly statusDetails?: StatusDetails | undefined;
  /** begins the step's time again; -1 ends it; undefined: it goes on */
  readonly stepTimeoutInMinutes?: number | undefined;
  /** the job's; counts from the first IN_PROGRESS on */
  readonly inProgressTimeoutMinutes?: number | undefined;
}

/** An execution that is neither QUEUED nor IN_PROGRESS stays as it is for ever. */
export function isPending({ status }: Pick<Execution, "status">): boolean {
  return status === "QUEUED" || status === "IN_PROGRESS";
}

export function queuedExecution(
  jobId: string,
  thingName: string,
  order: number,
  now: number,
): Execution {
  return {
    jobId,
    thingName,
    status: "QUEUED",
    statusDetails: {},
    queuedAt: now,
    startedAt: undefined,
    lastUpdatedAt: now,
    versionNumber: 1,
    executionNumber: 1,
    order,
    timesOutAt: undefined,
    stepTimesOutAt: undefined,
  };
}

/**
 * The execution with another status, or with IN_PROGRESS again.
 * @throws RangeError when it is not pending any more, or would be queued again
 */
export function changedExecution(
  execution: Execution,
  status: ExecutionStatus,
  now: number,
  change: ExecutionChange = {},
): Execution {
  if (!isPending(execution) || status === "QUEUED") {
    throw new RangeError(`${execution.jobId}: ${execution.status} cannot become ${status}`);
  }
  const starts = status === "IN_PROGRESS" && execution.startedAt === undefined;
  const { inProgressTimeoutMinutes } = change;
  return {
    ...execution,
    status,
    statusDetails: change.statusDetails ?? execution.statusDetails,
    startedAt: starts ? now : execution.startedAt,
    lastUpdatedAt: now,
    versionNumber: execution.versionNumber + 1,
    timesOutAt:
      starts && inProgressTimeoutMinutes !== undefined
        ? now + inProgressTimeoutMinutes * 60_000
        : execution.timesOutAt,
    stepTimesOutAt: stepEnd(execution, now, change.stepTimeoutInMinutes),
  };
}

/** The execution with another time for its step, which is no change of its version. */
export function withStepTimeout(
  execution: Execution,
  now: number,
  minutes: number | undefined,
): Execution {
  return { ...execution, stepTimesOutAt: stepEnd(execution, now, minutes) };
}

/** When it becomes TIMED_OUT; undefined: never, as things are. */
export function deadlineOf(execution: Execution): number | undefined {
  if (execution.status !== "IN_PROGRESS") return undefined;
  const { timesOutAt = Infinity, stepTimesOutAt = Infinity } = execution;
  const deadline = Math.min(timesOutAt, stepTimesOutAt);
  return deadline === Infinity ? undefined : deadline;
}

/** The order in which a device is given its executions: those that have begun, then the oldest. */
export function byTurn(one: Execution, other: Execution): number {
  const began = (execution: Execution) => (execution.status === "IN_PROGRESS" ? 0 : 1);
  return began(one) - began(other) || one.order - other.order;
}

function stepEnd(
  execution: Execution,
  now: number,
  minutes: number | undefined,
): number | undefined {
  if (minutes === undefined) return execution.stepTimesOutAt;
  return minutes === -1 ? undefined : now + minutes * 60_000;
}
