import assert from "node:assert/strict";
import sinon from "sinon";
import { Box } from "./core/box.ts";
import { certificateBase64 } from "./core/claim.vectors.ts";
import type { ConnectionState } from "./core/connection.ts";
import { FakeDevice } from "./device.fake.ts";
import { OwnCertificate } from "./own-certificate.ts";

describe("OwnCertificate", () => {
  it("is stored, and found after a restart", () => {
    const { storage } = new FakeDevice();
    const certificate = new OwnCertificate(storage);
    assert.equal(certificate.identity(), undefined);
    assert.equal(certificate.keep(certificateBase64), true);
    const found = new OwnCertificate(storage).identity();
    assert.ok(found?.type === "issued");
    assert.equal(found.certificate.length, 300);
  });

  it("is absent if storage holds something else", () => {
    const { storage } = new FakeDevice();
    storage.write("certificate", "MIIBKA==");
    assert.equal(new OwnCertificate(storage).identity(), undefined);
  });

  it("is used until the next restart if it cannot be stored", () => {
    const { storage } = new FakeDevice();
    storage.write = () => {};
    const certificate = new OwnCertificate(storage);
    assert.equal(certificate.keep(certificateBase64), false);
    assert.equal(certificate.identity()?.type, "issued");
    assert.equal(new OwnCertificate(storage).identity(), undefined);
  });

  it("is used once it is claimed; before that, the one in the image", () => {
    const { storage } = new FakeDevice();
    storage.write("certificate", certificateBase64);
    const claimed = new OwnCertificate(storage, { template: "T-1" });
    assert.equal(claimed.identityFor("own").type, "issued");
    assert.equal(claimed.identityFor("claim").type, "claim");
    const unclaimed = new OwnCertificate(new FakeDevice().storage, { template: "T-1" });
    assert.equal(unclaimed.identityFor("own").type, "built-in");
    const other = new OwnCertificate(storage);
    assert.equal(other.identityFor("own").type, "built-in", "the settings name no claim");
  });

  it("is claimed first if there is none and the settings name a template", () => {
    const { storage } = new FakeDevice();
    assert.equal(new OwnCertificate(storage, { template: "T-1" }).firstClaim(), "T-1");
    assert.equal(new OwnCertificate(storage).firstClaim(), undefined);
    storage.write("certificate", certificateBase64);
    assert.equal(new OwnCertificate(storage, { template: "T-1" }).firstClaim(), undefined);
  });

  it("is claimed again after long refusal, between two connections, and rarely", () => {
    const { storage } = new FakeDevice();
    const certificate = new OwnCertificate(storage, { template: "T-1" });
    const claimAt = (ticks: number, refusals: number, state: ConnectionState = "backoff") => {
      const machine = sinon.createStubInstance(Box);
      sinon.stub(machine, "refusals").get(() => refusals);
      sinon.stub(machine, "connectionState").get(() => state);
      return certificate.nextClaim(machine, { ticks, date: undefined });
    };
    assert.equal(claimAt(0, 7), undefined);
    assert.equal(claimAt(0, 8, "tls"), undefined);
    assert.equal(claimAt(0, 8), "T-1");
    assert.equal(claimAt(3_599_999, 20), undefined);
    assert.equal(claimAt(3_600_000, 20), "T-1");
  });
});
