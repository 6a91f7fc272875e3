import assert from "node:assert/strict";
import fc from "fast-check";
import { JobMessages } from "./job-messages.ts";
import { Jobs } from "./jobs.ts";

describe("JobMessages", () => {
  let jobs: Jobs;
  let messages: JobMessages;
  let now: number;

  beforeEach(() => {
    now = 1_700_000_000_900;
    jobs = new Jobs();
    messages = new JobMessages(jobs, now);
    for (const jobId of ["a", "b"]) {
      jobs.create({ jobId, targets: ["lot-1"], document: '{"operation":"test"}' }, now);
    }
  });

  /** The answer's path and its fields. */
  function ask(path: string, request: unknown = {}, thing = "lot-1") {
    const text = typeof request === "string" ? request : JSON.stringify(request);
    const answer = messages.answer(thing, path, Buffer.from(text), now);
    assert.ok(answer && typeof answer.payload === "string");
    return { path: answer.path, fields: JSON.parse(answer.payload) as Record<string, unknown> };
  }
  const codeOf = (path: string, request?: unknown, thing?: string) => {
    const { path: topic, fields } = ask(path, request, thing);
    assert.equal(topic, `${path}/rejected`);
    return fields.code;
  };
  const times = { queuedAt: 1_700_000_000, lastUpdatedAt: 1_700_000_000 };

  it("starts what is next, in AWS's shape", () => {
    const statusDetails = { step: "download" };
    const request = { clientToken: "t", statusDetails, stepTimeoutInMinutes: 5 };
    assert.deepEqual(ask("jobs/start-next", request), {
      path: "jobs/start-next/accepted",
      fields: {
        execution: {
          ...times,
          jobId: "a",
          thingName: "lot-1",
          status: "IN_PROGRESS",
          statusDetails,
          startedAt: 1_700_000_000,
          versionNumber: 2,
          executionNumber: 1,
          jobDocument: { operation: "test" },
        },
        timestamp: 1_700_000_000,
        clientToken: "t",
      },
    });
    assert.equal(jobs.deadline, now + 5 * 60_000);
  });

  it("gives again what has begun, with its own details", () => {
    ask("jobs/start-next", { statusDetails: { step: "one" } });
    const { fields } = ask("jobs/start-next", { statusDetails: { step: "two" } });
    const execution = fields.execution as Record<string, unknown>;
    assert.deepEqual([execution.statusDetails, execution.versionNumber], [{ step: "one" }, 2]);
  });

  it("answers without an execution when none is pending, also to an empty payload", () => {
    const timestamp = 1_700_000_000;
    assert.deepEqual(ask("jobs/start-next", "", "lot-2").fields, { timestamp });
    assert.deepEqual(ask("jobs/$next/get", "", "lot-2").fields, { timestamp });
  });

  it("lists what is pending", () => {
    ask("jobs/start-next");
    const summary = { ...times, executionNumber: 1 };
    assert.deepEqual(ask("jobs/get", { clientToken: "t" }), {
      path: "jobs/get/accepted",
      fields: {
        inProgressJobs: [{ ...summary, jobId: "a", startedAt: 1_700_000_000, versionNumber: 2 }],
        queuedJobs: [{ ...summary, jobId: "b", versionNumber: 1 }],
        timestamp: 1_700_000_000,
        clientToken: "t",
      },
    });
  });

  it("describes an execution, with or without its document", () => {
    const jobIdAt = (path: string) => (ask(path).fields.execution as { jobId: string }).jobId;
    assert.equal(jobIdAt("jobs/$next/get"), "a");
    assert.equal(jobIdAt("jobs/b/get"), "b");
    const { fields } = ask("jobs/b/get", { includeJobDocument: false, executionNumber: 1 });
    assert.ok(!("jobDocument" in (fields.execution as object)));
    assert.equal(codeOf("jobs/b/get", { executionNumber: 2 }), "ResourceNotFound");
    assert.equal(codeOf("jobs/b/get", {}, "lot-2"), "ResourceNotFound");
    jobs.cancel("b", now);
    assert.equal(codeOf("jobs/b/get"), "TerminalStateReached");
  });

  it("updates an execution, and sends back what is asked for", () => {
    assert.deepEqual(ask("jobs/a/update", { status: "IN_PROGRESS", clientToken: "t" }).fields, {
      timestamp: 1_700_000_000,
      clientToken: "t",
    });
    const { path, fields } = ask("jobs/a/update", {
      status: "FAILED",
      statusDetails: { reason: "hash" },
      expectedVersion: "2",
      includeJobExecutionState: true,
      includeJobDocument: true,
    });
    assert.equal(path, "jobs/a/update/accepted");
    assert.deepEqual(fields.executionState, {
      status: "FAILED",
      statusDetails: { reason: "hash" },
      versionNumber: 3,
    });
    assert.deepEqual(fields.jobDocument, { operation: "test" });
    assert.equal(jobs.describeExecution("a", "lot-1")?.status, "FAILED");
  });

  it("rejects an update with what the device needs to go on", () => {
    const mismatch = ask("jobs/a/update", {
      status: "SUCCEEDED",
      expectedVersion: 7,
      clientToken: "t",
    });
    assert.equal(mismatch.path, "jobs/a/update/rejected");
    assert.deepEqual(
      { ...mismatch.fields, message: "" },
      {
        code: "VersionMismatch",
        message: "",
        executionState: { status: "QUEUED", versionNumber: 1 },
        timestamp: 1_700_000_000,
        clientToken: "t",
      },
    );
    jobs.cancel("a", now);
    const late = ask("jobs/a/update", { status: "SUCCEEDED" }).fields;
    assert.equal(late.code, "InvalidStateTransition");
    assert.deepEqual(late.executionState, { status: "CANCELED", versionNumber: 2 });
    assert.equal(codeOf("jobs/c/update", { status: "SUCCEEDED" }), "ResourceNotFound");
    assert.equal(
      codeOf("jobs/a/update", { status: "FAILED", executionNumber: 2 }),
      "ResourceNotFound",
    );
    assert.equal(codeOf("jobs/$next/update", { status: "SUCCEEDED" }), "InvalidTopic");
  });

  it("lets a timeout happen before it answers", () => {
    ask("jobs/start-next", { stepTimeoutInMinutes: 1 });
    now += 60_000;
    assert.deepEqual(ask("jobs/get").fields.inProgressJobs, []);
    const { fields } = ask("jobs/a/update", { status: "SUCCEEDED" });
    assert.deepEqual(fields.executionState, { status: "TIMED_OUT", versionNumber: 3 });
  });

  const wrong: readonly (readonly [string, string, unknown, string])[] = [
    ["no JSON", "jobs/start-next", "{", "InvalidJson"],
    ["no object", "jobs/start-next", "[]", "InvalidRequest"],
    ["null", "jobs/get", "null", "InvalidRequest"],
    ["a token that is no string", "jobs/get", { clientToken: 7 }, "InvalidRequest"],
    ["a long token", "jobs/get", { clientToken: "x".repeat(65) }, "InvalidRequest"],
    ["no status", "jobs/a/update", {}, "InvalidRequest"],
    ["a status of the cloud", "jobs/a/update", { status: "CANCELED" }, "InvalidRequest"],
    ["QUEUED", "jobs/a/update", { status: "QUEUED" }, "InvalidRequest"],
    ["version 0", "jobs/a/update", { status: "FAILED", expectedVersion: 0 }, "InvalidRequest"],
    ["version 1.5", "jobs/a/update", { status: "FAILED", expectedVersion: 1.5 }, "InvalidRequest"],
    ["a step of 0", "jobs/start-next", { stepTimeoutInMinutes: 0 }, "InvalidRequest"],
    ["a step of 8 days", "jobs/start-next", { stepTimeoutInMinutes: 11_520 }, "InvalidRequest"],
    ["ending no step", "jobs/start-next", { stepTimeoutInMinutes: -1 }, "InvalidRequest"],
    ["details in a list", "jobs/start-next", { statusDetails: ["x"] }, "InvalidRequest"],
    ["a number in details", "jobs/start-next", { statusDetails: { a: 1 } }, "InvalidRequest"],
    ["an empty detail", "jobs/start-next", { statusDetails: { a: "" } }, "InvalidRequest"],
    ["a line break", "jobs/start-next", { statusDetails: { a: "\n" } }, "InvalidRequest"],
    ["a blank in a name", "jobs/start-next", { statusDetails: { "a b": "x" } }, "InvalidRequest"],
    [
      "a long detail",
      "jobs/start-next",
      { statusDetails: { a: "x".repeat(1025) } },
      "InvalidRequest",
    ],
    [
      "11 details",
      "jobs/start-next",
      { statusDetails: Object.fromEntries([..."abcdefghijk"].map((name) => [name, "x"])) },
      "InvalidRequest",
    ],
  ];
  for (const [what, path, request, code] of wrong) {
    it(`rejects ${what}, and changes nothing`, () => {
      assert.equal(codeOf(path, request), code);
      assert.equal(jobs.describeExecution("a", "lot-1")?.versionNumber, 1);
    });
  }

  it("rejects text that is not UTF-8", () => {
    const answer = messages.answer("lot-1", "jobs/get", Uint8Array.of(0x22, 0xff, 0x22), now);
    assert.match(String(answer?.payload), /InvalidJson/);
  });

  it("does not repeat long input", () => {
    const name = "x".repeat(100_000);
    for (const request of [{ clientToken: name }, { statusDetails: { [name]: name } }]) {
      const { fields } = ask("jobs/start-next", request);
      assert.ok(JSON.stringify(fields).length < 500);
    }
  });

  it("throttles the whole account, reads and writes apart", () => {
    for (let count = 0; count < 200; count++) ask("jobs/start-next", {}, `lot-${count}`);
    assert.equal(ask("jobs/start-next", { clientToken: "t" }).fields.clientToken, "t");
    assert.equal(codeOf("jobs/start-next"), "RequestThrottled");
    assert.equal(codeOf("jobs/b/update", { status: "SUCCEEDED" }), "RequestThrottled");
    assert.equal(jobs.describeExecution("b", "lot-1")?.status, "QUEUED");
    assert.equal(ask("jobs/get").path, "jobs/get/accepted");
    now += 5;
    assert.equal(ask("jobs/start-next").path, "jobs/start-next/accepted");
  });

  it("knows no other paths", () => {
    const others = [
      "jobs",
      "jobs/",
      "jobs/notify",
      "jobs/get/accepted",
      "jobs/a/get/x",
      "jobs/a/b",
    ];
    for (const path of [...others, "streams/a/get/json", "shadow/get"]) {
      assert.equal(messages.answer("lot-1", path, Buffer.from("{}"), now), undefined, path);
    }
  });

  it("answers whatever arrives", () => {
    const path = fc.constantFrom("jobs/get", "jobs/start-next", "jobs/a/get", "jobs/a/update");
    const payload = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(path, payload, (topic, bytes) => {
        now += 10;
        const answer = messages.answer("lot-1", topic, bytes, now);
        assert.match(answer?.path ?? "", /\/(accepted|rejected)$/);
        JSON.parse(String(answer?.payload));
      }),
    );
  });
});
