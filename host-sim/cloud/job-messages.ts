import * as v from "valibot";
import type { Execution } from "./job-execution.ts";
import { type JobLimits, longestTimeoutMinutes } from "./job-limits.ts";
import { pathOf } from "./job-request.ts";
import { executionOf, secondsOf, stateOf, summaryOf } from "./job-wire.ts";
import type { Jobs } from "./jobs.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What is published to a thing; `path` follows its root. */
export interface PathAnswer {
  readonly path: string;
  readonly payload: string | Uint8Array;
}

/** Why a device's request is rejected, as AWS's ErrorResponse names it. */
type RejectionCode =
  | "InvalidTopic"
  | "InvalidJson"
  | "InvalidRequest"
  | "InvalidStateTransition"
  | "ResourceNotFound"
  | "VersionMismatch"
  | "RequestThrottled"
  | "TerminalStateReached";

type Reply =
  | { readonly type: "accepted"; readonly fields: object }
  | {
      readonly type: "rejected";
      readonly code: RejectionCode;
      readonly message: string;
      /** its state is in the answer */
      readonly execution?: Execution;
    };

const minutes = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(longestTimeoutMinutes));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
/** AWS's own examples write it both ways. */
const version = v.union([positive, v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))]);

/** Valibot takes a list for an object. */
const notList = v.custom<object>((value) => !Array.isArray(value));

const schemasFor = (limits: JobLimits) => {
  const clientToken = v.exactOptional(v.pipe(v.string(), v.maxLength(limits.clientTokenLength)));
  const statusDetails = v.exactOptional(
    v.pipe(
      notList,
      v.record(
        v.pipe(v.string(), v.regex(/^[\w:-]{1,128}$/)),
        v.pipe(v.string(), v.regex(/^\P{C}+$/u), v.maxLength(limits.statusDetailLength)),
      ),
      v.maxEntries(limits.statusDetails),
    ),
  );
  return {
    get: v.object({ clientToken }),
    startNext: v.object({
      clientToken,
      statusDetails,
      stepTimeoutInMinutes: v.exactOptional(minutes),
    }),
    describe: v.object({
      clientToken,
      executionNumber: v.exactOptional(positive),
      includeJobDocument: v.exactOptional(v.boolean()),
    }),
    update: v.object({
      clientToken,
      status: v.picklist(["IN_PROGRESS", "SUCCEEDED", "FAILED", "REJECTED"]),
      statusDetails,
      expectedVersion: v.exactOptional(version),
      executionNumber: v.exactOptional(positive),
      includeJobExecutionState: v.exactOptional(v.boolean()),
      includeJobDocument: v.exactOptional(v.boolean()),
      stepTimeoutInMinutes: v.exactOptional(v.union([minutes, v.literal(-1)])),
    }),
  };
};

/**
 * AWS IoT Jobs's MQTT operations for devices: GetPendingJobExecutions, DescribeJobExecution,
 * StartNextPendingJobExecution, UpdateJobExecution (developer guide, "Jobs device MQTT API
 * operations"). Everything in a request is untrusted.
 */
export class JobMessages {
  readonly #jobs: Jobs;
  readonly #schemas: ReturnType<typeof schemasFor>;
  readonly #reads: TokenBucket;
  readonly #writes: TokenBucket;

  constructor(jobs: Jobs, now: number) {
    const { readsPerSecond, writesPerSecond } = jobs.limits;
    this.#jobs = jobs;
    this.#schemas = schemasFor(jobs.limits);
    this.#reads = new TokenBucket(readsPerSecond, readsPerSecond, now);
    this.#writes = new TokenBucket(writesPerSecond, writesPerSecond, now);
  }

  /** `path`: what follows the root of `thingName`. Undefined: it is none of the operations. */
  answer(
    thingName: string,
    path: string,
    payload: Uint8Array,
    now: number,
  ): PathAnswer | undefined {
    const [service, id = "", operation, ...rest] = path.split("/");
    if (service !== "jobs" || rest.length > 0) return undefined;
    const known =
      operation === undefined
        ? id === "get" || id === "start-next"
        : operation === "get" || operation === "update";
    if (!known) return undefined;
    const request = readJson(payload);
    const reply = this.#reply(thingName, id, operation, request, now);
    const { type } = reply;
    const fields = type === "accepted" ? reply.fields : rejectionOf(reply);
    const clientToken = this.#tokenOf(request);
    const answer = JSON.stringify({ ...fields, timestamp: secondsOf(now), clientToken });
    return { path: `${path}/${type}`, payload: answer };
  }

