import {
  CancelJobCommand,
  CreateJobCommand,
  CreateStreamCommand,
  DescribeJobCommand,
  DescribeJobExecutionCommand,
  DescribeThingCommand,
  IoTClient,
  paginateListJobExecutionsForJob,
} from "@aws-sdk/client-iot";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type ExecutionStatus, executionStatuses } from "../../host-sim/cloud/job-execution.ts";
import type { JobRequest } from "../../host-sim/cloud/job-request.ts";
import { UserError } from "../command-line/user-error.ts";
import { explain, nameOf, unless } from "../provision/aws-errors.ts";
import type { CloudExecution, CloudJob, UpdateCloud } from "./update-cloud.ts";

export interface AwsUpdateOptions {
  readonly region: string;
  /** the bucket in which the firmware is put */
  readonly bucket: string;
  /** the role with which AWS IoT reads it */
  readonly roleArn: string;
  /** of all of AWS's services, for an emulator */
  readonly endpointUrl?: string | undefined;
  readonly profile?: string | undefined;
}

/** How often a call is sent when AWS throttles or fails. The SDK backs off with jitter. */
const maxAttempts = 6;
/** DescribeJobExecution: requests that are under way at once. AWS allows ten a second. */
const describedAtOnce = 5;

/** AWS IoT Jobs and Streams, through the AWS SDK. */
export class AwsUpdateCloud implements UpdateCloud {
  readonly name: string;
  readonly isLasting = true;
  readonly #options: AwsUpdateOptions;
  readonly #iot: IoTClient;
  readonly #s3: S3Client;
  readonly #arns = new Map<string, string>();
  /** by job and thing: what AWS said last, which is not asked again until its summary differs */
  readonly #seen = new Map<
    string,
    { readonly summary: string; readonly execution: CloudExecution }
  >();

  constructor(options: AwsUpdateOptions) {
    const { region, endpointUrl, profile } = options;
    // The SDK's warning about Node's version is for its maintainers, not for who updates boxes.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
    const configuration = {
      region,
      maxAttempts,
      ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
      ...(profile === undefined ? {} : { profile }),
      requestHandler: { connectionTimeout: 10_000, requestTimeout: 60_000 },
    };
    this.#options = options;
    this.#iot = new IoTClient(configuration);
    // An emulator has no host name for each bucket.
    this.#s3 = new S3Client({ ...configuration, forcePathStyle: endpointUrl !== undefined });
    const url = endpointUrl === undefined ? "" : ` (${new URL(endpointUrl).host})`;
    this.name = `AWS IoT Core in ${region}${url}`;
  }

  async unknownOf(things: readonly string[]): Promise<readonly string[]> {
    const unknown: string[] = [];
    for (const thing of things) if ((await this.#arnOf(thing)) === undefined) unknown.push(thing);
    return unknown;
  }

  async createStream(streamId: string, firmware: Uint8Array): Promise<void> {
    const { bucket, roleArn } = this.#options;
    const key = `boom-box/${streamId}/firmware.bin`;
    await this.#do("s3:PutObject", () =>
      this.#s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: firmware })),
    );
    const files = [{ fileId: 0, s3Location: { bucket, key } }];
    await this.#unless("ResourceAlreadyExistsException", "iot:CreateStream", () =>
      this.#iot.send(new CreateStreamCommand({ streamId, files, roleArn })),
    );
  }

