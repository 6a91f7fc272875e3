import { isWhole, membersOf, parseJson } from "./json.ts";
import type { UpdateReason } from "./update.ts";
import { isJobId } from "./update-topics.ts";

/**
 * What a box and AWS IoT Jobs say to each other (developer guide, "Jobs device MQTT API operations").
 * JSON; answers are untrusted, and may have more fields than are read.
 */

/** What a box says about its job. */
export type JobStatus = "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "REJECTED";

/** `statusDetails` of a box: texts by name. */
export interface JobDetails {
  /** of the new firmware; absent if it could not be read */
  readonly version?: string;
  /** percent, while it is in progress */
  readonly progress?: string;
  /** when it failed or was rejected */
  readonly reason?: UpdateReason;
}

export interface JobUpdate {
  readonly status: JobStatus;
  readonly statusDetails: JobDetails;
  /** the update counts only if the server has this version of the execution */
  readonly expectedVersion: number;
  readonly clientToken: string;
}

/** One run of a job on this box. */
export interface JobExecution {
  readonly jobId: string;
  /** grows when a job is tried again */
  readonly executionNumber: number;
  /** grows with each change */
  readonly versionNumber: number;
  /** parsed JSON, untrusted */
  readonly jobDocument: unknown;
}

export function writeStartNext(clientToken: string): string {
  return JSON.stringify({ clientToken });
}

export function writeJobUpdate(update: JobUpdate): string {
  return JSON.stringify(update);
}

/** @returns `execution` is undefined if no job waits; all is undefined if it is no answer */
export function readStartNextAnswer(
  text: string,
): { readonly clientToken: string; readonly execution: JobExecution | undefined } | undefined {
  const { clientToken, execution } = membersOf(parseJson(text));
  if (typeof clientToken !== "string") return undefined;
  if (execution === undefined) return { clientToken, execution };
  const { jobId, executionNumber = 1, versionNumber, jobDocument } = membersOf(execution);
  if (typeof jobId !== "string" || !isJobId(jobId)) return undefined;
  if (!isCount(executionNumber) || !isCount(versionNumber)) return undefined;
  return { clientToken, execution: { jobId, executionNumber, versionNumber, jobDocument } };
}

/** @returns the token of the request that was accepted; undefined if it is no answer */
export function readAccepted(text: string): string | undefined {
  const { clientToken } = membersOf(parseJson(text));
  return typeof clientToken === "string" ? clientToken : undefined;
}

/** Why a request was refused. `over`: the execution takes no further updates. */
export type JobRefusal = "version" | "over" | "other";

/** @returns undefined if it is no answer */
export function readRejected(
  text: string,
): { readonly clientToken: string; readonly refusal: JobRefusal } | undefined {
  const { clientToken, code } = membersOf(parseJson(text));
  if (typeof clientToken !== "string" || typeof code !== "string") return undefined;
  switch (code) {
    case "VersionMismatch":
      return { clientToken, refusal: "version" };
    case "InvalidStateTransition":
    case "ResourceNotFound":
    case "TerminalStateReached":
      return { clientToken, refusal: "over" };
    default:
      return { clientToken, refusal: "other" };
  }
}

/** @returns the job that is next now, if any; all is undefined if it is no notification */
export function readNotifyNext(text: string): { readonly jobId: string | undefined } | undefined {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return undefined;
  const { jobId } = membersOf(membersOf(value).execution);
  return { jobId: typeof jobId === "string" && isJobId(jobId) ? jobId : undefined };
}

function isCount(value: unknown): value is number {
  return isWhole(value, 0, Number.MAX_SAFE_INTEGER);
}
