import assert from "node:assert/strict";
import { Jobs } from "../../host-sim/cloud/jobs.ts";
import { Streams } from "../../host-sim/cloud/streams.ts";
import { UpdateControl } from "./update-control.ts";

describe("the stand-in's endpoint for updates", () => {
  let jobs: Jobs;
  let streams: Streams;
  let control: UpdateControl;

  beforeEach(async () => {
    jobs = new Jobs();
    streams = new Streams();
    control = await UpdateControl.listen(jobs, streams);
  });
  afterEach(() => control.close());

  const ask = (method: string, path: string, body?: string, secret = control.access.secret) =>
    fetch(`http://127.0.0.1:${control.access.port}/${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}` },
      ...(body === undefined ? {} : { body }),
    });
  const job = JSON.stringify({ jobId: "j", targets: ["lot-1"], document: "{}" });

  it("does nothing without the secret", async () => {
    for (const secret of ["", "0".repeat(64), `${control.access.secret}0`]) {
      assert.equal((await ask("POST", "jobs", job, secret)).status, 403);
    }
    assert.equal((await fetch(`http://127.0.0.1:${control.access.port}/jobs/j`)).status, 403);
    assert.equal(jobs.describe("j"), undefined);
  });

  it("makes jobs and streams", async () => {
    assert.equal((await ask("POST", "streams/fw", "abc")).status, 200);
    assert.equal((await ask("POST", "jobs", job)).status, 200);
    assert.equal(streams.describe("fw")?.files.get(0)?.size, 3);
    assert.deepEqual(await (await ask("GET", "jobs/j")).json(), { status: "IN_PROGRESS" });
    assert.deepEqual(await (await ask("GET", "jobs/j/executions")).json(), [
      { thingName: "lot-1", status: "QUEUED", details: {} },
    ]);
    assert.equal((await ask("POST", "jobs/j/cancel")).status, 200);
    assert.equal(jobs.describe("j")?.status, "CANCELED");
  });

  it("refuses all else, with AWS's name of it", async () => {
    const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;
    assert.equal(await codeOf(await ask("GET", "jobs/j")), "ResourceNotFoundException");
    for (const body of ["", "null", "[]", "{", '{"jobId":1}']) {
      assert.equal(await codeOf(await ask("POST", "jobs", body)), "InvalidRequestException", body);
    }
    assert.equal(await codeOf(await ask("POST", "streams/a%2Fb", "x")), "InvalidRequestException");
    assert.equal((await ask("DELETE", "jobs/j")).status, 404);
  });
});
