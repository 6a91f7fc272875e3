import { UserError } from "../command-line/user-error.ts";
import { jobIdOf, jobRequestOf, type RolloutPlan } from "./rollout.ts";
import { type BoxView, boxesOf, type StageState, stageEnd } from "./rollout-view.ts";
import type { UpdateCloud } from "./update-cloud.ts";

export interface FollowOptions {
  readonly cloud: UpdateCloud;
  readonly plan: RolloutPlan;
  /** the boxes' firmware before */
  readonly before: Readonly<Record<string, string>>;
  /** the bytes of firmware.bin */
  readonly firmware: Uint8Array;
  readonly pollMs: number;
  /** aborted: the person wants to leave */
  readonly signal: AbortSignal;
  readonly onBoxes: (boxes: readonly BoxView[]) => void;
  readonly onNote: (text: string) => void;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** milliseconds; only differences count */
  readonly now: () => number;
}

export interface RolloutEnd {
  /** `left`: it was aborted. `stopped`: too many boxes have failed, or it was cancelled */
  readonly type: "done" | "stopped" | "left";
  readonly boxes: readonly BoxView[];
}

/** A cloud that does not answer for longer is given up. */
const patienceMs = 10 * 60_000;
const longestPauseMs = 60_000;

/**
 * Carries out a rollout, or continues it: makes what is not there yet, and looks again and again until
 * all boxes have ended.
 * @throws UserError when something cannot be made, or the cloud stays away
 */
export async function followRollout(options: FollowOptions): Promise<RolloutEnd> {
  const { plan, signal } = options;
  const states: StageState[] = [];
  const boxes = () => boxesOf(plan, states, options.before);
  for (const [stage, things] of plan.stages.entries()) {
    const job = await begin(options, stage);
    states[stage] = { job, executions: [] };
    for (;;) {
      const state = await look(options, stage);
      if (state === undefined) return { type: "left", boxes: boxes() };
      states[stage] = state;
      const all = boxes();
      options.onBoxes(all);
      const own = all.filter(({ thing }) => things.includes(thing));
      const end = stageEnd(own, state.job ?? job, plan.pace.stopAtPercent);
      if (end === "badly") return { type: "stopped", boxes: all };
      if (end === "well") break;
      if (signal.aborted) return { type: "left", boxes: all };
      await options.sleep(options.pollMs, signal);
    }
    if (signal.aborted && stage < plan.stages.length - 1) return { type: "left", boxes: boxes() };
  }
  return { type: "done", boxes: boxes() };
}

/** The stage's job; made, if it is not there. */
async function begin({ cloud, plan, firmware }: FollowOptions, stage: number) {
  const jobId = jobIdOf(plan, stage);
  const known = await cloud.describeJob(jobId);
  if (known !== undefined && cloud.isLasting) return known;
  await cloud.createStream(plan.id, firmware);
  if (known !== undefined) return known;
  await cloud.createJob(jobRequestOf(plan, stage));
  return { status: "IN_PROGRESS" } as const;
}

/**
 * The stage as it is now. A cloud that does not answer is asked again, because the boxes go on without
 * this process.
 * @returns undefined: the person has left meanwhile
 */
async function look(options: FollowOptions, stage: number): Promise<StageState | undefined> {
  const { cloud, plan, signal, now } = options;
  const jobId = jobIdOf(plan, stage);
  const since = now();
  for (let pause = options.pollMs; ; pause = Math.min(longestPauseMs, 2 * pause)) {
    try {
      // The job first: what its executions say is not older then.
      const job = await cloud.describeJob(jobId);
      if (job === undefined) {
        throw new GoneError(
          `${cloud.name} has no job ${jobId} any more: it was deleted, or a stand-in was restarted`,
        );
      }
      return { job, executions: await cloud.listExecutions(jobId) };
    } catch (error) {
      const isFinal = error instanceof GoneError || now() - since >= patienceMs;
      if (isFinal || !(error instanceof UserError)) throw error;
      options.onNote(`${error.message} (trying again)`);
    }
    await options.sleep(pause, signal);
    if (signal.aborted) return undefined;
  }
}

class GoneError extends UserError {
  override readonly name = "GoneError";
}
