import type { ExecutionStatus } from "../../host-sim/cloud/job-execution.ts";
import type { JobRequest } from "../../host-sim/cloud/job-request.ts";

/**
 * What a rollout needs of AWS IoT Jobs and Streams, by AWS's names: AWS itself, the stand-in, or this
 * process on any other broker. Every call can be repeated: what is there already is left as it is.
 *
 * Every call can throw a UserError of one line that says what to do.
 */
export interface UpdateCloud {
  /** for messages: `AWS IoT Core in eu-central-1` */
  readonly name: string;
  /** whether jobs go on when this process ends */
  readonly isLasting: boolean;
  /** those of the boxes that it does not know */
  unknownOf(things: readonly string[]): Promise<readonly string[]>;
  /** CreateStream, with the firmware as file 0 */
  createStream(streamId: string, firmware: Uint8Array): Promise<void>;
  /** CreateJob; the targets are names of things */
  createJob(request: JobRequest): Promise<void>;
  /** DescribeJob; undefined: there is none */
  describeJob(jobId: string): Promise<CloudJob | undefined>;
  /** ListJobExecutionsForJob, with the details of each; boxes that are not told yet are missing */
  listExecutions(jobId: string): Promise<readonly CloudExecution[]>;
  /** CancelJob; a job that has ended stays as it is */
  cancelJob(jobId: string): Promise<void>;
  close(): Promise<void>;
}

export interface CloudJob {
  readonly status: "IN_PROGRESS" | "COMPLETED" | "CANCELED";
  /** `ABORTED` and similar, when it was cancelled */
  readonly reasonCode?: string;
}

/** One job on one box. */
export interface CloudExecution {
  readonly thingName: string;
  readonly status: ExecutionStatus;
  /** what the box says: untrusted texts by name */
  readonly details: Readonly<Record<string, string>>;
}
