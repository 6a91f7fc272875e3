import assert from "node:assert/strict";
import type { AbortCriteria, JobRequest, RolloutConfig } from "./job-request.ts";
import { Jobs } from "./jobs.ts";

const minuteMs = 60_000;
const job = (jobId: string, targets: readonly string[], more: Partial<JobRequest> = {}) => ({
  jobId,
  targets,
  document: '{"operation":"test"}',
  ...more,
});
const boxes = (count: number) =>
  Array.from({ length: count }, (_none, index) => `lot-${index + 1}`);

describe("Jobs", () => {
  let jobs: Jobs;

  beforeEach(() => {
    jobs = new Jobs();
  });

  /** Starts what is next for the thing and reports how it ended. */
  function run(thing: string, status: "SUCCEEDED" | "FAILED" | "REJECTED", now: number): void {
    const execution = jobs.startNext(thing, {}, now);
    assert.ok(execution, thing);
    const { jobId, versionNumber } = execution;
    const { type } = jobs.update(jobId, thing, status, versionNumber, {}, now);
    assert.equal(type, "updated");
  }
  const statuses = (jobId: string) =>
    jobs.executionsOfJob(jobId).map(({ thingName, status }) => `${thingName} ${status}`);
  const counts = (jobId: string) =>
    Object.entries(jobs.describe(jobId)?.counts ?? {}).flatMap(([status, count]) =>
      count > 0 ? `${status} ${count}` : [],
    );

  describe("create", () => {
    it("queues an execution for each thing, once, by name or by ARN", () => {
      const arn = "arn:aws:iot:eu-central-1:123456789012:thing/lot-2";
      const made = jobs.create(job("j", ["lot-1", arn, "lot-2"], { description: "new" }), 5_000);
      assert.equal(made.type, "done");
      assert.deepEqual(statuses("j"), ["lot-1 QUEUED", "lot-2 QUEUED"]);
      assert.deepEqual(jobs.document("j"), { operation: "test" });
      const described = jobs.describe("j");
      assert.deepEqual(
        [described?.status, described?.createdAt, described?.description, described?.targets],
        ["IN_PROGRESS", 5_000, "new", ["lot-1", "lot-2"]],
      );
      assert.equal(jobs.describeExecution("j", "lot-1")?.versionNumber, 1);
      assert.equal(jobs.describeExecution("j", "lot-3"), undefined);
    });

    it("refuses an id that is taken", () => {
      jobs.create(job("j", ["lot-1"]), 0);
      const again = jobs.create(job("j", ["lot-2"]), 0);
      assert.equal(again.type === "refused" && again.code, "ResourceAlreadyExistsException");
      assert.deepEqual(statuses("j"), ["lot-1 QUEUED"]);
    });

    const exponential = (fields: object) =>
      ({
        exponentialRate: {
          baseRatePerMinute: 1,
          incrementFactor: 2,
          rateIncreaseCriteria: { numberOfNotifiedThings: 1 },
          ...fields,
        },
      }) as RolloutConfig;
    const criteria = (fields: object) => ({
      criteriaList: [
        {
          failureType: "FAILED",
          action: "CANCEL",
          thresholdPercentage: 10,
          minNumberOfExecutedThings: 1,
          ...fields,
        } as AbortCriteria,
      ],
    });
    const wrong: readonly (readonly [string, Partial<JobRequest>])[] = [
      ["jobId", { jobId: "" }],
      ["jobId", { jobId: "a b" }],
      ["jobId", { jobId: "x".repeat(65) }],
      ["targets", { targets: [] }],
      ["targets", { targets: boxes(101) }],
      ["targets", { targets: ["lot/1"] }],
      ["targets", { targets: ["arn:aws:iot:eu-central-1:123456789012:thinggroup/all"] }],
      ["document", { document: "open" }],
      ["document", { document: `"${"x".repeat(32 * 1024)}"` }],
      ["description", { description: "a\nb" }],
      ["maximumPerMinute", { jobExecutionsRolloutConfig: { maximumPerMinute: 0 } }],
      ["maximumPerMinute", { jobExecutionsRolloutConfig: { maximumPerMinute: 1001 } }],
      ["baseRate", { jobExecutionsRolloutConfig: exponential({ baseRatePerMinute: 0 }) }],
      ["incrementFactor", { jobExecutionsRolloutConfig: exponential({ incrementFactor: 1 }) }],
      ["rateIncrease", { jobExecutionsRolloutConfig: exponential({ rateIncreaseCriteria: {} }) }],
      ["criteriaList", { abortConfig: { criteriaList: [] } }],
      ["thresholdPercentage", { abortConfig: criteria({ thresholdPercentage: 0 }) }],
      ["thresholdPercentage", { abortConfig: criteria({ thresholdPercentage: 101 }) }],
      ["minNumber", { abortConfig: criteria({ minNumberOfExecutedThings: 0 }) }],
      ["failureType", { abortConfig: criteria({ failureType: "SUCCEEDED" }) }],
      ["inProgressTimeout", { timeoutConfig: { inProgressTimeoutInMinutes: 0 } }],
      ["inProgressTimeout", { timeoutConfig: { inProgressTimeoutInMinutes: 10_081 } }],
    ];
    for (const [name, fields] of wrong) {
      it(`refuses ${JSON.stringify(fields).slice(0, 60)}`, () => {
        const outcome = jobs.create(job("j", ["lot-1"], fields), 0);
        assert.ok(outcome.type === "refused");
        assert.equal(outcome.code, "InvalidRequestException");
        assert.ok(outcome.message.includes(name), outcome.message);
        assert.equal(jobs.describe("j"), undefined);
      });
    }
  });

  describe("rollout", () => {
    it("notifies a wave per minute", () => {
      const jobExecutionsRolloutConfig = { maximumPerMinute: 2 };
      jobs.create(job("j", boxes(5), { jobExecutionsRolloutConfig }), 0);
      const seen = () => jobs.executionsOfJob("j").length;
      assert.deepEqual([seen(), jobs.deadline], [2, minuteMs]);
      jobs.advance(minuteMs - 1);
      assert.equal(seen(), 2);
      jobs.advance(minuteMs);
      assert.deepEqual([seen(), jobs.deadline, jobs.describe("j")?.waiting], [4, 2 * minuteMs, 1]);
      jobs.advance(10 * minuteMs);
      assert.deepEqual([seen(), jobs.deadline], [5, undefined]);
      assert.equal(jobs.describeExecution("j", "lot-5")?.queuedAt, 2 * minuteMs);
    });

    it("begins with one thing and grows with those that succeeded", () => {
      const exponentialRate = {
        baseRatePerMinute: 1,
        incrementFactor: 3,
        rateIncreaseCriteria: { numberOfSucceededThings: 1 },
      };
      const jobExecutionsRolloutConfig = { exponentialRate, maximumPerMinute: 4 };
      jobs.create(job("j", boxes(20), { jobExecutionsRolloutConfig }), 0);
      const sizes = [jobs.executionsOfJob("j").length];
      for (let minute = 1; minute <= 4; minute++) {
        if (minute === 2) run("lot-1", "SUCCEEDED", minute * minuteMs - 1);
        if (minute === 3) run("lot-2", "SUCCEEDED", minute * minuteMs - 1);
        jobs.advance(minute * minuteMs);
        sizes.push(jobs.executionsOfJob("j").length);
      }
      // 1 at first and while nobody has succeeded, then 3, then 9, of which 4 are allowed
      assert.deepEqual(sizes, [1, 2, 5, 9, 13]);
    });

    it("grows with those that were notified, as in AWS's example", () => {
      const rateIncreaseCriteria = { numberOfNotifiedThings: 1000 };
      const exponentialRate = { baseRatePerMinute: 50, incrementFactor: 2, rateIncreaseCriteria };
      jobs = new Jobs({ targets: 3000 });
      const jobExecutionsRolloutConfig = { exponentialRate };
      jobs.create(job("j", boxes(3000), { jobExecutionsRolloutConfig }), 0);
      const seen = () => jobs.executionsOfJob("j").length;
      jobs.advance(19 * minuteMs);
      assert.equal(seen(), 1000);
      jobs.advance(20 * minuteMs);
      assert.equal(seen(), 1100);
      jobs.advance(30 * minuteMs);
      assert.equal(seen(), 2200);
    });
  });

  describe("abort", () => {
    const abortConfig = (
      failureType: AbortCriteria["failureType"],
      percentage: number,
      least = 1,
    ) => ({
      criteriaList: [
        {
          failureType,
          action: "CANCEL",
          thresholdPercentage: percentage,
          minNumberOfExecutedThings: least,
        } as const,
      ],
    });

    it("cancels what has not begun, and leaves what has", () => {
      jobs.create(job("j", boxes(4), { abortConfig: abortConfig("FAILED", 25) }), 0);
      jobs.startNext("lot-2", {}, 0);
      run("lot-1", "FAILED", 7);
      assert.deepEqual(statuses("j"), [
        "lot-1 FAILED",
        "lot-2 IN_PROGRESS",
        "lot-3 CANCELED",
        "lot-4 CANCELED",
      ]);
      assert.equal(jobs.describe("j")?.status, "CANCELED");
      run("lot-2", "SUCCEEDED", 8);
      assert.equal(jobs.describe("j")?.status, "CANCELED");
    });

    it("stops a rollout: nobody else is notified", () => {
      const jobExecutionsRolloutConfig = { maximumPerMinute: 1 };
      const config = { jobExecutionsRolloutConfig, abortConfig: abortConfig("ALL", 100) };
      jobs.create(job("j", boxes(3), config), 0);
      run("lot-1", "REJECTED", 1);
      jobs.advance(10 * minuteMs);
      assert.deepEqual(statuses("j"), ["lot-1 REJECTED"]);
      assert.equal(jobs.deadline, undefined);
    });

    it("waits for enough things, for the percentage, and for its own kind of failure", () => {
      const config = { abortConfig: abortConfig("FAILED", 50) };
      jobs.create(job("percentage", boxes(4), config), 0);
      run("lot-1", "FAILED", 0);
      run("lot-2", "REJECTED", 0);
      assert.deepEqual(counts("percentage"), ["QUEUED 2", "FAILED 1", "REJECTED 1"]);
      run("lot-3", "FAILED", 0);
      assert.deepEqual(counts("percentage"), ["FAILED 2", "REJECTED 1", "CANCELED 1"]);
      jobs.create(job("least", boxes(4), { abortConfig: abortConfig("FAILED", 1, 5) }), 0);
      run("lot-1", "FAILED", 0);
      assert.equal(jobs.describe("least")?.status, "IN_PROGRESS");
    });

    it("looks again when a wave has brought enough things", () => {
      const jobExecutionsRolloutConfig = { maximumPerMinute: 2 };
      const config = { jobExecutionsRolloutConfig, abortConfig: abortConfig("FAILED", 25, 4) };
      jobs.create(job("j", boxes(6), config), 0);
      run("lot-1", "FAILED", 0);
      assert.equal(jobs.describe("j")?.status, "IN_PROGRESS");
      jobs.advance(minuteMs);
      assert.deepEqual(counts("j"), ["FAILED 1", "CANCELED 3"]);
    });

    it("counts executions that timed out", () => {
      const config = {
        abortConfig: abortConfig("TIMED_OUT", 50),
        timeoutConfig: { inProgressTimeoutInMinutes: 1 },
      };
      jobs.create(job("j", boxes(2), config), 0);
      jobs.startNext("lot-1", {}, 0);
      jobs.advance(minuteMs);
      assert.deepEqual(statuses("j"), ["lot-1 TIMED_OUT", "lot-2 CANCELED"]);
    });
  });

  describe("cancel", () => {
    it("ends what has not begun; with force, also what has", () => {
      for (const [jobId, force] of [
        ["gentle", false],
        ["force", true],
      ] as const) {
        jobs.create(job(jobId, [`${jobId}-1`, `${jobId}-2`]), 0);
        jobs.startNext(`${jobId}-1`, {}, 0);
        const outcome = jobs.cancel(jobId, 9, { force, reasonCode: "R", comment: "why" });
        assert.ok(outcome.type === "done");
        const { status, forceCanceled, reasonCode, comment } = outcome.job;
        assert.deepEqual(
          [status, forceCanceled, reasonCode, comment],
          ["CANCELED", force, "R", "why"],
        );
      }
      assert.deepEqual(counts("gentle"), ["IN_PROGRESS 1", "CANCELED 1"]);
      assert.deepEqual(counts("force"), ["CANCELED 2"]);
      assert.equal(jobs.update("force", "force-1", "SUCCEEDED", undefined, {}, 9).type, "illegal");
    });

    it("refuses a job that has ended or never was", () => {
      jobs.create(job("j", ["lot-1"]), 0);
      run("lot-1", "SUCCEEDED", 0);
      assert.equal(jobs.describe("j")?.status, "COMPLETED");
      const ended = jobs.cancel("j", 0);
      assert.equal(ended.type === "refused" && ended.code, "InvalidRequestException");
      const unknown = jobs.cancel("k", 0);
      assert.equal(unknown.type === "refused" && unknown.code, "ResourceNotFoundException");
    });

    it("refuses a reason that AWS would refuse", () => {
      jobs.create(job("j", ["lot-1"]), 0);
      for (const options of [{ reasonCode: "too late" }, { comment: "a\nb" }]) {
        const outcome = jobs.cancel("j", 0, options);
        assert.equal(outcome.type === "refused" && outcome.code, "InvalidRequestException");
      }
      assert.deepEqual(statuses("j"), ["lot-1 QUEUED"]);
    });

    it("cancels one thing's execution alone", () => {
      jobs.create(job("j", ["lot-1", "lot-2"]), 0);
      jobs.startNext("lot-1", {}, 0);
      const gentle = jobs.cancelExecution("j", "lot-1", 0);
      assert.equal(gentle.type === "refused" && gentle.code, "InvalidStateTransitionException");
      assert.equal(jobs.cancelExecution("j", "lot-1", 0, { force: true }).type, "done");
      const unknown = jobs.cancelExecution("j", "lot-3", 0);
      assert.equal(unknown.type === "refused" && unknown.code, "ResourceNotFoundException");
      assert.deepEqual(statuses("j"), ["lot-1 CANCELED", "lot-2 QUEUED"]);
    });
  });

  it("removes a thing's pending executions, also before it is notified", () => {
    const jobExecutionsRolloutConfig = { maximumPerMinute: 1 };
    jobs.create(job("j", ["lot-1", "lot-2"], { jobExecutionsRolloutConfig }), 0);
    jobs.removeThing("lot-1", 0);
    jobs.removeThing("lot-2", 0);
    assert.deepEqual(statuses("j"), ["lot-1 REMOVED"]);
    assert.equal(jobs.describe("j")?.status, "COMPLETED");
  });

  describe("timeouts", () => {
    it("count from the start, whatever is reported in between", () => {
      const timeoutConfig = { inProgressTimeoutInMinutes: 20 };
      jobs.create(job("j", ["lot-1"], { timeoutConfig }), 0);
      assert.equal(jobs.deadline, undefined, "a queued execution may wait");
      jobs.startNext("lot-1", {}, 5 * minuteMs);
      jobs.update("j", "lot-1", "IN_PROGRESS", undefined, {}, 10 * minuteMs);
      assert.equal(jobs.deadline, 25 * minuteMs);
      jobs.advance(25 * minuteMs - 1);
      assert.deepEqual(statuses("j"), ["lot-1 IN_PROGRESS"]);
      jobs.advance(60 * minuteMs);
      const { status, lastUpdatedAt } = jobs.describeExecution("j", "lot-1") ?? {};
      assert.deepEqual([status, lastUpdatedAt], ["TIMED_OUT", 25 * minuteMs]);
    });

    it("of steps replace each other within the job's, as in AWS's example", () => {
      const timeoutConfig = { inProgressTimeoutInMinutes: 20 };
      jobs.create(job("j", ["lot-1"], { timeoutConfig }), 0);
      jobs.startNext("lot-1", {}, 0);
      for (const [minute, stepTimeoutInMinutes, deadline] of [
        [5, 7, 12],
        [10, 5, 15],
        [13, 9, 20],
      ] as const) {
        const step = { stepTimeoutInMinutes };
        jobs.update("j", "lot-1", "IN_PROGRESS", undefined, step, minute * minuteMs);
        assert.equal(jobs.deadline, deadline * minuteMs);
      }
    });

    it("of a step begin with the start and can be ended", () => {
      jobs.create(job("j", ["lot-1"]), 0);
      jobs.startNext("lot-1", { stepTimeoutInMinutes: 2 }, 0);
      assert.equal(jobs.deadline, 2 * minuteMs);
      const again = jobs.startNext("lot-1", { stepTimeoutInMinutes: 2 }, minuteMs);
      assert.deepEqual([again?.versionNumber, jobs.deadline], [2, 3 * minuteMs]);
      jobs.update("j", "lot-1", "IN_PROGRESS", undefined, { stepTimeoutInMinutes: -1 }, minuteMs);
      assert.equal(jobs.deadline, undefined);
    });
  });

  it("gives a thing what it has begun, then the oldest", () => {
    for (const id of ["a", "b", "c"]) jobs.create(job(id, ["lot-1"]), 0);
    const order = () => jobs.pendingOf("lot-1").map(({ jobId }) => jobId);
    assert.deepEqual(order(), ["a", "b", "c"]);
    jobs.update("c", "lot-1", "IN_PROGRESS", 1, {}, 0);
    assert.deepEqual(order(), ["c", "a", "b"]);
    assert.equal(jobs.startNext("lot-1", {}, 0)?.jobId, "c");
    assert.equal(jobs.startNext("lot-2", {}, 0), undefined);
  });

  it("refuses updates with another version before it looks at the status", () => {
    jobs.create(job("j", ["lot-1"]), 0);
    run("lot-1", "FAILED", 0);
    const update = (version: number | undefined) =>
      jobs.update("j", "lot-1", "SUCCEEDED", version, {}, 0).type;
    assert.deepEqual(
      [update(2), update(3), update(undefined)],
      ["version-mismatch", "illegal", "illegal"],
    );
    assert.equal(jobs.update("j", "lot-2", "SUCCEEDED", 1, {}, 0).type, "not-found");
  });

  it("tells its watchers which things a change touched", () => {
    const seen: string[][] = [];
    const unwatch = jobs.watch((things) => seen.push([...things]));
    jobs.create(job("j", ["lot-1", "lot-2"]), 0);
    jobs.startNext("lot-2", {}, 0);
    jobs.cancel("j", 0);
    unwatch();
    jobs.create(job("k", ["lot-1"]), 0);
    assert.deepEqual(seen, [["lot-1", "lot-2"], ["lot-2"], ["lot-1"]]);
  });
});
