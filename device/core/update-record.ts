import { consistsOf, isHexDigit } from "../characters.ts";
import { isWhole, membersOf, parseJson } from "../messages/json.ts";
import { isVersion, type UpdateReason, updateReasons } from "../messages/update.ts";
import type { JobExecution, JobStatus } from "../messages/update-jobs.ts";
import { isJobId } from "../messages/update-topics.ts";

/** What a box remembers of its update across a restart. */
export type UpdateRecord = RunningJob &
  (
    | {
        readonly step: "download";
        readonly sha256: string;
        /** everything before is in the slot; a multiple of a sector, or the firmware's size */
        readonly at: number;
      }
    | {
        /** the other slot starts next, or has been started */
        readonly step: "selected";
        readonly sha256: string;
        readonly version: string;
        /** how often it has been selected */
        readonly tries: number;
        /** why the new firmware is not there any more, if it is not: it was started, or gave itself up */
        readonly reason?: UpdateReason;
      }
    | {
        /** the server has not acknowledged it yet */
        readonly step: "done";
        readonly status: Exclude<JobStatus, "IN_PROGRESS">;
        readonly version?: string;
        readonly reason?: UpdateReason;
      }
  );

/** One run of a job. */
export interface RunningJob {
  readonly job: string;
  readonly execution: number;
}

export function isRunOf({ job, execution }: RunningJob, other: JobExecution): boolean {
  return job === other.jobId && execution === other.executionNumber;
}

/** At most 300 bytes: a job's id has 64, a hash as many. */
export function writeUpdateRecord(record: UpdateRecord | undefined): string {
  return record === undefined ? "" : JSON.stringify(record);
}

/** @param text from storage, untrusted. @returns undefined if there is none, or it cannot be read */
export function readUpdateRecord(text: string | undefined): UpdateRecord | undefined {
  const members = membersOf(text ? parseJson(text) : undefined);
  const { job, execution, step, sha256, at, version, tries, status } = members;
  if (typeof job !== "string" || !isJobId(job) || !isCount(execution)) return undefined;
  const reason = updateReasons.find((each) => each === members.reason);
  const why = reason === undefined ? {} : { reason };
  if (step === "done") {
    if (status !== "SUCCEEDED" && status !== "FAILED" && status !== "REJECTED") return undefined;
    return { job, execution, step, status, ...(isVersion(version) ? { version } : {}), ...why };
  }
  if (typeof sha256 !== "string" || !consistsOf(sha256, isHexDigit, 64, 64)) return undefined;
  if (step === "download" && isCount(at)) return { job, execution, step, sha256, at };
  if (step !== "selected" || !isVersion(version) || !isCount(tries)) return undefined;
  return { job, execution, step, sha256, version, tries, ...why };
}

function isCount(value: unknown): value is number {
  return isWhole(value, 0, Number.MAX_SAFE_INTEGER);
}
