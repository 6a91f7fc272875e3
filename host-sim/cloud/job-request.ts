import * as v from "valibot";
import { isThingName } from "../../device/messages/topics.ts";
import { type JobLimits, longestTimeoutMinutes } from "./job-limits.ts";

/**
 * CreateJob's request, with AWS's names, so that the same object creates a job in AWS and here.
 * Times are in minutes.
 */
export interface JobRequest {
  /** 1 to 64 of `[A-Za-z0-9_-]` */
  readonly jobId: string;
  /** things, by name or by ARN; groups of things are not supported */
  readonly targets: readonly string[];
  /** JSON */
  readonly document: string;
  readonly description?: string;
  /** default: every target at once, up to 1,000 per minute */
  readonly jobExecutionsRolloutConfig?: RolloutConfig;
  readonly abortConfig?: { readonly criteriaList: readonly AbortCriteria[] };
  readonly timeoutConfig?: { readonly inProgressTimeoutInMinutes?: number };
}

export interface RolloutConfig {
  readonly maximumPerMinute?: number;
  readonly exponentialRate?: ExponentialRate;
}

/** The rate is multiplied by `incrementFactor` whenever one more threshold of things is reached. */
export interface ExponentialRate {
  readonly baseRatePerMinute: number;
  readonly incrementFactor: number;
  /** exactly one of them */
  readonly rateIncreaseCriteria: {
    readonly numberOfNotifiedThings?: number;
    readonly numberOfSucceededThings?: number;
  };
}

export interface AbortCriteria {
  readonly failureType: "FAILED" | "REJECTED" | "TIMED_OUT" | "ALL";
  readonly action: "CANCEL";
  /** failed ones among the notified ones; up to two decimals */
  readonly thresholdPercentage: number;
  /** how many must have been notified before the job can be aborted */
  readonly minNumberOfExecutedThings: number;
}

/** A valid {@link JobRequest}. */
export interface JobPlan {
  readonly jobId: string;
  readonly things: readonly string[];
  /** of the JSON in the request */
  readonly document: unknown;
  readonly description: string | undefined;
  readonly rollout: RolloutConfig;
  readonly abort: readonly AbortCriteria[];
  readonly inProgressTimeoutMinutes: number | undefined;
}

const count = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

const schemaFor = ({ notifiedPerMinute, targets, documentBytes }: JobLimits) =>
  v.object({
    jobId: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
    targets: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(targets)),
    document: v.pipe(v.string(), v.maxBytes(documentBytes)),
    description: v.exactOptional(v.pipe(v.string(), v.regex(/^\P{C}{0,2028}$/u))),
    jobExecutionsRolloutConfig: v.exactOptional(
      v.object({
        maximumPerMinute: v.exactOptional(count(1, notifiedPerMinute)),
        exponentialRate: v.exactOptional(
          v.object({
            baseRatePerMinute: count(1, notifiedPerMinute),
            incrementFactor: v.pipe(v.number(), v.minValue(1.1), v.maxValue(5)),
            rateIncreaseCriteria: v.union([
              v.strictObject({ numberOfNotifiedThings: count(1, Number.MAX_SAFE_INTEGER) }),
              v.strictObject({ numberOfSucceededThings: count(1, Number.MAX_SAFE_INTEGER) }),
            ]),
          }),
        ),
      }),
    ),
    abortConfig: v.exactOptional(
      v.object({
        criteriaList: v.pipe(
          v.array(
            v.object({
              failureType: v.picklist(["FAILED", "REJECTED", "TIMED_OUT", "ALL"]),
              action: v.literal("CANCEL"),
              thresholdPercentage: v.pipe(v.number(), v.gtValue(0), v.maxValue(100)),
              minNumberOfExecutedThings: count(1, Number.MAX_SAFE_INTEGER),
            }),
          ),
          v.minLength(1),
        ),
      }),
    ),
    timeoutConfig: v.exactOptional(
      v.object({
        inProgressTimeoutInMinutes: v.exactOptional(count(1, longestTimeoutMinutes)),
      }),
    ),
  });

/** @returns the plan, or what is wrong with the request in one line */
export function readJobRequest(request: JobRequest, limits: JobLimits): JobPlan | string {
  const read = v.safeParse(schemaFor(limits), request);
  if (!read.success) return `${pathOf(read.issues[0])} is missing or invalid`;
  const { jobId, targets, document, description, ...config } = read.output;
  const things: string[] = [];
  for (const target of targets) {
    const thing = /^arn:[^:]+:iot:[^:]*:[^:]*:thing\/(.+)$/.exec(target)?.[1] ?? target;
    if (!isThingName(thing)) return `targets has ${target}, which is not a thing`;
    if (!things.includes(thing)) things.push(thing);
  }
  const parsed = jsonOf(document);
  if (parsed === undefined) return "document is not JSON";
  return {
    jobId,
    things,
    document: parsed,
    description,
    rollout: config.jobExecutionsRolloutConfig ?? {},
    abort: config.abortConfig?.criteriaList ?? [],
    inProgressTimeoutMinutes: config.timeoutConfig?.inProgressTimeoutInMinutes,
  };
}

/** `timeoutConfig.inProgressTimeoutInMinutes`; shortened, because a sender may choose the names */
export function pathOf(issue: v.BaseIssue<unknown>): string {
  const path = issue.path?.map(({ key }) => String(key)).join(".") ?? "";
  return path === "" ? "The request" : path.slice(0, 100);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
