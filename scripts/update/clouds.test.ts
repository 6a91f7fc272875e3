import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateThingCommand, IoTClient } from "@aws-sdk/client-iot";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { StandIn } from "../local/local-stand-in.ts";
import { findMoto, startMoto } from "../provision/emulator.rig.ts";
import { AwsUpdateCloud } from "./aws-cloud.ts";
import { LocalUpdateCloud } from "./local-cloud.ts";
import { Workbench } from "./update.rig.ts";
import { updateCloudContract } from "./update-cloud.contract.ts";
import { FakeUpdateCloud } from "./update-cloud.fake.ts";

describe("the fake of a cloud for updates", () => {
  updateCloudContract(async () => new FakeUpdateCloud());
});

describe("the stand-in as a cloud for updates", function () {
  this.timeout(20_000);
  let bench: Workbench;
  let standIn: StandIn;

  beforeEach(async () => {
    bench = new Workbench();
    await bench.prepare(["lot-1"]);
    standIn = await StandIn.start(bench.certs, 0, () => {});
  });
  afterEach(async () => {
    await standIn.stop();
    await bench.close();
  });

  updateCloudContract(() => LocalUpdateCloud.open(bench.certs));
});

describe("AWS as a cloud for updates, played by moto", function () {
  this.timeout(60_000);
  const region = "eu-central-1";
  const bucket = "boom-box-firmware";
  const roleArn = "arn:aws:iam::123456789012:role/boom-box-streams";
  const environment = { ...process.env };
  let moto: ChildProcess | undefined;
  let front: Server | undefined;
  let endpointUrl: string;

  before(async function () {
    const path = findMoto();
    skipWithout(this, "moto", path !== undefined, "PyPI's moto[server]");
    process.env.AWS_ACCESS_KEY_ID = "test";
    process.env.AWS_SECRET_ACCESS_KEY = "test";
    const { child, url } = await startMoto(path ?? "");
    moto = child;
    front = await streamsInFrontOf(url);
    endpointUrl = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  });
  after(() => {
    process.env = environment;
    front?.closeAllConnections();
    front?.close();
    moto?.kill("SIGKILL");
  });
  beforeEach(async () => {
    await fetch(`${endpointUrl}/moto-api/reset`, { method: "POST" });
    const iot = new IoTClient({ region, endpoint: endpointUrl });
    await iot.send(new CreateThingCommand({ thingName: "lot-1" }));
    const s3 = new S3Client({ region, endpoint: endpointUrl, forcePathStyle: true });
    const LocationConstraint = region;
    await s3.send(
      new CreateBucketCommand({
        Bucket: bucket,
        CreateBucketConfiguration: { LocationConstraint },
      }),
    );
  });

  const open = async (changes = {}) =>
    new AwsUpdateCloud({ region, bucket, roleArn, endpointUrl, ...changes });

  updateCloudContract(() => open());

  it("says which bucket is missing", async () => {
    const cloud = await open({ bucket: "nobody-has-this" });
    await assert.rejects(cloud.createStream("s", new Uint8Array(1)), {
      name: "UserError",
      message: /^there is no bucket nobody-has-this: make one in eu-central-1/,
    });
    await cloud.close();
  });
});

/** moto with CreateStream, which it does not have. */
async function streamsInFrontOf(url: string): Promise<Server> {
  const streams = new Set<string>();
  const server = createServer((asked, answer) => {
    const { method, headers, url: path = "/" } = asked;
    if (path === "/moto-api/reset") streams.clear();
    if (method === "POST" && path.startsWith("/streams/")) {
      asked.resume();
      const isNew = !streams.has(path);
      streams.add(path);
      const error = isNew ? {} : { "x-amzn-errortype": "ResourceAlreadyExistsException" };
      answer.writeHead(isNew ? 200 : 409, { "content-type": "application/json", ...error });
      answer.end(JSON.stringify(isNew ? { streamId: path.slice(9) } : { message: "it exists" }));
      return;
    }
    const forwarded = request(`${url}${path}`, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
    });
    forwarded.on("error", () => answer.destroy());
    asked.pipe(forwarded);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