  #reply(
    thingName: string,
    id: string,
    operation: string | undefined,
    request: unknown,
    now: number,
  ): Reply {
    const bucket = id === "start-next" || operation === "update" ? this.#writes : this.#reads;
    if (!bucket.take(1, now)) return rejected("RequestThrottled", "Too many requests");
    if (request === undefined) return rejected("InvalidJson", "The request is not JSON");
    if (Array.isArray(request)) return rejected("InvalidRequest", "The request is a list");
    this.#jobs.advance(now);
    if (operation === "get") return this.#describe(thingName, id, request);
    if (operation === "update") return this.#update(thingName, id, request, now);
    return id === "get"
      ? this.#getPending(thingName, request)
      : this.#startNext(thingName, request, now);
  }

  #getPending(thingName: string, request: unknown): Reply {
    const read = v.safeParse(this.#schemas.get, request);
    if (!read.success) return invalid(read.issues[0]);
    const pending = this.#jobs.pendingOf(thingName).slice(0, this.#jobs.limits.listed);
    const listOf = (status: string) =>
      pending.filter((execution) => execution.status === status).map(summaryOf);
    return accepted({ inProgressJobs: listOf("IN_PROGRESS"), queuedJobs: listOf("QUEUED") });
  }

  #startNext(thingName: string, request: unknown, now: number): Reply {
    const read = v.safeParse(this.#schemas.startNext, request);
    if (!read.success) return invalid(read.issues[0]);
    const execution = this.#jobs.startNext(thingName, read.output, now);
    return accepted({ execution: execution && executionOf(execution, this.#jobs) });
  }

  #describe(thingName: string, id: string, request: unknown): Reply {
    const read = v.safeParse(this.#schemas.describe, request);
    if (!read.success) return invalid(read.issues[0]);
    const { executionNumber = 1, includeJobDocument } = read.output;
    const written = (execution: Execution) =>
      executionOf(execution, this.#jobs, includeJobDocument);
    if (id === "$next") {
      const [next] = this.#jobs.pendingOf(thingName);
      return accepted({ execution: next && written(next) });
    }
    const execution = this.#jobs.describeExecution(id, thingName);
    if (execution?.executionNumber !== executionNumber) return notFound;
    return execution.status === "QUEUED" || execution.status === "IN_PROGRESS"
      ? accepted({ execution: written(execution) })
      : rejected("TerminalStateReached", `The execution is ${execution.status}`);
  }

  #update(thingName: string, id: string, request: unknown, now: number): Reply {
    if (id === "$next") return rejected("InvalidTopic", "$next cannot be updated");
    const read = v.safeParse(this.#schemas.update, request);
    if (!read.success) return invalid(read.issues[0]);
    const { status, expectedVersion, executionNumber = 1, ...fields } = read.output;
    if (executionNumber !== 1) return notFound;
    const outcome = this.#jobs.update(id, thingName, status, expectedVersion, fields, now);
    switch (outcome.type) {
      case "not-found":
        return notFound;
      case "version-mismatch": {
        const { execution } = outcome;
        const message = `The version is ${execution.versionNumber}`;
        return { ...rejected("VersionMismatch", message), execution };
      }
      case "illegal": {
        const { execution } = outcome;
        const message = `${execution.status} cannot become ${status}`;
        return { ...rejected("InvalidStateTransition", message), execution };
      }
      case "updated": {
        const { includeJobExecutionState, includeJobDocument } = fields;
        return accepted({
          executionState: includeJobExecutionState ? stateOf(outcome.execution) : undefined,
          jobDocument: includeJobDocument ? this.#jobs.document(id) : undefined,
        });
      }
    }
  }

  /** What is sent back of a client's token: nothing when it is not valid. */
  #tokenOf(request: unknown): string | undefined {
    const read = v.safeParse(this.#schemas.get, request);
    return read.success ? read.output.clientToken : undefined;
  }
}

const notFound = rejected("ResourceNotFound", "The thing has no such job execution");

function accepted(fields: object): Reply {
  return { type: "accepted", fields };
}

function rejected(code: RejectionCode, message: string): Extract<Reply, { type: "rejected" }> {
  return { type: "rejected", code, message };
}

function invalid(issue: v.BaseIssue<unknown>): Reply {
  return rejected("InvalidRequest", `${pathOf(issue)} is missing or invalid`);
}

function rejectionOf({ code, message, execution }: Extract<Reply, { type: "rejected" }>): object {
  return { code, message, executionState: execution && stateOf(execution) };
}

/** JSON's value; undefined: it is none. An empty payload is an empty request. */
function readJson(payload: Uint8Array): unknown {
  if (payload.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}
