import assert from "node:assert/strict";
import fc from "fast-check";
import { type Execution, isPending } from "./job-execution.ts";
import { JobNotices } from "./job-notices.ts";
import { Jobs } from "./jobs.ts";

const things = ["lot-1", "lot-2", "lot-3"];
const ids = ["a", "b", "c"];

type Step =
  | {
      readonly type: "create";
      readonly id: string;
      readonly perMinute: number;
      readonly percent: number;
    }
  | { readonly type: "cancel"; readonly id: string; readonly force: boolean }
  | { readonly type: "start"; readonly thing: string; readonly step: number | undefined }
  | {
      readonly type: "update";
      readonly id: string;
      readonly thing: string;
      readonly status: "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "REJECTED";
      readonly version: number | undefined;
    }
  | {
      readonly type: "cancel-one";
      readonly id: string;
      readonly thing: string;
      readonly force: boolean;
    }
  | { readonly type: "remove"; readonly thing: string }
  | { readonly type: "wait"; readonly minutes: number };

const id = fc.constantFrom(...ids);
const thing = fc.constantFrom(...things);
const force = fc.boolean();
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant("create" as const),
    id,
    perMinute: fc.integer({ min: 1, max: 3 }),
    percent: fc.constantFrom(30, 60, 100),
  }),
  fc.record({ type: fc.constant("cancel" as const), id, force }),
  fc.record({
    type: fc.constant("start" as const),
    thing,
    step: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  }),
  fc.record({
    type: fc.constant("update" as const),
    id,
    thing,
    status: fc.constantFrom("IN_PROGRESS", "SUCCEEDED", "FAILED", "REJECTED"),
    version: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  }),
  fc.record({ type: fc.constant("cancel-one" as const), id, thing, force }),
  fc.record({ type: fc.constant("remove" as const), thing }),
  fc.record({ type: fc.constant("wait" as const), minutes: fc.integer({ min: 1, max: 4 }) }),
);

/** What may follow a status; written out here, so that the code is not compared with itself. */
const legal = new Map([
  ["QUEUED", ["IN_PROGRESS", "SUCCEEDED", "FAILED", "REJECTED", "CANCELED", "REMOVED"]],
  [
    "IN_PROGRESS",
    ["IN_PROGRESS", "SUCCEEDED", "FAILED", "REJECTED", "TIMED_OUT", "CANCELED", "REMOVED"],
  ],
]);

/** An accepted update is one version, also from IN_PROGRESS to IN_PROGRESS; a refused one is none. */
function report(jobs: Jobs, action: Extract<Step, { type: "update" }>, now: number): void {
  jobs.advance(now);
  const { id: jobId, thing: name, status, version } = action;
  const before = jobs.describeExecution(jobId, name)?.versionNumber ?? 0;
  const { type } = jobs.update(jobId, name, status, version, {}, now);
  const after = jobs.describeExecution(jobId, name);
  assert.equal(after?.versionNumber ?? 0, type === "updated" ? before + 1 : before);
  if (type === "updated") assert.equal(after?.status, status);
}

function take(jobs: Jobs, action: Step, now: number): void {
  switch (action.type) {
    case "create":
      jobs.create(
        {
          jobId: action.id,
          targets: things,
          document: "{}",
          jobExecutionsRolloutConfig: { maximumPerMinute: action.perMinute },
          timeoutConfig: { inProgressTimeoutInMinutes: 3 },
          abortConfig: {
            criteriaList: [
              {
                failureType: "ALL",
                action: "CANCEL",
                thresholdPercentage: action.percent,
                minNumberOfExecutedThings: 2,
              },
            ],
          },
        },
        now,
      );
      return;
    case "cancel":
      jobs.cancel(action.id, now, { force: action.force });
      return;
    case "start":
      jobs.startNext(action.thing, { stepTimeoutInMinutes: action.step }, now);
      return;
    case "update":
      report(jobs, action, now);
      return;
    case "cancel-one":
      jobs.cancelExecution(action.id, action.thing, now, { force: action.force });
      return;
    case "remove":
      jobs.removeThing(action.thing, now);
      return;
    case "wait":
      jobs.advance(now);
  }
}

