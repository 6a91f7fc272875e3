import assert from "node:assert/strict";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { retryPauseMs, webhookHeaders, webhookSecretOf } from "./webhooks.ts";

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

describe("the retries of a webhook", () => {
  it("come later and later for about a day, and then end", () => {
    const pauses: number[] = [];
    for (let failures = 1; ; failures++) {
      const pause = retryPauseMs(failures, 0.5);
      if (pause === undefined) break;
      pauses.push(pause);
    }
    assert.deepEqual(
      pauses,
      [...pauses].sort((a, b) => a - b),
    );
    const hours = pauses.reduce((sum, pause) => sum + pause, 0) / 3_600_000;
    assert.ok(hours > 24 && hours < 48, String(hours));
  });

  it("are spread, so that a receiver that comes back does not get everything at once", () => {
    assert.deepEqual([retryPauseMs(1, 0), retryPauseMs(1, 0.999_999)], [4_500, 5_500]);
  });
});
