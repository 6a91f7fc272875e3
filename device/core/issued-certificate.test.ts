import assert from "node:assert/strict";
import { certificateBase64, certificatePem } from "./claim.vectors.ts";
import { base64OfPem, derOfBase64 } from "./issued-certificate.ts";

describe("an issued certificate", () => {
  it("is extracted from PEM, with any line endings", () => {
    assert.equal(base64OfPem(certificatePem), certificateBase64);
    assert.equal(base64OfPem(certificatePem.replaceAll("\n", "\r\n")), certificateBase64);
    assert.equal(derOfBase64(certificateBase64)?.length, 300);
  });

  it("is not extracted from invalid PEM, or from several certificates", () => {
    for (const text of [
      "",
      "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
      certificatePem + certificatePem,
      certificatePem.replaceAll("CERTIFICATE", "PRIVATE KEY"),
      certificatePem.replace("MIIB", "MIIC"),
      certificatePem.slice(0, 200),
    ]) {
      assert.equal(base64OfPem(text), undefined, text.slice(0, 60));
    }
  });

  it("is not read from storage with another or too long value", () => {
    assert.equal(derOfBase64(undefined), undefined);
    assert.equal(derOfBase64("[]"), undefined);
    assert.equal(derOfBase64(certificateBase64.slice(4)), undefined);
    assert.equal(derOfBase64("MIIf/AAA".padEnd(10_928, "A")), undefined);
  });
});
