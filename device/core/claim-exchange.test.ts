import assert from "node:assert/strict";
import fc from "fast-check";
import { certificateBase64, issuedText, provisionedText, requestPem } from "./claim.vectors.ts";
import {
  answerBytes,
  answerTimeoutMs,
  ClaimExchange,
  type ClaimExchangeEffect,
} from "./claim-exchange.ts";
import { PacketParser } from "./mqtt/codec.ts";
import { clientPackets, connack, publish, suback } from "./mqtt/packets.rig.ts";

const certificate = "$aws/certificates/create-from-csr/json";
const thing = "$aws/provisioning-templates/T-1/provision/json";
const granted = suback(1, [1, 1, 1, 1]);

function make(request: string | undefined = requestPem) {
  return new ClaimExchange(
    { thingName: "lot-7", template: "T-1", request: () => request, parser: new PacketParser() },
    undefined,
  );
}

const sentBy = (effects: readonly ClaimExchangeEffect[]) =>
  clientPackets(effects.flatMap((effect) => (effect.type === "send" ? [effect.bytes] : [])));
const failureOf = (effects: readonly ClaimExchangeEffect[]) =>
  effects.flatMap((effect) =>
    effect.type === "failed" ? [`${effect.error.who} ${effect.error.reason}`] : [],
  );

/** Subscribed, and the first request sent. */
function asked() {
  const exchange = make();
  exchange.connect(0);
  exchange.handleBytes(connack(), 10);
  exchange.handleBytes(granted, 20);
  return exchange;
}

