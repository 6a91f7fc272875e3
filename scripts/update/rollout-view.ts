import type { ExecutionStatus } from "../../host-sim/cloud/job-execution.ts";
import type { RolloutPlan } from "./rollout.ts";
import type { CloudExecution, CloudJob } from "./update-cloud.ts";

/** `later`: its stage has not begun. `waiting`: its job has not reached it. */
export type BoxState = "later" | "waiting" | ExecutionStatus;

/** What is known of one box in a rollout. */
export interface BoxView {
  readonly thing: string;
  /** of the firmware before; undefined: not known */
  readonly before: string | undefined;
  readonly state: BoxState;
  /** percent, while it is in progress */
  readonly progress: number | undefined;
  /** as the box wrote it: untrusted */
  readonly reason: string | undefined;
}

/** A stage, as its job is. Undefined job: it has not begun. */
export interface StageState {
  readonly job: CloudJob | undefined;
  readonly executions: readonly CloudExecution[];
}

/** Every box, in the order of the rollout. */
export function boxesOf(
  { stages }: Pick<RolloutPlan, "stages">,
  states: readonly StageState[],
  before: Readonly<Record<string, string>>,
): BoxView[] {
  return stages.flatMap((things, stage) =>
    things.map((thing): BoxView => {
      const { job, executions = [] } = states[stage] ?? {};
      const execution = executions.find(({ thingName }) => thingName === thing);
      const old = Object.hasOwn(before, thing) ? before[thing] : undefined;
      const none = { thing, before: old, progress: undefined, reason: undefined };
      if (job === undefined) return { ...none, state: "later" };
      // AWS makes no execution for a box that a cancelled job has not reached.
      if (execution === undefined) {
        return { ...none, state: job.status === "CANCELED" ? "CANCELED" : "waiting" };
      }
      const { status, details } = execution;
      return {
        ...none,
        state: status,
        progress: status === "IN_PROGRESS" ? percentOf(details.progress) : undefined,
        reason: details.reason,
      };
    }),
  );
}

export function isOver({ state }: Pick<BoxView, "state">): boolean {
  return state !== "later" && state !== "waiting" && state !== "QUEUED" && state !== "IN_PROGRESS";
}

/** Whether the stage has ended, and whether the next one may begin. */
export function stageEnd(
  boxes: readonly BoxView[],
  job: CloudJob,
  stopAtPercent: number,
): "goes-on" | "well" | "badly" {
  if (!boxes.every(isOver)) return "goes-on";
  const failed = boxes.filter(({ state }) => state !== "SUCCEEDED").length;
  const isBad = job.status === "CANCELED" || failed * 100 >= stopAtPercent * boxes.length;
  return isBad && failed > 0 ? "badly" : "well";
}

function percentOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,3}$/.test(text)) return undefined;
  return Math.min(100, Number(text));
}
