import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { AwsControlPlane } from "../provision/aws.ts";
import { Emulator, findMoto } from "../provision/emulator.rig.ts";
import { prepareFleet } from "./fleet.ts";
import { prepareBox } from "./prepare-box.ts";
import { type TemplateRequest, templateRequest } from "./template.ts";

describe("a fleet, against an emulator of AWS IoT's control plane", function () {
  this.timeout(120_000);
  const certs = mkdtempSync(join(tmpdir(), "boom-box-"));
  const environment = { ...process.env };
  let emulator: Emulator;

  before(async function () {
    const moto = findMoto();
    skipWithout(this, "moto", moto !== undefined, "moto_server, of PyPI's moto[server]");
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });
    emulator = await Emulator.start(moto ?? "");
  });
  after(async () => {
    process.env = environment;
    rmSync(certs, { recursive: true });
    await emulator?.stop();
  });

  it("has one active claim certificate with its policy, and the boxes' policy; sends no key", async () => {
    await emulator.reset();
    const asked: TemplateRequest[] = [];
    const request = templateRequest({
      template: "T-1",
      prefix: "gate",
      roleArn: "arn:aws:iam::123456789012:role/boom-box-provisioning",
    });
    await prepareFleet({
      certs,
      template: "T-1",
      trustPem: emulator.caPem,
      request,
      onStep: () => {},
      cloud: await AwsControlPlane.open({ region: "eu-central-1", endpointUrl: emulator.url }),
      // moto does not implement templates.
      templates: { create: async (each) => asked.push(each) > 0 },
    });
    const { certificates, policies, things } = await emulator.inventory();
    assert.deepEqual([...policies].sort(), [
      "boom-box-claim@T-1",
      "boom-box-gates@gate",
      "boom-box-log@gate",
      "boom-box-shadow@gate",
      "boom-box-update@gate",
      "boom-box@gate",
    ]);
    assert.deepEqual(things, []);
    assert.deepEqual(
      certificates.map(({ id: _, ...rest }) => rest),
      [{ status: "ACTIVE", things: [], policies: ["boom-box-claim@T-1"] }],
    );
    assert.deepEqual(asked, [request]);
    assert.doesNotMatch(emulator.bodies.join(), /PRIVATE KEY/);

    await prepareBox({ certs, thing: "lot-7", onStep: () => {} });
    const settings = JSON.parse(readFileSync(join(certs, "lot-7", "settings.json"), "utf8"));
    assert.deepEqual(settings.claim, { template: "T-1" });
    assert.match(settings.endpoint, /\.iot\.eu-central-1\.amazonaws\.com$/);
  });
});
