import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { connectPacket, type People, TestCloud } from "./stand-in.rig.ts";
import { mqttProtocolName } from "./tls-listener.ts";

describe("the TLS endpoint", function () {
  this.timeout(30_000);
  let test: TestCloud;
  let people: People;

  beforeEach(async () => {
    test = await TestCloud.start();
    people = test.people;
  });
  afterEach(() => test.stop());

  it("accepts a registered, active certificate of the CA", async () => {
    await test.connect(people.lot1, "lot-1");
    assert.deepEqual(test.cloud.connectedClients(), ["lot-1"]);
    assert.deepEqual(test.recordsOf("warning"), []);
  });

  it("disconnects an unregistered certificate", async () => {
    const client = await test.dial(people.unknown);
    client.send(connectPacket("lot-1"));
    assert.deepEqual(await client.rest(), []);
    await test.record("hung-up", { reason: "unknown-certificate" });
  });

  it("disconnects a deactivated certificate, but not its open connection", async () => {
    const open = await test.connect(people.lot1, "lot-1");
    test.registry.setStatus(people.lot1.certificatePem, "INACTIVE");
    await open.settle();
    const client = await test.dial(people.lot1);
    assert.deepEqual(await client.rest(), []);
    await test.record("hung-up", { reason: "inactive-certificate" });
  });

  it("disconnects clients with another CA's certificate, or none", async () => {
    for (const identity of [people.stranger, undefined]) {
      const client = await test.dial(identity);
      client.send(connectPacket("lot-1"));
      assert.deepEqual(await client.rest(), []);
    }
    await test.record("hung-up", { reason: "tls" });
    assert.equal(test.recordsOf("hung-up", { reason: "tls" }).length, 2);
  });

  it("supports TLS 1.2 with ECDHE and AES-GCM, and 1.3, but nothing weaker", async () => {
    const box = people.lot1;
    for (const options of [
      { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" },
      { minVersion: "TLSv1.3" },
    ] as const) {
      const client = await test.dial(box, options);
      client.send(connectPacket("lot-1"));
      assert.equal((await client.next("connack")).returnCode, 0);
      test.clock.tick(1_000);
    }
    for (const options of [
      { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA256" },
      { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
    ] as const) {
      const client = await test.dial(box, options);
      assert.deepEqual(await client.rest(), []);
    }
    assert.equal(test.recordsOf("connected").length, 2);
  });

  it("listens on loopback only", async function () {
    const host = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ internal, family }) => !internal && family === "IPv4")?.address;
    if (host === undefined) this.skip();
    const client = await test.dial(people.lot1, { host });
    client.send(connectPacket("lot-1"));
    assert.deepEqual(await client.rest(), []);
    assert.deepEqual(test.records, []);
  });

  it("sends no session tickets", async () => {
    const client = await test.dial(people.lot1, { maxVersion: "TLSv1.2" });
    assert.equal(client.sessionTicket, undefined);
  });

  it("accepts only the ALPN name of MQTT", async () => {
    const client = await test.dial(people.lot1, { ALPNProtocols: ["h2", mqttProtocolName] });
    assert.equal(client.alpnProtocol, mqttProtocolName);
    client.send(connectPacket("lot-1"));
    await client.next("connack");
    assert.deepEqual(await (await test.dial(people.lot1, { ALPNProtocols: ["h2"] })).rest(), []);
  });

  it("requires the ALPN name as on port 443", async () => {
    await test.cloud.close();
    await test.listen({ alpn: "required" });
    assert.deepEqual(await (await test.dial(people.lot1)).rest(), []);
    await test.record("hung-up", { reason: "alpn" });
    const client = await test.dial(people.lot1, { ALPNProtocols: [mqttProtocolName] });
    client.send(connectPacket("lot-1"));
    assert.equal((await client.next("connack")).returnCode, 0);
  });

  it("warns about a client without SNI, which AWS would refuse", async () => {
    const checkServerIdentity = () => undefined;
    const client = await test.dial(people.lot1, { servername: "", checkServerIdentity });
    client.send(connectPacket("lot-1"));
    await client.next("connack");
    assert.match((await test.record("warning")).message, /lot-1 sent no SNI/);
  });

  it("uses another port only if that is allowed", async () => {
    const { port } = test.cloud;
    const other = await test.standIn({ port, fallbackToAnyPort: true });
    assert.notEqual(other.port, port);
    assert.match(
      (await test.record("warning")).message,
      new RegExp(`another program uses port ${port}: using `),
    );
    await other.close();
    await assert.rejects(test.standIn({ port }), { code: "EADDRINUSE" });
  });
});
