import assert from "node:assert/strict";
import { jobRequestOf, type RolloutPlan } from "./rollout.ts";
import type { UpdateCloud } from "./update-cloud.ts";

export const planFor = (...stages: readonly (readonly string[])[]): RolloutPlan => ({
  id: "update-1-2-3-20260731-141500-x7f3",
  version: "1.2.3",
  signed: { operation: "firmware-update", manifest: "e30=", signature: "MAA=" },
  stages,
  pace: { perMinute: 20, stopAtPercent: 20, timeoutMinutes: 60 },
});

/** @param open a cloud that knows the box lot-1 alone */
export function updateCloudContract(open: () => Promise<UpdateCloud>): void {
  const plan = planFor(["lot-1"]);
  const jobId = `${plan.id}-1`;
  let cloud: UpdateCloud;

  beforeEach(async () => {
    cloud = await open();
  });
  afterEach(() => cloud.close());

  it("knows its boxes", async () => {
    assert.deepEqual(await cloud.unknownOf(["lot-1", "lot-9"]), ["lot-9"]);
  });

  it("makes a stream and a job once, however often it is asked", async () => {
    assert.equal(await cloud.describeJob(jobId), undefined);
    for (let time = 0; time < 2; time++) {
      await cloud.createStream(plan.id, Uint8Array.from([1, 2, 3]));
      await cloud.createJob(jobRequestOf(plan, 0));
      assert.equal((await cloud.describeJob(jobId))?.status, "IN_PROGRESS");
      assert.deepEqual(await cloud.listExecutions(jobId), [
        { thingName: "lot-1", status: "QUEUED", details: {} },
      ]);
    }
  });

  it("cancels a job, and leaves it cancelled", async () => {
    await cloud.createStream(plan.id, Uint8Array.from([1]));
    await cloud.createJob(jobRequestOf(plan, 0));
    for (let time = 0; time < 2; time++) {
      await cloud.cancelJob(jobId);
      assert.equal((await cloud.describeJob(jobId))?.status, "CANCELED");
    }
  });
}
