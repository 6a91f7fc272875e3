import assert from "node:assert/strict";
import { issueCertificate } from "../pki/authority.ts";
import { FleetProvisioning, tokenLifeMs } from "./fleet-provisioning.ts";
import { claimPolicy } from "./policy-documents.ts";
import { account, publishPacket, subscribePacket, TestCloud } from "./stand-in.rig.ts";

const csr = "$aws/certificates/create-from-csr/json";
const provision = "$aws/provisioning-templates/T/provision/json";

describe("FleetProvisioning", () => {
  let pem: string;
  let now: number;
  let things: string[];
  let fleet: FleetProvisioning;

  before(async () => {
    const request = { profile: { type: "client" }, subject: "CN=x", keyType: "p256" } as const;
    pem = (await issueCertificate(request)).certificatePem;
  });
  beforeEach(() => {
    now = 0;
    things = [];
    fleet = new FleetProvisioning({
      templates: ["T"],
      sign: async (request) => (request === "good" ? pem : undefined),
      register: async (thingName) => void things.push(thingName),
      allows: (thingName) => thingName !== "lot-9",
      now: () => now,
    });
  });

  async function ask(topic: string, payload: unknown): Promise<Record<string, unknown>> {
    const text = typeof payload === "string" ? payload : JSON.stringify(payload);
    const answer = await fleet.answer(topic, Buffer.from(text));
    assert.ok(answer);
    return { topic: answer.topic, ...(JSON.parse(answer.payload) as Record<string, unknown>) };
  }
  const token = async () =>
    (await ask(csr, { certificateSigningRequest: "good" })).certificateOwnershipToken;
  const register = async (certificateOwnershipToken: unknown, ThingName: unknown = "lot-7") =>
    ask(provision, { certificateOwnershipToken, parameters: { ThingName } });

  it("issues a certificate for a request, and registers a thing with its token, once", async () => {
    const issued = await ask(csr, { certificateSigningRequest: "good" });
    assert.equal(issued.topic, `${csr}/accepted`);
    assert.equal(issued.certificatePem, pem);
    assert.match(String(issued.certificateId), /^[0-9a-f]{64}$/);
    const made = await register(issued.certificateOwnershipToken);
    assert.deepEqual(made, {
      topic: `${provision}/accepted`,
      thingName: "lot-7",
      deviceConfiguration: {},
    });
    const again = await register(issued.certificateOwnershipToken);
    assert.equal(again.topic, `${provision}/rejected`);
    assert.deepEqual(things, ["lot-7"]);
  });

  it("removes a certificate whose token was not used within the hour", async () => {
    const good = await token();
    now = tokenLifeMs - 1;
    assert.equal(fleet.pending, 1);
    now = tokenLifeMs;
    assert.equal((await register(good)).errorCode, "InvalidCertificateOwnershipToken");
    assert.equal(fleet.pending, 0);
  });

  it("rejects with status, code and message", async () => {
    const unsigned = await ask(csr, { certificateSigningRequest: "bad" });
    assert.deepEqual(Object.keys(unsigned), ["topic", "statusCode", "errorCode", "errorMessage"]);
    assert.equal((await ask(csr, "not JSON")).statusCode, 400);
    assert.equal((await register("no token")).statusCode, 400);
    assert.equal((await register(await token(), 7)).errorCode, "InvalidParameters");
    assert.equal((await register(await token(), "../x")).errorCode, "InvalidParameters");
    assert.equal((await register(await token(), "lot-9")).statusCode, 403);
    assert.equal((await ask(provision.replace("/T/", "/U/"), {})).statusCode, 404);
    assert.deepEqual(things, []);
  });

  it("ignores other topics", () => {
    assert.equal(fleet.answer("gate/lot-1/command", Buffer.from("open")), undefined);
    assert.equal(fleet.answer(`${csr}/accepted`, Buffer.from("{}")), undefined);
  });

  describe("to a claim certificate, over real TLS", () => {
    let cloud: TestCloud;

    beforeEach(async () => {
      cloud = await TestCloud.start({ provisioning: fleet });
      const certificate = cloud.people.unknown.certificatePem;
      const policies = [claimPolicy({ ...account, template: "T" })];
      cloud.registry.register({ certificate, principalId: "claim", policies });
    });
    afterEach(() => cloud.stop());

    const connect = (clientId = "claim.lot-7") => cloud.connect(cloud.people.unknown, clientId);

    it("answers only on the requesting connection", async () => {
      const [asker, neighbour] = [await connect(), await connect("claim.lot-8")];
      for (const client of [asker, neighbour]) await client.subscribe(`${csr}/accepted`);
      const payload = JSON.stringify({ certificateSigningRequest: "good" });
      asker.send(publishPacket(csr, payload));
      await asker.next("puback");
      assert.match(await asker.message(), /accepted: .*certificateOwnershipToken/);
      await neighbour.settle();
    });

    it("does not answer a client that has not subscribed", async () => {
      const client = await connect();
      client.send(publishPacket(csr, "{}"));
      await client.next("puback");
      await client.settle();
    });

    const forbidden: readonly (readonly [string, ReturnType<typeof publishPacket>])[] = [
      ["to open a gate", publishPacket("gate/lot-1/command", "open")],
      ["to report as a box", publishPacket("gate/lot-7/event", "{}")],
      ["to leave a status", publishPacket("gate/lot-7/status", "{}", { retain: true })],
      ["another template", publishPacket(provision.replace("/T/", "/U/"), "{}")],
      ["keys generated by AWS", publishPacket("$aws/certificates/create/json", "{}")],
      ["another form", publishPacket(csr.replace("json", "cbor"), "{}")],
      ["to answer instead of AWS", publishPacket(`${provision}/accepted`, "{}")],
      ["a shadow", publishPacket("$aws/things/lot-1/shadow/update", "{}")],
      ["to retain a request", publishPacket(csr, "{}", { retain: true })],
      ["to receive commands", subscribePacket(["gate/lot-7/command"])],
      ["to receive everything", subscribePacket(["#"])],
      ["to receive all of AWS's topics", subscribePacket(["$aws/#"])],
      ["to receive other claims", subscribePacket([csr])],
      [
        "to receive another template",
        subscribePacket(["$aws/provisioning-templates/+/provision/json/accepted"]),
      ],
      [
        "to subscribe to a forbidden topic together with an allowed one",
        subscribePacket([`${csr}/accepted`, "gate/#"]),
      ],
    ];
    for (const [what, packet] of forbidden) {
      it(`refuses it ${what}: disconnects`, async () => {
        const client = await connect();
        client.send(packet);
        assert.deepEqual(
          (await client.rest()).filter(({ cmd }) => cmd !== "puback"),
          [],
        );
        assert.equal(cloud.recordsOf("denied").length, 1);
      });
    }

    it("refuses it every client id but its own", async () => {
      for (const clientId of ["lot-7", "lot-1", "web-1", "claim", "claimed", "Claim.lot-7"]) {
        await assert.rejects(connect(clientId), /CONNACK 5/, clientId);
      }
    });
  });
});