  async createJob(request: JobRequest): Promise<void> {
    const targets: string[] = [];
    for (const thing of request.targets) {
      const arn = await this.#arnOf(thing);
      if (arn === undefined) throw new UserError(`${this.name} has no thing ${thing} any more`);
      targets.push(arn);
    }
    const { abortConfig, ...rest } = request;
    const criteriaList = [...(abortConfig?.criteriaList ?? [])];
    await this.#unless("ResourceAlreadyExistsException", "iot:CreateJob", () =>
      this.#iot.send(new CreateJobCommand({ ...rest, targets, abortConfig: { criteriaList } })),
    );
  }

  async describeJob(jobId: string): Promise<CloudJob | undefined> {
    const found = await this.#unlessAbsent("iot:DescribeJob", () =>
      this.#iot.send(new DescribeJobCommand({ jobId })),
    );
    if (found?.job === undefined) return undefined;
    const { status, reasonCode } = found.job;
    return {
      // A job that is being deleted makes no progress either.
      status: status === "COMPLETED" || status === "CANCELED" ? status : "IN_PROGRESS",
      ...(reasonCode === undefined ? {} : { reasonCode }),
    };
  }

  async listExecutions(jobId: string): Promise<readonly CloudExecution[]> {
    const summaries = await this.#do("iot:ListJobExecutionsForJob", async () => {
      const found: { thingName: string; status: ExecutionStatus; summary: string }[] = [];
      const client = this.#iot;
      for await (const page of paginateListJobExecutionsForJob({ client }, { jobId })) {
        for (const { thingArn = "", jobExecutionSummary } of page.executionSummaries ?? []) {
          const status = statusOf(jobExecutionSummary?.status);
          const thingName = thingArn.slice(thingArn.lastIndexOf("/") + 1);
          found.push({ thingName, status, summary: JSON.stringify(jobExecutionSummary) });
        }
      }
      return found;
    });
    const executions: CloudExecution[] = [];
    for (let at = 0; at < summaries.length; at += describedAtOnce) {
      const some = summaries.slice(at, at + describedAtOnce);
      executions.push(...(await Promise.all(some.map((each) => this.#withDetails(jobId, each)))));
    }
    return executions;
  }

  async cancelJob(jobId: string): Promise<void> {
    const comment = "boom-box update --cancel";
    await this.#do("iot:CancelJob", async () => {
      try {
        await this.#iot.send(new CancelJobCommand({ jobId, comment, force: true }));
      } catch (error) {
        // It has ended meanwhile.
        if (nameOf(error) !== "InvalidRequestException") throw error;
        const job = await this.describeJob(jobId);
        if (job?.status === "IN_PROGRESS") throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.#iot.destroy();
    this.#s3.destroy();
  }

  /** The list has no details, so each execution that has changed is asked for them. */
  async #withDetails(
    jobId: string,
    {
      thingName,
      status,
      summary,
    }: Readonly<Record<"thingName" | "summary", string>> & {
      readonly status: ExecutionStatus;
    },
  ): Promise<CloudExecution> {
    const key = `${jobId}/${thingName}`;
    const seen = this.#seen.get(key);
    if (seen?.summary === summary) return seen.execution;
    if (status === "QUEUED") return { thingName, status, details: {} };
    const found = await this.#unlessAbsent("iot:DescribeJobExecution", () =>
      this.#iot.send(new DescribeJobExecutionCommand({ jobId, thingName })),
    );
    const details = { ...found?.execution?.statusDetails?.detailsMap };
    const latest = found?.execution?.status;
    const execution = {
      thingName,
      status: latest === undefined ? status : statusOf(latest),
      details,
    };
    this.#seen.set(key, { summary, execution });
    return execution;
  }

  async #arnOf(thingName: string): Promise<string | undefined> {
    const known = this.#arns.get(thingName);
    if (known !== undefined) return known;
    const found = await this.#unlessAbsent("iot:DescribeThing", () =>
      this.#iot.send(new DescribeThingCommand({ thingName })),
    );
    const arn = found?.thingArn;
    if (arn !== undefined) this.#arns.set(thingName, arn);
    return arn;
  }

  async #do<T>(action: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw this.#explain(error, action);
    }
  }

  #explain(error: unknown, action: string): UserError {
    const { bucket, region } = this.#options;
    switch (nameOf(error)) {
      case "NoSuchBucket":
        return new UserError(
          `there is no bucket ${bucket}: make one in ${region}, or name another one with --bucket`,
          { cause: error },
        );
      case "PermanentRedirect":
        return new UserError(
          `the bucket ${bucket} is in another region than ${region}: name one there with --bucket`,
          { cause: error },
        );
      default:
        return explain(error, action, this.name);
    }
  }

  #unless<T>(name: string, action: string, call: () => Promise<T>): Promise<T | undefined> {
    return this.#do(action, () => unless(name, call));
  }

  #unlessAbsent<T>(action: string, call: () => Promise<T>): Promise<T | undefined> {
    return this.#unless("ResourceNotFoundException", action, call);
  }
}

function statusOf(text: string | undefined): ExecutionStatus {
  return executionStatuses.find((each) => each === text) ?? "QUEUED";
}
