import assert from "node:assert/strict";
import fc from "fast-check";
import {
  readAccepted,
  readNotifyNext,
  readRejected,
  readStartNextAnswer,
  writeJobUpdate,
  writeStartNext,
} from "./update-jobs.ts";

describe("a box's words to Jobs", () => {
  it("are what AWS IoT Jobs expects", () => {
    assert.equal(writeStartNext("t"), '{"clientToken":"t"}');
    const update = {
      status: "FAILED",
      statusDetails: { reason: "hash" },
      expectedVersion: 3,
      clientToken: "t",
    } as const;
    assert.deepEqual(JSON.parse(writeJobUpdate(update)), update);
  });
});

describe("the answer to start-next", () => {
  it("has the execution, whatever else is in it", () => {
    const execution = {
      jobId: "j-1",
      thingName: "gate-1",
      jobDocument: { operation: "firmware-update" },
      status: "IN_PROGRESS",
      statusDetails: {},
      queuedAt: 1,
      versionNumber: 2,
      executionNumber: 4,
    };
    const text = JSON.stringify({ execution, timestamp: 5, clientToken: "t" });
    assert.deepEqual(readStartNextAnswer(text), {
      clientToken: "t",
      execution: {
        jobId: "j-1",
        executionNumber: 4,
        versionNumber: 2,
        jobDocument: { operation: "firmware-update" },
      },
    });
  });

  it("has none when no job waits", () => {
    const answer = readStartNextAnswer('{"timestamp":1,"clientToken":"t"}');
    assert.deepEqual(answer, { clientToken: "t", execution: undefined });
  });

  it("is refused when it cannot be one", () => {
    const wrong = [
      "",
      "null",
      "[]",
      '{"execution":{"jobId":"j","versionNumber":1}}',
      '{"clientToken":"t","execution":null}',
      '{"clientToken":"t","execution":{"jobId":"a/b","versionNumber":1}}',
      '{"clientToken":"t","execution":{"jobId":"j","versionNumber":"1"}}',
      '{"clientToken":"t","execution":{"jobId":"j","versionNumber":1.5}}',
      '{"clientToken":"t","execution":{"jobId":"j","versionNumber":1,"executionNumber":-1}}',
    ];
    for (const text of wrong) assert.equal(readStartNextAnswer(text), undefined, text);
  });
});

describe("the answer to an update of a job", () => {
  it("says whose request was accepted, or why it was not", () => {
    assert.equal(readAccepted('{"timestamp":1,"clientToken":"t"}'), "t");
    assert.equal(readAccepted("{}"), undefined);
    const refusals = {
      VersionMismatch: "version",
      InvalidStateTransition: "over",
      ResourceNotFound: "over",
      TerminalStateReached: "over",
      RequestThrottled: "other",
      SomethingNew: "other",
    };
    for (const [code, refusal] of Object.entries(refusals)) {
      const text = JSON.stringify({ code, message: "…", clientToken: "t" });
      assert.deepEqual(readRejected(text), { clientToken: "t", refusal });
    }
    assert.equal(readRejected('{"clientToken":"t"}'), undefined);
  });
});

describe("a notification of the next job", () => {
  it("names the job, or none", () => {
    assert.deepEqual(readNotifyNext('{"timestamp":1,"execution":{"jobId":"j"}}'), { jobId: "j" });
    assert.deepEqual(readNotifyNext('{"timestamp":1,"execution":{}}'), { jobId: undefined });
    assert.deepEqual(readNotifyNext('{"timestamp":1}'), { jobId: undefined });
    assert.equal(readNotifyNext("nonsense"), undefined);
  });
});

describe("what comes from Jobs", () => {
  it("may be any text", () => {
    const text = fc.oneof(fc.string(), fc.json());
    for (const read of [readStartNextAnswer, readAccepted, readRejected, readNotifyNext]) {
      fc.assert(fc.property(text, (each) => void read(each)));
    }
  });
});
