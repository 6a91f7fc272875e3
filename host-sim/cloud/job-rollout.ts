import type { ExecutionCounts } from "./job-execution.ts";
import type { JobLimits } from "./job-limits.ts";
import type { AbortCriteria, RolloutConfig } from "./job-request.ts";

/** How fast a job reaches its things, and when it gives up. Pure. */

/** A wave of things is notified once a minute. */
export const waveMs = 60_000;

/** How many things the next wave notifies. */
export function waveSize(
  { maximumPerMinute, exponentialRate }: RolloutConfig,
  counts: ExecutionCounts,
  limits: Pick<JobLimits, "notifiedPerMinute">,
): number {
  const most = maximumPerMinute ?? limits.notifiedPerMinute;
  if (exponentialRate === undefined) return most;
  const { baseRatePerMinute, incrementFactor, rateIncreaseCriteria } = exponentialRate;
  const { numberOfNotifiedThings, numberOfSucceededThings } = rateIncreaseCriteria;
  const steps =
    numberOfNotifiedThings !== undefined
      ? Math.floor(notified(counts) / numberOfNotifiedThings)
      : Math.floor(counts.SUCCEEDED / (numberOfSucceededThings ?? Infinity));
  return Math.min(most, Math.floor(baseRatePerMinute * incrementFactor ** steps));
}

/** Whether one of the criteria is met. */
export function mustAbort(criteria: readonly AbortCriteria[], counts: ExecutionCounts): boolean {
  const all = notified(counts);
  return criteria.some(({ failureType, thresholdPercentage, minNumberOfExecutedThings }) => {
    const { FAILED, REJECTED, TIMED_OUT } = counts;
    const failures = failureType === "ALL" ? FAILED + REJECTED + TIMED_OUT : counts[failureType];
    return (
      failures > 0 &&
      all >= minNumberOfExecutedThings &&
      failures * 100 >= thresholdPercentage * all
    );
  });
}

function notified(counts: ExecutionCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
