import assert from "node:assert/strict";
import { followRollout, type RolloutEnd } from "./follow-rollout.ts";
import { jobIdOf, stagesOf } from "./rollout.ts";
import type { BoxView } from "./rollout-view.ts";
import { planFor } from "./update-cloud.contract.ts";
import { FakeUpdateCloud } from "./update-cloud.fake.ts";

const pollMs = 5_000;

describe("a rollout", () => {
  let cloud: FakeUpdateCloud;
  let leaving: AbortController;
  let notes: string[];
  let seen: (readonly BoxView[])[];

  beforeEach(() => {
    cloud = new FakeUpdateCloud();
    leaving = new AbortController();
    notes = [];
    seen = [];
  });

  /** @param during called in each pause, counted from 1 */
  function follow(things: readonly string[], during: (pause: number) => void): Promise<RolloutEnd> {
    let pauses = 0;
    return followRollout({
      cloud,
      plan: planFor(...stagesOf(things)),
      before: { "lot-1": "1.0.0" },
      firmware: Uint8Array.from([1]),
      pollMs,
      signal: leaving.signal,
      onBoxes: (boxes) => seen.push(boxes),
      onNote: (text) => notes.push(text),
      sleep: async (ms) => {
        cloud.now += ms;
        pauses += 1;
        assert.ok(pauses < 1_000, "it goes on for ever");
        during(pauses);
      },
      now: () => cloud.now,
    });
  }
  const job = (stage: number) => jobIdOf(planFor(), stage);
  const states = ({ boxes }: RolloutEnd) => boxes.map(({ state }) => state);

  it("updates the first box alone, and the others when it has succeeded", async () => {
    const end = await follow(["lot-1", "lot-2", "lot-3"], (pause) => {
      if (pause === 1) {
        assert.equal(cloud.jobs.describe(job(1)), undefined);
        cloud.report(job(0), "lot-1", "IN_PROGRESS", { progress: "30" });
      }
      if (pause === 2) cloud.report(job(0), "lot-1", "SUCCEEDED");
      if (pause === 4)
        for (const thing of ["lot-2", "lot-3"]) cloud.report(job(1), thing, "SUCCEEDED");
    });
    assert.equal(end.type, "done");
    assert.deepEqual(states(end), ["SUCCEEDED", "SUCCEEDED", "SUCCEEDED"]);
    const [first] = seen.at(1) ?? [];
    const progress = { state: "IN_PROGRESS", progress: 30, reason: undefined };
    assert.deepEqual(first, { thing: "lot-1", before: "1.0.0", ...progress });
    assert.deepEqual(cloud.jobs.document(job(1)), {
      ...planFor().signed,
      stream: planFor().id,
      file: 0,
    });
    assert.deepEqual([...cloud.streams.keys()], [planFor().id]);
  });

  it("stops after the first box when that fails, whatever the reason", async () => {
    for (const status of ["FAILED", "REJECTED"] as const) {
      cloud = new FakeUpdateCloud();
      const end = await follow(["lot-1", "lot-2"], () => {
        cloud.report(job(0), "lot-1", status, { reason: "network" });
      });
      assert.equal(end.type, "stopped");
      assert.deepEqual(states(end), [status, "later"]);
      assert.equal(end.boxes[0]?.reason, "network");
      assert.equal(cloud.jobs.describe(job(1)), undefined);
    }
  });

  it("stops in the middle of a stage when too many fail", async () => {
    const things = Array.from({ length: 40 }, (_none, index) => `lot-${index + 1}`);
    const end = await follow(things, (pause) => {
      if (pause === 1) cloud.report(job(0), "lot-1", "SUCCEEDED");
      for (const { thingName } of cloud.jobs.executionsOfJob(job(1), "QUEUED")) {
        cloud.report(job(1), thingName, thingName === "lot-3" ? "FAILED" : "SUCCEEDED");
      }
    });
    // One of the first five is a fifth. Those that have not begun keep their firmware.
    assert.equal(end.type, "stopped");
    assert.equal(states(end).filter((state) => state === "CANCELED").length, 37);
  });

  it("goes to the next hundred although a few have failed, and says so at the end", async () => {
    const things = Array.from({ length: 150 }, (_none, index) => `lot-${index + 1}`);
    const end = await follow(things, () => {
      for (const stage of [0, 1, 2]) {
        for (const { thingName } of cloud.jobs.executionsOfJob(job(stage), "QUEUED")) {
          const fails = thingName === "lot-50";
          cloud.report(job(stage), thingName, fails ? "FAILED" : "SUCCEEDED");
        }
      }
    });
    assert.equal(end.type, "done");
    assert.equal(states(end).filter((state) => state === "SUCCEEDED").length, 149);
  });

  it("times out a box that begins and never ends", async () => {
    const end = await follow(["lot-1"], (pause) => {
      if (pause === 1) cloud.report(job(0), "lot-1", "IN_PROGRESS");
    });
    assert.deepEqual(states(end), ["TIMED_OUT"]);
    assert.equal(end.type, "stopped");
  });

  it("is left, and continued without making anything twice", async () => {
    const left = await follow(["lot-1", "lot-2"], () => leaving.abort());
    assert.equal(left.type, "left");
    assert.deepEqual(states(left), ["QUEUED", "later"]);
    leaving = new AbortController();
    const end = await follow(["lot-1", "lot-2"], () => {
      for (const stage of [0, 1]) {
        for (const { thingName } of cloud.jobs.executionsOfJob(job(stage), "QUEUED")) {
          cloud.report(job(stage), thingName, "SUCCEEDED");
        }
      }
    });
    assert.deepEqual(states(end), ["SUCCEEDED", "SUCCEEDED"]);
  });

  it("asks again when the cloud does not answer, and gives up after ten minutes", async () => {
    const end = await follow(["lot-1"], (pause) => {
      if (pause === 1) cloud.failures = 3;
      if (pause === 3) cloud.report(job(0), "lot-1", "SUCCEEDED");
    });
    assert.equal(end.type, "done");
    assert.deepEqual(notes, Array(3).fill("the fake does not answer (trying again)"));
    cloud = new FakeUpdateCloud();
    const since = cloud.now;
    await assert.rejects(
      follow(["lot-1"], () => {
        cloud.failures = 1_000;
      }),
      { name: "UserError", message: "the fake does not answer" },
    );
    assert.ok(cloud.now - since >= 600_000);
  });
});