describe("ClaimExchange", () => {
  it("connects, subscribes to four answers, sends two requests, and has a certificate", () => {
    const exchange = make();
    const [connect] = sentBy(exchange.connect(0));
    assert.ok(connect?.cmd === "connect");
    assert.deepEqual([connect.clientId, connect.clean], ["claim.lot-7", true]);
    assert.equal(connect.will, undefined);

    const [subscribe] = sentBy(exchange.handleBytes(connack(), 10));
    assert.ok(subscribe?.cmd === "subscribe");
    assert.deepEqual(
      subscribe.subscriptions.map(({ topic }) => topic),
      [
        `${certificate}/accepted`,
        `${certificate}/rejected`,
        `${thing}/accepted`,
        `${thing}/rejected`,
      ],
    );

    const [first] = sentBy(exchange.handleBytes(granted, 20));
    assert.ok(first?.cmd === "publish");
    assert.equal(first.topic, certificate);
    assert.deepEqual(JSON.parse(String(first.payload)), { certificateSigningRequest: requestPem });

    const half = exchange.handleBytes(
      publish({ topic: `${certificate}/accepted`, payload: issuedText, messageId: 9 }),
      30,
    );
    const [puback, second] = sentBy(half);
    assert.ok(puback?.cmd === "puback" && puback.messageId === 9);
    assert.ok(second?.cmd === "publish");
    assert.equal(second.topic, thing);
    assert.deepEqual(JSON.parse(String(second.payload)), {
      certificateOwnershipToken: "token-1",
      parameters: { ThingName: "lot-7" },
    });

    const whole = exchange.handleBytes(
      publish({ topic: `${thing}/accepted`, payload: provisionedText, qos: 0 }),
      40,
    );
    assert.deepEqual(whole, [{ type: "provisioned", certificate: certificateBase64 }]);
    assert.equal(sentBy(exchange.disconnect())[0]?.cmd, "disconnect");
    assert.equal(exchange.deadline, undefined);
  });

  it("continues with a certificate from an earlier exchange", () => {
    const issued = { certificate: certificateBase64, ownershipToken: "token-0" };
    const exchange = new ClaimExchange(
      {
        thingName: "lot-7",
        template: "T-1",
        parser: new PacketParser(),
        request: () => assert.fail("requested another"),
      },
      issued,
    );
    exchange.connect(0);
    exchange.handleBytes(connack(), 10);
    const [publication] = sentBy(exchange.handleBytes(granted, 20));
    assert.ok(publication?.cmd === "publish" && publication.topic === thing);
    assert.match(String(publication.payload), /token-0/);
  });

  it("waits at most 20 s for each answer", () => {
    const exchange = make();
    exchange.connect(0);
    assert.deepEqual(exchange.handleTimeout(answerTimeoutMs - 1), []);
    exchange.handleBytes(connack(), 15_000);
    assert.equal(exchange.deadline, 15_000 + answerTimeoutMs);
    assert.deepEqual(failureOf(exchange.handleTimeout(35_000)), ["transport no-answer"]);
    assert.deepEqual(exchange.handleBytes(granted, 36_000), []);
  });

  it("reports who must act when AWS refuses", () => {
    const reject = (payload: string) =>
      failureOf(
        asked().handleBytes(publish({ topic: `${certificate}/rejected`, payload, qos: 0 }), 30),
      );
    const rejection = (statusCode: unknown) =>
      JSON.stringify({ statusCode, errorCode: "E", errorMessage: "no" });
    assert.deepEqual(reject(rejection(400)), ["person rejected"]);
    assert.deepEqual(reject(rejection(429)), ["transport rejected"]);
    assert.deepEqual(reject(rejection(500)), ["transport rejected"]);
    assert.deepEqual(reject("{"), ["person rejected"]);
    assert.deepEqual(reject(rejection({ toString: 1 })), ["person rejected"]);
  });

  it("refuses answers that are invalid, too long, or for another thing", () => {
    const answer = (payload: string) =>
      failureOf(
        asked().handleBytes(publish({ topic: `${certificate}/accepted`, payload, qos: 0 }), 30),
      );
    assert.deepEqual(answer("null"), ["peer answer"]);
    assert.deepEqual(answer('{"certificatePem":"x","certificateOwnershipToken":"t"}'), [
      "peer answer",
    ]);
    assert.deepEqual(answer(issuedText.replace('"token-1"', '""')), ["peer answer"]);
    assert.deepEqual(answer(`${" ".repeat(answerBytes)}${issuedText}`), ["peer answer"]);
    const exchange = asked();
    exchange.handleBytes(publish({ topic: `${certificate}/accepted`, payload: issuedText }), 30);
    const other = publish({ topic: `${thing}/accepted`, payload: '{"thingName":"lot-8"}' });
    const failed = exchange.handleBytes(other, 40).find(({ type }) => type === "failed");
    assert.ok(failed?.type === "failed");
    assert.match(failed.error.detail, /lot-8, not lot-7/);
  });

  it("accepts an answer of 4 kB in chunks of any size", () => {
    const long = issuedText.replace("token-1", "t".repeat(3_000));
    const bytes = publish({ topic: `${certificate}/accepted`, payload: long, qos: 0 });
    const exchange = asked();
    const effects: ClaimExchangeEffect[] = [];
    for (const byte of bytes) effects.push(...exchange.handleBytes(Uint8Array.of(byte), 30));
    assert.ok(effects.some(({ type }) => type === "issued"));
  });

  it("ignores answers it did not request, retained answers, and commands", () => {
    for (const message of [
      publish({ topic: `${thing}/accepted`, payload: provisionedText, qos: 0 }),
      publish({ topic: `${certificate}/accepted`, payload: issuedText, qos: 0, retain: true }),
      publish({ topic: "gate/lot-7/command", payload: "open", qos: 0 }),
    ]) {
      const exchange = asked();
      assert.deepEqual(exchange.handleBytes(message, 30), []);
      assert.equal(exchange.step, "certificate");
    }
  });

  it("reports that the policy must be changed if it is refused or may not subscribe", () => {
    const refused = make();
    refused.connect(0);
    assert.deepEqual(failureOf(refused.handleBytes(connack(5), 10)), ["person not-authorized"]);
    const deaf = make();
    deaf.connect(0);
    deaf.handleBytes(connack(), 10);
    const three = suback(1, [1, 1, 1, 0x80]);
    assert.deepEqual(failureOf(deaf.handleBytes(three, 20)), ["person not-authorized"]);
  });

  it("reports that an image without a request must be rebuilt", () => {
    const exchange = new ClaimExchange(
      {
        thingName: "lot-7",
        template: "T-1",
        parser: new PacketParser(),
        request: () => undefined,
      },
      undefined,
    );
    exchange.connect(0);
    exchange.handleBytes(connack(), 10);
    assert.deepEqual(failureOf(exchange.handleBytes(granted, 20)), ["person no-request"]);
  });

  it("provisions only after both answers in order, and otherwise ends or waits", () => {
    const messages: Readonly<Record<string, Uint8Array>> = {
      connack: connack(),
      granted,
      issued: publish({ topic: `${certificate}/accepted`, payload: issuedText, qos: 0 }),
      provisioned: publish({ topic: `${thing}/accepted`, payload: provisionedText, qos: 0 }),
      rejected: publish({ topic: `${thing}/rejected`, payload: "{}", qos: 0 }),
      command: publish({ topic: "gate/lot-7/command", payload: "open" }),
      garbage: Uint8Array.of(0, 0),
    };
    const names = fc.constantFrom(...Object.keys(messages));
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.nat(30_000)), { maxLength: 12 }), (steps) => {
        const exchange = make();
        exchange.connect(0);
        let now = 0;
        const taken: string[] = [];
        for (const [name, waitMs] of steps) {
          now += waitMs;
          exchange.handleTimeout(now);
          const before = exchange.step;
          const effects = exchange.handleBytes(messages[name] as Uint8Array, now);
          if (exchange.step !== before || effects.some(({ type }) => type === "provisioned")) {
            taken.push(name);
          }
          if (effects.some(({ type }) => type === "provisioned")) {
            assert.deepEqual(taken, ["connack", "granted", "issued", "provisioned"]);
            return;
          }
          if (exchange.step === "over")
            assert.deepEqual(effects.length > 0 ? 1 : 0, failureOf(effects).length);
          else assert.ok((exchange.deadline ?? 0) <= now + answerTimeoutMs);
        }
      }),
    );
  });
});
