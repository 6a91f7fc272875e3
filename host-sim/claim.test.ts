import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClaimCloud } from "./claim.rig.ts";
import { MemoryStorage } from "./hardware/storage.ts";
import type { SimulatedBoxOptions } from "./simulated-box.ts";
import { bundleForEngine, simulatorProgram } from "./xs/bundle/for-engine.ts";
import { requireEngine } from "./xs/engine.rig.ts";
import { XsFirmware } from "./xs/firmware.ts";

for (const engine of ["node", "xs"] as const) {
  describe(`a box without a certificate, on ${engine}, over real TLS`, function () {
    this.timeout(30_000);
    let fleet: ClaimCloud;
    let directory: string | undefined;
    let firmware: { readonly makeFirmware?: NonNullable<SimulatedBoxOptions["makeFirmware"]> } = {};

    before(async function () {
      if (engine === "node") return;
      const binary = requireEngine(this);
      directory = mkdtempSync(join(tmpdir(), "boom-box-"));
      const modules = (await bundleForEngine(directory, simulatorProgram)).map(({ file }) => file);
      const onFailed = (error: Error) => {
        throw error;
      };
      firmware = { makeFirmware: (agent) => new XsFirmware(agent, { binary, modules, onFailed }) };
    });
    after(() => {
      if (directory !== undefined) rmSync(directory, { recursive: true });
    });
    afterEach(() => fleet?.stop());

    it("claims one, connects as itself, and opens", async () => {
      fleet = await ClaimCloud.start();
      const { box, record, claims, records } = boxOf(fleet.box(firmware));
      await record({ type: "status", state: "online" });
      assert.deepEqual(claims(), ["issued", "provisioned"]);
      assert.deepEqual(fleet.things, ["lot-7"]);
      await fleet.cloud.publish("gate/lot-7/command", "open");
      await record({ type: "event", outcome: "opened" });
      const edges = box.device.gatePin.edges.map(({ value }) => value);
      assert.ok(edges[0] === 1 && edges.length <= 2);
      const connected = fleet.records.flatMap((each) =>
        each.type === "connected" ? [[each.clientId, each.thingName]] : [],
      );
      assert.deepEqual(connected, [
        ["claim.lot-7", undefined],
        ["lot-7", "lot-7"],
      ]);
      assert.deepEqual(
        fleet.records.filter(({ type }) => ["denied", "violation", "refused"].includes(type)),
        [],
      );
      assert.doesNotMatch(JSON.stringify(records), /PRIVATE|MII/);
    });

    it("claims once: after a restart, it has its own", async () => {
      fleet = await ClaimCloud.start();
      const storage = new MemoryStorage();
      const first = fleet.box({ ...firmware, storage });
      await first.record({ type: "status", state: "online" });
      await first.box.stop();
      const second = fleet.box({ ...firmware, storage });
      await second.record({ type: "status", state: "online" });
      assert.deepEqual(second.claims, []);
      assert.equal(fleet.things.length, 1);
    });

    it("reports who must act if it is not in the fleet, and receives no commands meanwhile", async () => {
      fleet = await ClaimCloud.start({ allows: () => false });
      const { box, record, claims } = boxOf(fleet.box(firmware));
      const failed = await record({ type: "claim", outcome: "failed" });
      assert.ok(failed.type === "claim" && failed.outcome === "failed");
      assert.deepEqual([failed.who, failed.reason], ["person", "rejected"]);
      assert.match(failed.detail, /^403 AccessDenied The pre-provisioning hook declined$/);
      await record({ type: "connection", state: "backoff" });
      await fleet.cloud.publish("gate/lot-7/command", "open");
      assert.deepEqual(box.device.gatePin.edges, []);
      assert.deepEqual(claims(), ["issued", "failed"]);
    });

    it("reports that the claim certificate is inactive", async () => {
      fleet = await ClaimCloud.start();
      fleet.registry.setStatus(fleet.material.claim.certificatePem, "INACTIVE");
      const { record } = boxOf(fleet.box(firmware));
      const failed = await record({ type: "claim", outcome: "failed" });
      assert.ok(failed.type === "claim" && failed.outcome === "failed");
      assert.deepEqual([failed.who, failed.reason], ["person", "not-authorized"]);
      assert.match(failed.detail, /may be inactive/);
    });
  });
}

function boxOf(made: ReturnType<ClaimCloud["box"]>) {
  return {
    box: made.box,
    records: made.records,
    record: (fields: Readonly<Record<string, unknown>>) => made.record(fields),
    claims: () => made.claims.map((each) => each.type === "claim" && each.outcome),
  };
}
