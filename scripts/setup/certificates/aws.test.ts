import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skipWithout } from "../../../host-sim/optional.rig.ts";
import { UserError } from "../../command-line/user-error.ts";
import { Emulator, findMoto } from "../../provision/emulator.rig.ts";
import { SetupError } from "../failure.ts";
import { AwsCertificates } from "./aws.ts";

const choice = { source: "aws", region: "eu-central-1", profile: "", isKept: false } as const;

describe("a certificate from AWS IoT Core, as moto emulates it", function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let folder: string;
  let certificates: AwsCertificates;
  const before_ = { ...process.env };

  before(async function () {
    const moto = findMoto();
    skipWithout(this, "moto", moto !== undefined, "PyPI's moto[server]");
    emulator = await Emulator.start(moto ?? "");
  });
  after(() => emulator?.stop());
  beforeEach(async () => {
    await emulator.reset();
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });
    folder = mkdtempSync(join(tmpdir(), "boom-box-"));
    mkdirSync(join(folder, "tmp"));
    process.env.TMPDIR = join(folder, "tmp");
    const caPath = join(folder, "ca.pem");
    writeFileSync(caPath, emulator.caPem);
    certificates = new AwsCertificates({
      certs: join(folder, "certs"),
      endpointUrl: emulator.url,
      broker: { endpoint: "localhost", port: emulator.brokerPort, caPath },
    });
  });
  afterEach(async () => {
    await certificates?.stop();
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "TMPDIR"]) {
      if (before_[name] === undefined) delete process.env[name];
      else process.env[name] = before_[name];
    }
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it("is proven by a connection, and its key is kept nowhere", async () => {
    const lines: string[] = [];
    const obtained = await certificates.obtain("lot-7", choice, (line) => lines.push(line));
    const { credentials, endpoint, port } = obtained;
    assert.deepEqual([endpoint, port], ["localhost", emulator.brokerPort]);
    assert.match(new X509Certificate(credentials.certificate).subject, /CN=lot-7/);
    assert.ok(lines.some((line) => /^connected to localhost/.test(line)));
    assert.deepEqual((await emulator.inventory()).things, ["lot-7"]);
    assert.equal(existsSync(join(folder, "certs")), false);
    assert.deepEqual(readdirSync(join(folder, "tmp")), []);
    // Once more in the same session gives the same certificate, not another one.
    assert.equal(await certificates.obtain("lot-7", choice, () => {}), obtained);
    assert.equal((await emulator.inventory()).certificates.length, 1);
  });

  it("is kept with its record when asked, so that rotate and deprovision work", async () => {
    await certificates.obtain("lot-7", { ...choice, isKept: true }, () => {});
    const kept = readdirSync(join(folder, "certs", "lot-7"));
    for (const file of ["private-key.pem", "certificate.der", "provisioning.json"]) {
      assert.ok(kept.includes(file), file);
    }
  });

  it("goes on after a failure, which is told in AWS's words", async () => {
    const attempt = () => certificates.obtain("lot-7", choice, () => {});
    await emulator.during(
      ({ name }) => (name.startsWith("POST /policies") ? "refused" : "pass"),
      () => assert.rejects(attempt, (error) => error instanceof UserError),
    );
    await attempt();
    const { certificates: made } = await emulator.inventory();
    assert.deepEqual(
      made.map(({ status }) => status),
      ["ACTIVE"],
    );
  });

  it("is refused for a region that cannot be one, before anything is made", async () => {
    await assert.rejects(
      certificates.obtain("lot-7", { ...choice, region: "Frankfurt" }, () => {}),
      (error) => error instanceof SetupError && error.failure.field === "region",
    );
    assert.deepEqual((await emulator.inventory()).things, []);
  });

  it("says which command makes the certificate that sends OPEN", async () => {
    const { openerBroker } = await certificates.obtain("lot-7", choice, () => {});
    await assert.rejects(openerBroker, /boom-box provision --service/);
  });
});
