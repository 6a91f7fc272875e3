import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createAuthority, type Identity, issueClient } from "../pki/authority.ts";
import { type PolicyDocument, PolicyError } from "./policy.ts";
import { Registry } from "./registry.ts";

const account = { region: "eu-central-1", account: "123456789012" };
const policy: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["iot:Connect"], Resource: ["*"] }],
};

describe("Registry", () => {
  let registry: Registry;
  let box: Identity;
  let id: string;

  before(async () => {
    box = await issueClient(await createAuthority(), "lot-1");
    id = new X509Certificate(box.certificatePem).fingerprint256.replaceAll(":", "").toLowerCase();
  });

  beforeEach(() => {
    registry = new Registry(account);
  });

  it("finds a certificate by its PEM and by its fingerprint, in AWS's or OpenSSL's format", () => {
    const certificate = box.certificatePem;
    const { fingerprint256 } = new X509Certificate(certificate);
    const principal = registry.register({ certificate, thingName: "lot-1", policies: [policy] });
    assert.deepEqual(principal, {
      certificateId: id,
      principalId: id,
      thingName: "lot-1",
      policies: [policy],
      status: "ACTIVE",
    });
    for (const name of [certificate, fingerprint256, id]) {
      assert.equal(registry.find(name), principal);
    }
    assert.equal(registry.find("0".repeat(64)), undefined);
  });

  it("finds a certificate that was registered by fingerprint only", () => {
    registry.register({ certificate: id, principalId: "web", policies: [], status: "INACTIVE" });
    const principal = registry.find(box.certificatePem);
    assert.deepEqual([principal?.principalId, principal?.status], ["web", "INACTIVE"]);
  });

  it("replaces a registration", () => {
    registry.register({ certificate: id, thingName: "lot-1", policies: [policy] });
    registry.register({ certificate: id, thingName: "lot-2", policies: [] });
    assert.equal(registry.find(id)?.thingName, "lot-2");
    assert.deepEqual(registry.find(id)?.policies, []);
  });

  it("changes only the status, for later lookups", () => {
    const before = registry.register({ certificate: id, thingName: "lot-1", policies: [policy] });
    registry.setStatus(id, "INACTIVE");
    assert.deepEqual(registry.find(id), { ...before, status: "INACTIVE" });
    assert.equal(before.status, "ACTIVE");
    assert.throws(() => registry.setStatus("0".repeat(64), "ACTIVE"), /no such certificate/);
  });

  it("refuses a policy it cannot enforce", () => {
    const Statement = [{ ...policy.Statement[0], Condition: {} }];
    const policies = [{ ...policy, Statement }] as unknown as PolicyDocument[];
    assert.throws(() => registry.register({ certificate: id, policies }), PolicyError);
    assert.equal(registry.find(id), undefined);
  });

  it("refuses what is not a certificate or a fingerprint", () => {
    for (const certificate of ["", "lot-1", id.slice(1), `${id}0`, `${id.slice(1)}g`]) {
      assert.throws(() => registry.find(certificate), /not a PEM certificate or/);
    }
  });

  it("names resources in its account, which must be valid", () => {
    assert.equal(registry.arn("topic/a"), "arn:aws:iot:eu-central-1:123456789012:topic/a");
    assert.throws(() => new Registry({ ...account, account: "me" }), /not an AWS account/);
  });
});
