import assert from "node:assert/strict";
import { boxPolicies } from "./policy-documents.ts";
import { Shadows } from "./shadows.ts";
import { account, publishPacket, type RawClient, TestCloud } from "./stand-in.rig.ts";

const root = "$aws/things/lot-1/shadow";

describe("Shadows through CloudStandIn", function () {
  this.timeout(30_000);
  let test: TestCloud;
  let shadows: Shadows;

  beforeEach(async () => {
    shadows = new Shadows();
    test = await start();
  });
  afterEach(() => test.stop());

  async function start(): Promise<TestCloud> {
    const cloud = await TestCloud.start({ shadows });
    const policies = boxPolicies({ ...account, prefix: "gate", shadow: true });
    for (const [thingName, { certificatePem: certificate }] of [
      ["lot-1", cloud.people.lot1],
      ["lot-2", cloud.people.lot2],
    ] as const) {
      cloud.registry.register({ certificate, thingName, policies });
    }
    return cloud;
  }

  async function lot1(): Promise<RawClient> {
    const client = await test.connect(test.people.lot1, "lot-1", { keepalive: 1200 });
    await client.subscribe(`${root}/get/+`, `${root}/update/+`);
    return client;
  }
  function send(client: RawClient, path: string, request: object, qos: 0 | 1 = 0): void {
    client.send(publishPacket(`${root}/${path}`, JSON.stringify(request), { qos }));
  }
  async function hear(client: RawClient) {
    const { topic, payload, retain } = await client.next("publish");
    assert.ok(topic.startsWith(root) && !retain, topic);
    return { path: topic.slice(root.length + 1), ...JSON.parse(payload.toString()) };
  }

  it("plays the whole conversation of a device and a person", async () => {
    const box = await lot1();
    send(box, "get", { clientToken: "1" });
    assert.equal((await hear(box)).code, 404);
    send(box, "update", { state: { reported: { pulseMs: 500 } }, clientToken: "2" });
    const accepted = await hear(box);
    assert.deepEqual([accepted.path, accepted.clientToken], ["update/accepted", "2"]);
    shadows.update("lot-1", { state: { desired: { pulseMs: 700 } } }, test.clock.now);
    assert.equal((await hear(box)).path, "update/accepted");
    const delta = await hear(box);
    assert.deepEqual([delta.path, delta.state], ["update/delta", { pulseMs: 700 }]);
    const state = { desired: null, reported: { pulseMs: 700 } };
    send(box, "update", { state, version: delta.version });
    assert.equal((await hear(box)).version, 3, "update/documents has not been received before it");
    assert.deepEqual(shadows.view("lot-1")?.state, { reported: { pulseMs: 700 } });
  });

  it("survives a restart of the stand-in", async () => {
    shadows.update("lot-1", { state: { desired: { pulseMs: 700 } } }, test.clock.now);
    await test.stop();
    test = await start();
    const box = await lot1();
    send(box, "get", {});
    assert.deepEqual((await hear(box)).state.delta, { pulseMs: 700 });
  });

  it("closes the connection of a box that reaches for another one's shadow", async () => {
    const other = await test.connect(test.people.lot2, "lot-2", { keepalive: 1200 });
    send(other, "update", { state: { desired: { pulseMs: 700 } } });
    await other.rest();
    assert.equal(shadows.view("lot-1"), undefined);
  });
});
