import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AwsUpdateCloud } from "./aws-cloud.ts";
import { jobRequestOf } from "./rollout.ts";
import { planFor } from "./update-cloud.contract.ts";

/** What a call is answered with: a status and JSON; or an error's name. */
type Answer = object | string;

describe("AWS's answers about updates", () => {
  const environment = { ...process.env };
  let server: Server;
  let cloud: AwsUpdateCloud;
  let answers: Map<string, Answer>;
  let calls: { readonly call: string; readonly body: string }[];

  before(() => {
    process.env.AWS_ACCESS_KEY_ID = "test";
    process.env.AWS_SECRET_ACCESS_KEY = "test";
  });
  after(() => {
    process.env = environment;
  });
  beforeEach(async () => {
    answers = new Map();
    calls = [];
    server = createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      const call = `${request.method} ${request.url}`;
      calls.push({ call, body });
      const answer = answers.get(call) ?? "ResourceNotFoundException";
      const isError = typeof answer === "string";
      const headers = {
        "content-type": "application/json",
        ...(isError ? { "x-amzn-errortype": answer } : {}),
      };
      const status = !isError ? 200 : answer === "ResourceNotFoundException" ? 404 : 403;
      response.writeHead(status, headers);
      response.end(JSON.stringify(isError ? { message: "no" } : answer));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    cloud = new AwsUpdateCloud({
      region: "eu-central-1",
      bucket: "firmware",
      roleArn: "arn:aws:iam::123456789012:role/r",
      endpointUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
  });
  afterEach(async () => {
    await cloud.close();
    server.closeAllConnections();
    server.close();
  });

  const arnOf = (thing: string) => `arn:aws:iot:eu-central-1:123456789012:thing/${thing}`;
  const summary = (thing: string, status: string, lastUpdatedAt: number) => ({
    thingArn: arnOf(thing),
    jobExecutionSummary: { status, lastUpdatedAt, executionNumber: 1 },
  });
  const details = (status: string, detailsMap: object) => ({
    execution: { status, statusDetails: { detailsMap } },
  });

  it("become the boxes' states, page by page, and only what has changed is asked for", async () => {
    const first = { executionSummaries: [summary("lot-1", "FAILED", 1)], nextToken: "t" };
    const second = {
      executionSummaries: [summary("lot-2", "IN_PROGRESS", 2), summary("lot-3", "QUEUED", 0)],
    };
    answers.set("GET /jobs/j/things", first);
    answers.set("GET /jobs/j/things?nextToken=t", second);
    answers.set("GET /things/lot-1/jobs/j", details("FAILED", { reason: "hash" }));
    answers.set("GET /things/lot-2/jobs/j", details("IN_PROGRESS", { progress: "30" }));
    const expected = [
      { thingName: "lot-1", status: "FAILED", details: { reason: "hash" } },
      { thingName: "lot-2", status: "IN_PROGRESS", details: { progress: "30" } },
      { thingName: "lot-3", status: "QUEUED", details: {} },
    ];
    assert.deepEqual(await cloud.listExecutions("j"), expected);
    assert.deepEqual(await cloud.listExecutions("j"), expected);
    const asked = calls.filter(({ call }) => call.startsWith("GET /things/"));
    assert.equal(asked.length, 2);
    const later = { executionSummaries: [summary("lot-2", "IN_PROGRESS", 3)] };
    answers.set("GET /jobs/j/things", later);
    answers.set("GET /things/lot-2/jobs/j", details("SUCCEEDED", {}));
    assert.deepEqual(await cloud.listExecutions("j"), [
      { thingName: "lot-2", status: "SUCCEEDED", details: {} },
    ]);
  });

  it("give a job the things' ARNs, and what limits a rollout", async () => {
    for (const thing of ["lot-1", "lot-2"]) {
      answers.set(`GET /things/${thing}`, { thingName: thing, thingArn: arnOf(thing) });
    }
    const plan = planFor(["lot-1", "lot-2"]);
    answers.set(`PUT /jobs/${plan.id}-1`, {});
    await cloud.createJob(jobRequestOf(plan, 0));
    const { targets, ...rest } = JSON.parse(calls.at(-1)?.body ?? "");
    assert.deepEqual(targets, [arnOf("lot-1"), arnOf("lot-2")]);
    const { jobId: _, targets: __, ...asked } = jobRequestOf(plan, 0);
    assert.deepEqual(rest, asked);
  });

  it("explain in one line what is not allowed", async () => {
    answers.set("GET /jobs/j", "AccessDeniedException");
    await assert.rejects(cloud.describeJob("j"), {
      name: "UserError",
      message: /^AWS does not allow iot:DescribeJob with these credentials: .*docs\/aws\.md/,
    });
  });
});
