import assert from "node:assert/strict";
import fc from "fast-check";
import {
  getStreamTopic,
  isJobId,
  isStreamId,
  jobUpdateTopic,
  readUpdateTopic,
  updateTopicsOf,
} from "./update-topics.ts";

const aws = updateTopicsOf("aws", "gate", "gate-1");
const own = updateTopicsOf("topics", "gate", "gate-1");

describe("the topics of updates", () => {
  it("are AWS IoT Core's, or the same below the box's prefix", () => {
    assert.equal(aws.startNext, "$aws/things/gate-1/jobs/start-next");
    assert.equal(own.startNext, "gate/gate-1/update/jobs/start-next");
    assert.equal(jobUpdateTopic(aws, "j-1"), "$aws/things/gate-1/jobs/j-1/update");
    assert.equal(getStreamTopic(own, "s_1"), "gate/gate-1/update/streams/s_1/get/cbor");
    for (const { filters } of [aws, own])
      assert.ok(filters.length <= 7, "one more is the command's");
  });

  it("are read when they come", () => {
    const read = (rest: string) => readUpdateTopic(own, `gate/gate-1/update/${rest}`);
    assert.deepEqual(read("jobs/notify-next"), { type: "notify-next" });
    assert.deepEqual(read("jobs/start-next/accepted"), { type: "start-next", answer: "accepted" });
    assert.deepEqual(read("jobs/start-next/rejected"), { type: "start-next", answer: "rejected" });
    assert.deepEqual(read("jobs/j-1/update/accepted"), {
      type: "job",
      jobId: "j-1",
      answer: "accepted",
    });
    assert.deepEqual(read("streams/s/data/cbor"), { type: "data", stream: "s" });
    assert.deepEqual(read("streams/s/rejected/cbor"), { type: "no-data", stream: "s" });
  });

  it("are refused when a box does not subscribe to them", () => {
    const others = [
      "",
      "jobs",
      "jobs/start-next",
      "jobs/start-next/maybe",
      "jobs/j-1/update",
      "jobs/j-1/get/accepted",
      "jobs/j 1/update/accepted",
      "jobs/j-1/update/accepted/more",
      "streams/s/get/cbor",
      "streams/s/data/json",
      "streams/s.s/data/cbor",
      "shadow/update/accepted",
    ];
    for (const rest of others) assert.equal(readUpdateTopic(aws, aws.root + rest), undefined, rest);
    const stranger = "$aws/things/gate-2/jobs/notify-next";
    assert.equal(readUpdateTopic(aws, stranger), undefined);
    assert.equal(readUpdateTopic(own, "gate/gate-1/command"), undefined);
  });

  it("are read back for every name, and any topic may come", () => {
    const word = (maxLength: number) =>
      fc.stringMatching(/^[a-zA-Z0-9_-]+$/).filter((text) => text.length <= maxLength);
    fc.assert(
      fc.property(word(64), word(128), (jobId, stream) => {
        assert.ok(isJobId(jobId) && isStreamId(stream));
        const topic = `${jobUpdateTopic(aws, jobId)}/rejected`;
        assert.deepEqual(readUpdateTopic(aws, topic), { type: "job", jobId, answer: "rejected" });
        const data = getStreamTopic(aws, stream).replace("/get/", "/data/");
        assert.deepEqual(readUpdateTopic(aws, data), { type: "data", stream });
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void readUpdateTopic(aws, aws.root + text)));
  });
});
