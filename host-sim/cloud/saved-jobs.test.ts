import assert from "node:assert/strict";
import fc from "fast-check";
import { Jobs } from "./jobs.ts";

const minuteMs = 60_000;

describe("saved jobs", () => {
  const request = {
    jobId: "j",
    targets: ["lot-1", "lot-2", "lot-3"],
    document: '{"a":1}',
    description: "d",
    jobExecutionsRolloutConfig: { maximumPerMinute: 2 },
    abortConfig: {
      criteriaList: [
        {
          failureType: "ALL",
          action: "CANCEL",
          thresholdPercentage: 50,
          minNumberOfExecutedThings: 3,
        },
      ],
    },
    timeoutConfig: { inProgressTimeoutInMinutes: 5 },
  } as const;

  function course(): Jobs {
    const jobs = new Jobs();
    jobs.create(request, 0);
    jobs.startNext("lot-1", {}, 1_000);
    const details = { statusDetails: { reason: "hash" } };
    jobs.update("j", "lot-2", "FAILED", undefined, details, 2_000);
    return jobs;
  }
  const restored = (jobs: Jobs) =>
    Jobs.restore(JSON.parse(JSON.stringify(jobs.state))) ?? assert.fail("it was refused");

  it("go on as if nothing had happened", () => {
    const original = course();
    const jobs = restored(original);
    for (const each of [original, jobs]) {
      each.advance(minuteMs);
      assert.equal(each.describeExecution("j", "lot-3")?.status, "QUEUED");
      each.update("j", "lot-3", "REJECTED", 1, {}, minuteMs + 1);
      each.create({ jobId: "k", targets: ["lot-1"], document: "{}" }, 2 * minuteMs);
      each.advance(10 * minuteMs);
    }
    assert.deepEqual(jobs.state, original.state);
    assert.deepEqual(jobs.describe("j"), original.describe("j"));
    assert.equal(jobs.describe("j")?.status, "CANCELED");
    assert.equal(jobs.describeExecution("j", "lot-1")?.status, "TIMED_OUT");
    assert.deepEqual(jobs.document("j"), { a: 1 });
  });

  it("are refused when they are something else", () => {
    const state = course().state;
    const wrong = [
      undefined,
      {},
      { ...state, jobs: [{}] },
      { ...state, jobs: state.jobs.map((job) => ({ ...job, status: "GONE" })) },
      {
        ...state,
        jobs: state.jobs.map((job) => ({ ...job, plan: { ...job.plan, jobId: "a/b" } })),
      },
      { ...state, executions: state.executions.map((each) => ({ ...each, order: -1 })) },
    ];
    for (const each of wrong) assert.equal(Jobs.restore(each), undefined, JSON.stringify(each));
    fc.assert(fc.property(fc.jsonValue(), (value) => void Jobs.restore(value)));
  });
});
