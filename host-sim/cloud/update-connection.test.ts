import assert from "node:assert/strict";
import { encode } from "cborg";
import { Jobs } from "./jobs.ts";
import { Streams } from "./streams.ts";
import { matchesFilter } from "./topic-rules.ts";
import { UpdateConnection } from "./update-connection.ts";
import { answerPaths, boxAnswerPaths, requestPaths, updateRootOf } from "./update-topics.ts";

const root = "site/gate/lot-1/update";

describe("UpdateConnection", () => {
  let jobs: Jobs;
  let streams: Streams;
  let connection: UpdateConnection;
  let published: string[];
  let errors: string[];

  beforeEach(() => {
    jobs = new Jobs();
    streams = new Streams();
    published = [];
    errors = [];
    connection = new UpdateConnection({
      jobs,
      streams,
      prefix: "site/gate",
      now: () => 0,
      publish: (topic) => published.push(topic),
      onError: ({ message }) => errors.push(message),
    });
  });
  afterEach(() => connection.close());

  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const receive = (path: string, payload: Uint8Array = Buffer.from("{}")) =>
    connection.receive(`${root}/${path}`, payload);

  it("serves jobs and streams under the project's prefix", async () => {
    jobs.create({ jobId: "j", targets: ["lot-1"], document: "{}" }, 0);
    streams.create({ streamId: "s", files: [{ fileId: 0, source: new Uint8Array(600) }] });
    assert.deepEqual(published.splice(0), [`${root}/jobs/notify`, `${root}/jobs/notify-next`]);
    receive("jobs/start-next");
    receive("jobs/j/update", Buffer.from('{"status":"IN_PROGRESS"}'));
    receive("streams/s/get/cbor", encode({ f: 0, l: 512, n: 2 }));
    receive("streams/t/get/cbor", encode({ f: 0, l: 512, n: 1 }));
    await settle();
    assert.deepEqual(published.sort(), [
      `${root}/jobs/j/update/accepted`,
      `${root}/jobs/start-next/accepted`,
      `${root}/streams/s/data/cbor`,
      `${root}/streams/s/data/cbor`,
      `${root}/streams/t/rejected/cbor`,
    ]);
  });

  it("ignores other topics, and its own answers", async () => {
    for (const path of ["jobs/get/accepted", "jobs/notify", "streams/s/data/cbor", "x"]) {
      receive(path);
    }
    for (const topic of ["site/gate/lot-1/command", "gate/lot-1/update/jobs/get", "site/gate"]) {
      connection.receive(topic, Buffer.from("{}"));
    }
    await settle();
    assert.deepEqual([published, errors], [[], []]);
  });

  it("drops requests while 64 are being answered, and recovers", async () => {
    let release = () => {};
    const read = () =>
      new Promise<Uint8Array>((resolve) => {
        const before = release;
        release = () => {
          before();
          resolve(new Uint8Array(512));
        };
      });
    streams.create({ streamId: "s", files: [{ fileId: 0, source: { size: 512, read } }] });
    const request = encode({ f: 0, l: 512, n: 1 });
    for (let count = 0; count < 70; count++) receive("streams/s/get/cbor", request);
    await settle();
    release();
    await settle();
    assert.equal(published.length, 64);
    receive("jobs/get");
    await settle();
    assert.equal(published.at(-1), `${root}/jobs/get/accepted`);
  });

  it("reports what fails on its way out", async () => {
    connection.close();
    connection = new UpdateConnection({
      jobs,
      prefix: "gate",
      now: () => 0,
      publish: () => {
        throw new Error("not connected");
      },
      onError: ({ message }) => errors.push(message),
    });
    connection.receive("gate/lot-1/update/jobs/get", Buffer.from("{}"));
    connection.receive("gate/lot-1/update/streams/s/get/json", Buffer.from("{}"));
    await settle();
    assert.deepEqual(errors.splice(0), ["not connected"]);
    jobs.create({ jobId: "j", targets: ["lot-1"], document: "{}" }, 0);
    assert.equal(jobs.describe("j")?.status, "IN_PROGRESS");
    assert.deepEqual(errors, ["not connected", "not connected"]);
  });

  describe("its filters", () => {
    const examples = (paths: readonly string[]) =>
      paths.map((path) => `${root}/${path.replaceAll("+", "x")}`);
    const isHeard = (topic: string) =>
      connection.filters.some((filter) => matchesFilter(filter, topic));

    it("are those of requests, and of nothing else", () => {
      assert.ok(examples(requestPaths).every(isHeard));
      assert.ok(!examples(answerPaths).some(isHeard));
    });

    it("leave to a box all that it subscribes to", () => {
      for (const topic of examples(boxAnswerPaths)) {
        const scope = { topics: "topics", prefix: "site/gate" } as const;
        const filters = answerPaths.map((path) => `${updateRootOf(scope, "lot-1")}/${path}`);
        assert.ok(
          filters.some((filter) => matchesFilter(filter, topic)),
          topic,
        );
      }
    });
  });
});
