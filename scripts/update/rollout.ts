import type { SignedManifest } from "../../device/messages/update.ts";
import type { JobRequest } from "../../host-sim/cloud/job-request.ts";

/** How fast a rollout goes, and when it stops. */
export interface Pace {
  /** boxes that begin within a minute, at most */
  readonly perMinute: number;
  /** a stage of which this share has failed is the last one */
  readonly stopAtPercent: number;
  /** minutes from a box's first answer to its last one */
  readonly timeoutMinutes: number;
}

/** One firmware for some boxes: first one box alone, then the others. Pure. */
export interface RolloutPlan {
  /** of the stream too; each stage's job adds its number */
  readonly id: string;
  readonly version: string;
  readonly signed: SignedManifest;
  /** names of boxes; a stage begins when the one before has ended well */
  readonly stages: readonly (readonly string[])[];
  readonly pace: Pace;
}

/** AWS: targets of one job. */
const boxesOfOneJob = 100;
/** The waves of a later stage: how many boxes begin in the first minute. */
const firstWave = 5;

/** The first box alone, because a firmware that fails on all boxes must not reach the second one. */
export function stagesOf(things: readonly string[]): string[][] {
  const [first, ...rest] = things;
  if (first === undefined) throw new RangeError("a rollout without a box");
  const stages = [[first]];
  for (let at = 0; at < rest.length; at += boxesOfOneJob) {
    stages.push(rest.slice(at, at + boxesOfOneJob));
  }
  return stages;
}

/**
 * `update-1-2-3-20260731-141500-x7f3`
 * @param suffix makes it unique: 4 of `[a-z0-9]`
 */
export function rolloutId(version: string, now: Date, suffix: string): string {
  const [day = "", time = ""] = now.toISOString().split("T");
  const digits = `${day.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}`;
  return `update-${version.replaceAll(".", "-")}-${digits}-${suffix}`;
}

export function isRolloutId(text: string): boolean {
  return /^update-\d{1,5}-\d{1,5}-\d{1,5}-\d{8}-\d{6}-[a-z0-9]{4}$/.test(text);
}

/** @param stage 0 for the first one */
export function jobIdOf({ id }: Pick<RolloutPlan, "id">, stage: number): string {
  return `${id}-${stage + 1}`;
}

/** The same for AWS, the stand-in and our own topics. */
export function jobRequestOf(plan: RolloutPlan, stage: number): JobRequest {
  const { perMinute, stopAtPercent, timeoutMinutes } = plan.pace;
  const targets = plan.stages[stage] ?? [];
  const document = { ...plan.signed, stream: plan.id, file: 0 };
  return {
    jobId: jobIdOf(plan, stage),
    targets,
    document: JSON.stringify(document),
    description: `firmware ${plan.version}: stage ${stage + 1} of ${plan.stages.length}`,
    jobExecutionsRolloutConfig: {
      maximumPerMinute: perMinute,
      exponentialRate: {
        baseRatePerMinute: Math.min(perMinute, firstWave),
        incrementFactor: 2,
        rateIncreaseCriteria: { numberOfSucceededThings: firstWave },
      },
    },
    abortConfig: {
      criteriaList: [
        {
          failureType: "ALL",
          action: "CANCEL",
          thresholdPercentage: stopAtPercent,
          // Of few boxes, one failure is many percent.
          minNumberOfExecutedThings: Math.min(targets.length, firstWave),
        },
      ],
    },
    timeoutConfig: { inProgressTimeoutInMinutes: timeoutMinutes },
  };
}
