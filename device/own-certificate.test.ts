import assert from "node:assert/strict";
import { certificateBase64 } from "./core/claim.vectors.ts";
import { FakeDevice } from "./device.fake.ts";
import { OwnCertificate } from "./own-certificate.ts";

describe("OwnCertificate", () => {
  it("is in storage, and found there after a restart", () => {
    const { storage } = new FakeDevice();
    const certificate = new OwnCertificate(storage);
    assert.equal(certificate.identity(), undefined);
    assert.equal(certificate.keep(certificateBase64), true);
    const found = new OwnCertificate(storage).identity();
    assert.ok(found?.type === "issued");
    assert.equal(found.certificate.length, 300);
  });

  it("is as good as none where storage holds something else", () => {
    const { storage } = new FakeDevice();
    storage.write("certificate", "MIIBKA==");
    assert.equal(new OwnCertificate(storage).identity(), undefined);
  });

  it("serves until the next restart where storage does not keep it", () => {
    const { storage } = new FakeDevice();
    storage.write = () => {};
    const certificate = new OwnCertificate(storage);
    assert.equal(certificate.keep(certificateBase64), false);
    assert.equal(certificate.identity()?.type, "issued");
    assert.equal(new OwnCertificate(storage).identity(), undefined);
  });
});
