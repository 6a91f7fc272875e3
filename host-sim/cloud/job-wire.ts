import type { Execution } from "./job-execution.ts";
import type { Jobs } from "./jobs.ts";

/** Job executions as AWS IoT Jobs writes them into JSON. A field that is undefined is left out. */

/** AWS's timestamps are whole seconds since 1970. */
export function secondsOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** JobExecutionSummary */
export function summaryOf(execution: Execution) {
  const { jobId, queuedAt, startedAt, lastUpdatedAt, executionNumber, versionNumber } = execution;
  return {
    jobId,
    queuedAt: secondsOf(queuedAt),
    startedAt: startedAt === undefined ? undefined : secondsOf(startedAt),
    lastUpdatedAt: secondsOf(lastUpdatedAt),
    executionNumber,
    versionNumber,
  };
}

/** JobExecution; with its document, unless that is not wanted. */
export function executionOf(
  execution: Execution,
  jobs: Pick<Jobs, "document">,
  includeDocument = true,
) {
  const { jobId, thingName, status } = execution;
  return {
    ...summaryOf(execution),
    thingName,
    status,
    statusDetails: detailsOf(execution),
    jobDocument: includeDocument ? jobs.document(jobId) : undefined,
  };
}

/** JobExecutionState */
export function stateOf(execution: Execution) {
  const { status, versionNumber } = execution;
  return { status, statusDetails: detailsOf(execution), versionNumber };
}

function detailsOf({ statusDetails }: Execution) {
  return Object.keys(statusDetails).length > 0 ? statusDetails : undefined;
}
