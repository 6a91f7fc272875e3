import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeAwsDefaults } from "./aws-defaults.ts";
import { chooseBoxes, type PlaceFlags } from "./choose-place.ts";

describe("where boxes take updates from", () => {
  let certs: string;

  beforeEach(() => {
    certs = mkdtempSync(join(tmpdir(), "boom-box-update-"));
  });
  afterEach(() => rmSync(certs, { recursive: true }));

  function box(thing: string, settings: object, region?: string): void {
    mkdirSync(join(certs, thing));
    writeFileSync(join(certs, thing, "settings.json"), JSON.stringify(settings));
    writeFileSync(join(certs, thing, "certificate.pem"), "");
    if (region === undefined) return;
    const certificateId = "a".repeat(64);
    const certificateArn = `arn:aws:iot:${region}:123456789012:cert/${certificateId}`;
    const current = { certificateId, certificateArn, activated: true };
    const record = { version: 1, cloud: "aws", type: "box", region, prefix: "gate", replaced: [] };
    const text = JSON.stringify({ ...record, current });
    writeFileSync(join(certs, thing, "provisioning.json"), text);
  }
  const choose = (changes: Partial<PlaceFlags>) => chooseBoxes({ certs, ...changes });
  const refused = async (changes: Partial<PlaceFlags>, message: RegExp) =>
    assert.rejects(choose(changes), { name: "UserError", message });

  it("is the stand-in for boxes of this folder, each once, in the order that was named", async () => {
    box("lot-1", { updates: "aws" });
    box("lot-2", { updates: "aws" });
    const thing = ["lot-2", "lot-1", "lot-2"];
    const place = { type: "local" };
    assert.deepEqual(await choose({ thing }), { things: ["lot-2", "lot-1"], place, notes: [] });
    assert.deepEqual((await choose({ all: true })).things, ["lot-1", "lot-2"]);
  });

  it("is AWS for boxes that were provisioned there, with a bucket and a role", async () => {
    const region = "eu-central-1";
    box("lot-1", { updates: "aws" }, region);
    const named = { bucket: "b-1", roleArn: "arn:aws:iam::123456789012:role/r" };
    await refused({ all: true }, /name them once with --bucket and --role/);
    await refused({ all: true, region: "us-east-1" }, /is in eu-central-1, not in us-east-1/);
    await writeAwsDefaults(certs, region, named);
    const { place } = await choose({ all: true });
    assert.deepEqual(JSON.parse(JSON.stringify(place)), { type: "aws", region, ...named });
    const other = await choose({ all: true, bucket: "b-2" });
    assert.equal(other.place.type === "aws" && other.place.bucket, "b-2");
  });

  it("is our own topics by the setting or the flag, on the box's broker", async () => {
    box("lot-1", { updates: "topics", endpoint: "broker.test", port: 8884, prefix: "lab" });
    const { place } = await choose({ all: true });
    const broker = { endpoint: "broker.test", port: 8884, prefix: "lab", alpn: false };
    assert.deepEqual(JSON.parse(JSON.stringify(place)), { type: "topics", ...broker });
    box("lot-2", { updates: "off" });
    await refused({ thing: ["lot-2"], brokerTopics: true }, /names no broker/);
    const { notes } = await choose({ thing: ["lot-2"], brokerTopics: true, endpoint: "x.test" });
    assert.match(notes.join(), /^lot-2: "updates" is not "topics" in settings.json/);
  });

  it("is one place for all, or none", async () => {
    box("lot-1", { updates: "aws" }, "eu-central-1");
    box("lot-2", { updates: "aws" });
    await refused({ all: true }, /lot-1 from AWS in eu-central-1, lot-2 from the stand-in/);
    await refused({}, /no box is named/);
    await refused({ thing: ["lot-2"], endpoint: "x.test" }, /add --broker-topics/);
    await refused({ thing: ["lot-2"], bucket: "b-1" }, /are for AWS/);
    await refused({ certs: join(certs, "none"), all: true }, /has no box/);
  });
});
