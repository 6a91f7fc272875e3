/**
 * AWS IoT Jobs's limits: the API's own model, its developer guide ("AWS IoT Jobs limits"), and the
 * names of its quotas. The values marked *(unverified)* were found in none of them.
 */
export interface JobLimits {
  /** UTF-8 */
  readonly documentBytes: number;
  /** things of one job *(unverified)* */
  readonly targets: number;
  /** entries of `statusDetails` *(unverified)* */
  readonly statusDetails: number;
  /** characters of each of its values *(unverified)* */
  readonly statusDetailLength: number;
  /** characters of a `clientToken` *(unverified)* */
  readonly clientTokenLength: number;
  /** job executions that a notification or a list of pending ones names */
  readonly listed: number;
  /** rollout without a configured rate, and the highest that may be configured */
  readonly notifiedPerMinute: number;
  /** GetPendingJobExecutions and DescribeJobExecution together, for the whole account *(unverified)* */
  readonly readsPerSecond: number;
  /** StartNextPendingJobExecution and UpdateJobExecution together, for the whole account *(unverified)* */
  readonly writesPerSecond: number;
}

export const awsJobLimits: JobLimits = {
  documentBytes: 32 * 1024,
  targets: 100,
  statusDetails: 10,
  statusDetailLength: 1024,
  clientTokenLength: 64,
  listed: 10,
  notifiedPerMinute: 1000,
  readsPerSecond: 200,
  writesPerSecond: 200,
};

/** 7 days: the longest of both time limits of an execution. */
export const longestTimeoutMinutes = 10_080;
