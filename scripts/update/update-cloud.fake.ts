import type { ReportedStatus } from "../../host-sim/cloud/job-execution.ts";
import type { JobRequest } from "../../host-sim/cloud/job-request.ts";
import { Jobs } from "../../host-sim/cloud/jobs.ts";
import { UserError } from "../command-line/user-error.ts";
import type { CloudExecution, CloudJob, UpdateCloud } from "./update-cloud.ts";

/** A cloud in virtual time: the stand-in's jobs, and boxes that a test moves. */
export class FakeUpdateCloud implements UpdateCloud {
  readonly name = "the fake";
  readonly isLasting = true;
  readonly jobs = new Jobs();
  readonly streams = new Map<string, Uint8Array>();
  now = 0;
  /** the next calls that fail */
  failures = 0;
  readonly #things: readonly string[];

  constructor(things: readonly string[] = ["lot-1"]) {
    this.#things = things;
  }

  /** What a box says about its job. */
  report(jobId: string, thing: string, status: ReportedStatus, details = {}): void {
    this.jobs.update(jobId, thing, status, undefined, { statusDetails: details }, this.now);
  }

  async unknownOf(things: readonly string[]): Promise<readonly string[]> {
    return things.filter((thing) => !this.#things.includes(thing));
  }

  async createStream(streamId: string, firmware: Uint8Array): Promise<void> {
    if (!this.streams.has(streamId)) this.streams.set(streamId, firmware);
  }

  async createJob(request: JobRequest): Promise<void> {
    const outcome = this.jobs.create(request, this.now);
    if (outcome.type === "refused" && outcome.code !== "ResourceAlreadyExistsException") {
      throw new Error(outcome.message);
    }
  }

  async describeJob(jobId: string): Promise<CloudJob | undefined> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new UserError("the fake does not answer");
    }
    this.jobs.advance(this.now);
    const job = this.jobs.describe(jobId);
    if (job === undefined) return undefined;
    const { status, reasonCode } = job;
    return { status, ...(reasonCode === undefined ? {} : { reasonCode }) };
  }

  async listExecutions(jobId: string): Promise<readonly CloudExecution[]> {
    return this.jobs.executionsOfJob(jobId).map(({ thingName, status, statusDetails }) => ({
      thingName,
      status,
      details: statusDetails,
    }));
  }

  async cancelJob(jobId: string): Promise<void> {
    this.jobs.cancel(jobId, this.now, { force: true });
  }

  async close(): Promise<void> {}
}