interface Notice {
  readonly execution?: { readonly jobId: string };
  readonly jobs?: Readonly<Record<string, readonly { readonly jobId: string }[]>>;
}

const all = (jobs: Jobs) => things.flatMap((name) => jobs.executionsOfThing(name));
const keyOf = ({ jobId, thingName }: Execution) => `${jobId} ${thingName}`;

describe("Jobs, in any order of events", () => {
  it("change by legal steps alone, one version each, and end once", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const jobs = new Jobs();
        let now = 0;
        let before = new Map<string, Execution>();
        const check = () => {
          for (const execution of all(jobs)) {
            const previous = before.get(keyOf(execution));
            if (previous === undefined) assert.ok(execution.versionNumber >= 1);
            else if (previous.versionNumber === execution.versionNumber) {
              assert.equal(execution.status, previous.status);
            } else {
              assert.ok(isPending(previous), `${previous.status} is final`);
              const next = legal.get(previous.status) ?? [];
              assert.ok(next.includes(execution.status));
            }
          }
          before = new Map(all(jobs).map((execution) => [keyOf(execution), execution]));
        };
        jobs.watch(check);
        for (const action of steps) {
          if (action.type === "wait") now += action.minutes * 60_000;
          take(jobs, action, now);
          check();
          assert.ok((jobs.deadline ?? Infinity) > now, "what is due has happened");
        }
      }),
      { numRuns: 300 },
    );
  });

  it("grow by one version per event that touches them", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const jobs = new Jobs();
        for (const [index, action] of steps.entries()) {
          if (action.type === "wait") continue; // several events may be due at once
          const before = new Map(all(jobs).map((each) => [keyOf(each), each.versionNumber]));
          take(jobs, action, index);
          for (const each of all(jobs)) {
            const growth = each.versionNumber - (before.get(keyOf(each)) ?? 1);
            assert.ok(growth === 0 || growth === 1, `${growth} versions`);
          }
        }
      }),
    );
  });

  it("count their executions, and are over when all have ended", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const jobs = new Jobs();
        let now = 0;
        for (const action of steps) {
          if (action.type === "wait") now += action.minutes * 60_000;
          take(jobs, action, now);
        }
        for (const jobId of ids) {
          const job = jobs.describe(jobId);
          if (job === undefined) continue;
          const executions = jobs.executionsOfJob(jobId);
          for (const [status, count] of Object.entries(job.counts)) {
            assert.equal(executions.filter((each) => each.status === status).length, count, status);
          }
          if (job.status === "CANCELED") assert.equal(job.counts.QUEUED + job.waiting, 0);
          else {
            const isOver = job.waiting === 0 && !executions.some(isPending);
            assert.equal(job.status === "COMPLETED", isOver);
          }
        }
      }),
    );
  });

  it("announce exactly what is pending and what is next", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const jobs = new Jobs();
        const notices = new JobNotices(jobs);
        const told = new Map<string, { next: unknown; pending: unknown[] }>();
        let now = 0;
        jobs.watch((touched) => {
          for (const { thingName, path, payload } of notices.since(touched, now)) {
            const { execution, jobs: list = {} } = JSON.parse(payload) as Notice;
            const known = told.get(thingName) ?? { next: undefined, pending: [] };
            if (path === "jobs/notify-next") {
              assert.notEqual(execution?.jobId, known.next, "nothing is announced twice");
              told.set(thingName, { ...known, next: execution?.jobId });
            } else {
              const listed = [...(list.IN_PROGRESS ?? []), ...(list.QUEUED ?? [])];
              const pending = listed.map(({ jobId }) => jobId).sort();
              assert.notDeepEqual(pending, known.pending, "nothing is announced twice");
              told.set(thingName, { ...known, pending });
            }
          }
        });
        for (const action of steps) {
          if (action.type === "wait") now += action.minutes * 60_000;
          take(jobs, action, now);
          for (const name of things) {
            const pending = jobs.pendingOf(name).map(({ jobId }) => jobId);
            const known = told.get(name);
            assert.equal(known?.next, pending[0]);
            assert.deepEqual(known?.pending ?? [], [...pending].sort());
          }
        }
      }),
    );
  });
});
