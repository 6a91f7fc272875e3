import type { Execution } from "./job-execution.ts";
import type { JobDescription } from "./job-record.ts";

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

export function refused(code: JobRefusal["code"], message: string): JobRefusal {
  return { type: "refused", code, message };
}
