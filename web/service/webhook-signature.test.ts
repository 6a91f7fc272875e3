import assert from "node:assert/strict";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { webhookHeaders, webhookSecretOf } from "./webhook-signature.ts";

describe("the signature of a webhook", () => {
  it("is accepted by the library of Standard Webhooks, whatever the message", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 24, maxLength: 64 }),
        fc.uuid(),
        fc.dictionary(fc.string(), fc.string({ unit: "binary" })),
        (bytes, id, content) => {
          const secret = webhookSecretOf(bytes);
          const body = JSON.stringify(content);
          const headers = webhookHeaders(secret, { id, body, at: Date.now() });
          assert.deepEqual(new Webhook(secret).verify(body, { ...headers }), JSON.parse(body));
        },
      ),
    );
  });

  it("is refused for another message, another id, and long after", () => {
    const secret = webhookSecretOf(new Uint8Array(32).fill(7));
    const signed = { id: "1", body: "{}", at: Date.now() };
    const headers = webhookHeaders(secret, signed);
    const receiver = new Webhook(secret);
    assert.throws(() => receiver.verify('{"a":1}', { ...headers }));
    assert.throws(() => receiver.verify("{}", { ...headers, "webhook-id": "2" }));
    const old = webhookHeaders(secret, { ...signed, at: Date.now() - 600_000 });
    assert.throws(() => receiver.verify("{}", { ...old }));
  });
});
