import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createAuthority } from "../../host-sim/pki/authority.ts";
import { daysLeft, expiryNotice } from "./expiry.ts";

describe("a certificate's remaining days", () => {
  let certificate: X509Certificate;
  const at = (text: string) => new Date(`${text}Z`);

  before(async () => {
    const notAfter = at("2030-03-01T12:00:00");
    const { certificatePem } = await createAuthority({ keyType: "p256", notAfter });
    certificate = new X509Certificate(certificatePem);
  });

  it("are whole numbers, negative after the end", () => {
    assert.equal(daysLeft(certificate, at("2030-02-27T12:00:00")), 2);
    assert.equal(daysLeft(certificate, at("2030-02-27T12:00:01")), 1);
    assert.equal(daysLeft(certificate, at("2030-03-01T11:59:59")), 0);
    assert.equal(daysLeft(certificate, at("2030-03-01T12:00:01")), -1);
  });

  it("cause a warning when fewer than 60 are left", () => {
    assert.equal(expiryNotice(certificate, at("2029-12-31T12:00:00")), undefined);
    assert.equal(
      expiryNotice(certificate, at("2029-12-31T12:00:01")),
      "expires in 59 days, on 2030-03-01",
    );
    assert.equal(expiryNotice(certificate, at("2030-03-02T00:00:00")), "expired on 2030-03-01");
  });
});
