import assert from "node:assert/strict";
import { thePeople } from "../../host-sim/cloud/stand-in.rig.ts";
import { credentials, type DataPlane, FakeAws, wrongCredentials } from "./aws.fake.ts";
import { signedWebSocketPath } from "./aws.ts";
import { command, describeGateLink, Heard } from "./gate-link.contract.ts";
import type { GateLink, SendResult } from "./gate-link.ts";

describeGateLink("awsLink to a fake of AWS's endpoints", () => FakeAws.start());

describe("awsLink", function () {
  this.timeout(30_000);
  let aws: FakeAws;

  let links: GateLink[] = [];

  before(async () => {
    aws = await FakeAws.start();
  });
  afterEach(async () => {
    await Promise.all(links.map((link) => link.close()));
    links = [];
  });
  after(() => aws.dispose());

  function open(others: Parameters<FakeAws["link"]>[0] = {}) {
    const link = aws.link(others);
    links.push(link);
    const heard = new Heard();
    link.start(heard);
    return { link, heard };
  }

  /** Sends one command while the Data Plane behaves like this. */
  async function send(dataPlane: DataPlane, timeoutMs = 5_000): Promise<SendResult> {
    aws.dataPlane = dataPlane;
    const { link, heard } = open();
    await heard.until(() => heard.listening.includes(true));
    const before = aws.received.length;
    const result = await link.send(command, timeoutMs);
    assert.equal(aws.received.length - before, result.type === "sent" ? 1 : 0);
    return result;
  }

  it("sends one command with a valid signature", async () => {
    assert.deepEqual(await send("takes"), { type: "sent" });
    assert.deepEqual(aws.refused, []);
  });

  it("reports not-sent when AWS refuses the command", async () => {
    for (const dataPlane of ["forbids", "throttles"] as const) {
      const result = await send(dataPlane);
      assert.equal(result.type, "not-sent", dataPlane);
    }
  });

  it("reports unknown and does not retry when AWS fails or does not respond", async () => {
    assert.equal((await send("fails")).type, "unknown");
    assert.equal((await send("says nothing", 200)).type, "unknown");
  });

  it("connects with a session token, which the signature does not cover", async () => {
    const { heard } = open({ credentials: { ...credentials, sessionToken: "a+b/c==" } });
    await heard.until(() => heard.listening.includes(true));
  });

  it("does not connect with wrong credentials", async () => {
    const { heard } = open({ credentials: wrongCredentials });
    await heard.until(() => heard.listening.length > 0);
    assert.deepEqual(heard.listening, [false]);
    assert.deepEqual(aws.refused.splice(0), ["the signature in the query is wrong"]);
  });

  it("does not connect to a server whose certificate it cannot verify", async () => {
    const { heard } = open({ ca: (await thePeople()).lot1.certificatePem });
    await heard.until(() => heard.listening.length > 0);
    assert.deepEqual(heard.listening, [false]);
  });

  it("signs the WebSocket path for five minutes", async () => {
    const path = await signedWebSocketPath({
      endpoint: "abc-ats.iot.eu-central-1.amazonaws.com",
      region: "eu-central-1",
      credentials,
      now: new Date("2026-11-25T02:15:00Z"),
    });
    const { searchParams, pathname } = new URL(path, "wss://any");
    assert.equal(pathname, "/mqtt");
    assert.equal(searchParams.get("X-Amz-Expires"), "300");
    assert.equal(searchParams.get("X-Amz-Date"), "20261125T021500Z");
    assert.equal(searchParams.get("X-Amz-SignedHeaders"), "host");
  });
});
