import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listThings } from "../certs/identity.ts";
import { caIdentity, identityFiles } from "../certs/paths.ts";
import { ensureCertificates } from "../certs/store.ts";
import { UserError } from "../command-line/user-error.ts";
import { readClaimCredentials } from "../firmware/credentials.ts";
import { LocalControlPlane } from "../provision/local-control-plane.ts";
import { AwsTemplates } from "./aws-templates.ts";
import { prepareFleet } from "./fleet.ts";
import { type BenchOptions, prepareBox } from "./prepare-box.ts";
import { templateRequest } from "./template.ts";

const roleArn = "arn:aws:iam::123456789012:role/boom-box-provisioning";

describe("boom-box fleet and claim", function () {
  this.timeout(20_000);
  const certs = mkdtempSync(join(tmpdir(), "boom-box-"));
  const read = (...path: string[]) => readFileSync(join(certs, ...path), "utf8");
  let steps: string[] = [];

  before(() => ensureCertificates({ directory: certs, things: ["lot-1"] }));
  beforeEach(() => {
    steps = [];
  });
  after(() => rmSync(certs, { recursive: true }));

  const fleet = () =>
    prepareFleet({
      cloud: new LocalControlPlane(certs),
      certs,
      template: "boom-box",
      trustPem: readFileSync(identityFiles(certs, caIdentity).certificatePem, "utf8"),
      onStep: (step) => steps.push(step),
    });
  const box = (changes: Partial<BenchOptions> = {}) =>
    prepareBox({ certs, thing: "lot-7", onStep: (step) => steps.push(step), ...changes });

  async function refusal(promise: Promise<unknown>): Promise<string> {
    const error = await promise.then(
      () => assert.fail("the call succeeded"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof UserError, String(error));
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }

  it("need a fleet in the folder, or flags that name one", async () => {
    assert.match(await refusal(box()), /boom-box fleet/);
    assert.deepEqual(readdirSync(certs).includes("lot-7"), false);
  });

  it("create a claim certificate and the policies only once, however often fleet runs", async () => {
    await fleet();
    const once = read("local-cloud.json");
    assert.ok(steps.includes("policy boom-box@gate"));
    assert.ok(steps.includes("policy boom-box-update@gate"));
    assert.ok(steps.includes("policy boom-box-shadow@gate"));
    assert.ok(steps.includes("policy boom-box-log@gate"));
    assert.ok(steps.includes("policy boom-box-claim@boom-box"));
    await fleet();
    assert.equal(read("local-cloud.json"), once);
    const { certificates, policies } = JSON.parse(once) as Record<string, Record<string, unknown>>;
    const [claim, ...others] = Object.values(certificates ?? {});
    assert.equal(others.length, 0);
    assert.deepEqual(
      { ...(claim as object), pem: "", createdAt: 0 },
      {
        pem: "",
        createdAt: 0,
        status: "ACTIVE",
        things: [],
        policies: ["boom-box-claim@boom-box"],
      },
    );
    assert.match(String(policies?.["boom-box-claim@boom-box"]), /client\/claim\.\*/);
  });

  it("take no updates by somebody else's template, or against their owner's choice", async () => {
    const path = join("lot-9", "settings.json");
    await box({ thing: "lot-9", template: "theirs" });
    assert.equal(JSON.parse(read(path)).updates, undefined);
    writeFileSync(join(certs, path), JSON.stringify({ ...JSON.parse(read(path)), updates: "off" }));
    await box({ thing: "lot-9" });
    assert.equal(JSON.parse(read(path)).updates, "off");
  });

  it("make a private key, a request, the claim files and settings, and keep them when repeated", async () => {
    await box();
    const key = read("lot-7", "private-key.pem");
    for (const name of readdirSync(join(certs, "lot-7"))) {
      assert.equal(statSync(join(certs, "lot-7", name)).mode & 0o777, 0o600, name);
    }
    assert.equal(statSync(join(certs, "lot-7")).mode & 0o777, 0o700);
    const settings = { ...JSON.parse(read("lot-7", "settings.json")), pulseMs: 400 };
    writeFileSync(join(certs, "lot-7", "settings.json"), JSON.stringify(settings));
    await box();
    assert.equal(read("lot-7", "private-key.pem"), key);
    assert.deepEqual(JSON.parse(read("lot-7", "settings.json")), {
      thingName: "lot-7",
      endpoint: "localhost",
      log: true,
      claim: { template: "boom-box" },
      updates: "aws",
      pulseMs: 400,
    });
    assert.doesNotMatch(steps.join(), /PRIVATE|MII/);
  });

  it("leave log and updates off in a fleet whose template is older than their policies", async () => {
    const record = JSON.parse(read("claim", "fleet.json"));
    assert.equal(record.log, true);
    const { log: _, ...old } = record;
    writeFileSync(join(certs, "claim", "fleet.json"), JSON.stringify(old));
    await box({ thing: "lot-8" });
    const { log, updates } = JSON.parse(read("lot-8", "settings.json"));
    assert.deepEqual([log, updates], [undefined, undefined]);
    writeFileSync(join(certs, "claim", "fleet.json"), JSON.stringify(record));
  });

  it("refuse a box with named gates in a fleet whose template is older than their policy", async () => {
    const path = join(certs, "claim", "fleet.json");
    const record = JSON.parse(read("claim", "fleet.json"));
    assert.equal(record.gates, true);
    const { gates: _, ...old } = record;
    writeFileSync(path, JSON.stringify(old));
    await box({ thing: "lot-9" });
    const file = join(certs, "lot-9", "settings.json");
    const settings = JSON.parse(read("lot-9", "settings.json"));
    writeFileSync(file, JSON.stringify({ ...settings, gates: [{ name: "in", pin: 5 }] }));
    assert.match(await refusal(box({ thing: "lot-9" })), /older than their policy/);
    writeFileSync(path, JSON.stringify(record));
    await box({ thing: "lot-9" });
  });

  it("refuse a box that has a certificate; boom-box certs ignores a box that claims", async () => {
    assert.match(await refusal(box({ thing: "lot-1" })), /has its own certificate/);
    assert.deepEqual(await listThings(certs), ["lot-1"]);
  });

  it("put checked DER files into the image", async () => {
    const files = await readClaimCredentials(certs, "lot-7");
    assert.deepEqual([...files.keys()].sort(), [
      ...["ca.der", "claim-certificate.der", "claim-private-key.der"],
      ...["private-key.der", "request.pem"],
    ]);
    const own = readFileSync(join(certs, "lot-7", "private-key.der"));
    writeFileSync(join(certs, "lot-7", "claim-private-key.der"), own);
    const words = await refusal(readClaimCredentials(certs, "lot-7"));
    assert.match(words, /does not belong to .*boom-box claim --thing lot-7/);
  });

  describe("in AWS", () => {
    let server: Server;
    let endpointUrl: string;
    let requests: { method?: string; url?: string; body: unknown }[];
    let answer: { readonly status: number; readonly error?: string };

    beforeEach(async () => {
      requests = [];
      server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          const { method = "", url = "" } = request;
          requests.push({ method, url, body: JSON.parse(Buffer.concat(chunks).toString()) });
          const headers = answer.error === undefined ? {} : { "x-amzn-errortype": answer.error };
          response.writeHead(answer.status, { "content-type": "application/json", ...headers });
          response.end("{}");
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      assert.ok(typeof address === "object" && address !== null);
      endpointUrl = `http://127.0.0.1:${address.port}`;
      process.env.AWS_ACCESS_KEY_ID = "test";
      process.env.AWS_SECRET_ACCESS_KEY = "test";
    });
    afterEach(async () => {
      delete process.env.AWS_ACCESS_KEY_ID;
      delete process.env.AWS_SECRET_ACCESS_KEY;
      await new Promise((resolve) => server.close(resolve));
    });

    const create = (hookArn?: string) =>
      new AwsTemplates({ region: "eu-central-1", endpointUrl }).create(
        templateRequest({
          template: "T-1",
          prefix: "gate",
          roleArn,
          ...(hookArn === undefined ? {} : { hookArn }),
        }),
      );

    it("send a template that creates the thing with its certificate and its policy", async () => {
      answer = { status: 200 };
      assert.equal(await create("arn:aws:lambda:eu-central-1:123456789012:function:hook"), true);
      const [{ method, url, body } = { body: {} }] = requests;
      assert.deepEqual([method, url], ["POST", "/provisioning-templates"]);
      const { templateBody, ...rest } = body as Record<string, unknown>;
      assert.deepEqual(rest, {
        templateName: "T-1",
        enabled: true,
        type: "FLEET_PROVISIONING",
        provisioningRoleArn: roleArn,
        preProvisioningHook: {
          payloadVersion: "2020-04-01",
          targetArn: "arn:aws:lambda:eu-central-1:123456789012:function:hook",
        },
      });
      const { Parameters, Resources } = JSON.parse(String(templateBody));
      assert.deepEqual(Object.keys(Parameters), ["ThingName", "AWS::IoT::Certificate::Id"]);
      assert.deepEqual(Resources.thing.Properties.ThingName, { Ref: "ThingName" });
      assert.equal(Resources.certificate.Properties.Status, "Active");
      assert.equal(Resources.policy.Properties.PolicyName, "boom-box@gate");
      assert.equal(Resources.updatePolicy.Properties.PolicyName, "boom-box-update@gate");
      assert.equal(Resources.shadowPolicy.Properties.PolicyName, "boom-box-shadow@gate");
      assert.equal(Resources.logPolicy.Properties.PolicyName, "boom-box-log@gate");
      assert.equal(Resources.gatesPolicy.Properties.PolicyName, "boom-box-gates@gate");
    });

    it("keep an existing template, and report other errors from AWS", async () => {
      answer = { status: 409, error: "ResourceAlreadyExistsException" };
      assert.equal(await create(), false);
      answer = { status: 403, error: "AccessDeniedException" };
      assert.match(await refusal(create()), /iot:CreateProvisioningTemplate/);
    });
  });
});
