import assert from "node:assert/strict";
import { WebhookReceiver } from "./webhook-receiver.rig.ts";
import { messageSender } from "./webhook-sender.ts";

describe("a message to a webhook", () => {
  let receiver: WebhookReceiver;
  const send = (url: string, privateHosts: readonly string[] = ["127.0.0.1", "localhost"]) =>
    messageSender(privateHosts)({ url, headers: { "webhook-id": "7" }, body: '{"name":"Zoë"}' });

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });
  afterEach(() => receiver.stop());

  it("is posted as JSON, and is delivered with any 2xx", async () => {
    assert.deepEqual(await send(receiver.url), { status: 204, problem: null, detail: null });
    const [message] = receiver.received;
    assert.equal(message?.body, '{"name":"Zoë"}');
    assert.equal(message.headers["content-type"], "application/json");
    assert.equal(message.headers["webhook-id"], "7");
  });

  it("is not delivered with any other answer, and follows no redirect", async () => {
    receiver.status = 500;
    const refused = { status: 500, problem: "refused", detail: null };
    assert.deepEqual(await send(receiver.url), refused);
    receiver.status = 302;
    receiver.headers = { location: receiver.url };
    assert.equal((await send(receiver.url)).status, 302);
    assert.equal(receiver.received.length, 2);
  });

  it("does not reach private addresses, also by name, unless the operator allows the host", async () => {
    const { port } = new URL(receiver.url);
    for (const host of ["127.0.0.1", "localhost", "[::1]", "2130706433", "0.0.0.0"]) {
      const { status, problem } = await send(`https://${host}:${port}/hook`, []);
      assert.equal(status, null);
      assert.equal(problem, "private-address", host);
    }
    assert.equal((await send(`http://localhost:${port}/hook`)).problem, null);
    assert.equal((await send(receiver.url, [])).problem, "no-tls");
    assert.equal(receiver.received.length, 1);
  });

  it("says why nothing came back", async () => {
    const { url } = receiver;
    await receiver.stop();
    const { problem, detail } = await send(url);
    assert.equal(problem, "unreachable");
    assert.match(detail ?? "", /ECONNREFUSED/);
    receiver = await WebhookReceiver.start();
    // No TLS there.
    assert.equal((await send(receiver.url.replace("http:", "https:"))).status, null);
  });
});
