import assert from "node:assert/strict";
import fc from "fast-check";
import type { IConnectPacket } from "mqtt-packet";
import { awsLimits } from "./aws-limits.ts";
import { ConnectThrottle, judgeConnect } from "./connect-rules.ts";
import { boxPolicy } from "./policy-documents.ts";

const account = { region: "eu-central-1", account: "123456789012" };
const everything = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "iot:*", Resource: "*" }],
} as const;
const anyone = { thingName: undefined, policies: [everything] };
const box = { thingName: "lot-1", policies: [boxPolicy({ ...account, prefix: "gate" })] };
const arnOf = (resource: string) => `arn:aws:iot:${account.region}:${account.account}:${resource}`;

const connect = (fields: Partial<IConnectPacket> = {}): IConnectPacket => ({
  cmd: "connect",
  protocolId: "MQTT",
  protocolVersion: 4,
  clientId: "lot-1",
  keepalive: 60,
  clean: true,
  ...fields,
});
const will = (fields: Partial<NonNullable<IConnectPacket["will"]>> = {}) =>
  ({
    will: {
      topic: "gate/lot-1/status",
      payload: Buffer.from("{}"),
      qos: 1,
      retain: true,
      ...fields,
    },
  }) as const;
const judge = (fields?: Partial<IConnectPacket>, principal: typeof anyone | typeof box = anyone) =>
  judgeConnect(connect(fields), principal, awsLimits, arnOf);

function assertRefused(verdict: ReturnType<typeof judge>, reason: string, returnCode: number) {
  assert.ok(verdict.type === "refuse", "accepted");
  assert.deepEqual([verdict.reason, verdict.returnCode], [reason, returnCode]);
}

describe("judgeConnect", () => {
  it("accepts a box, with the keep alive in force and its policy bound to its client id", () => {
    const verdict = judge({ ...will(), keepalive: 10, clean: false }, box);
    assert.ok(verdict.type === "accept");
    const { authorize, ...terms } = verdict.terms;
    assert.deepEqual(terms, { clientId: "lot-1", clean: false, keepAliveSeconds: 30 });
    assert.equal(authorize("iot:Receive", arnOf("topic/gate/lot-1/command")), "allowed");
    assert.equal(authorize("iot:Receive", arnOf("topic/gate/lot-2/command")), "not-allowed");
  });

  it("treats keep alive 0 as the maximum", () => {
    const verdict = judge({ keepalive: 0 });
    assert.ok(verdict.type === "accept");
    assert.equal(verdict.terms.keepAliveSeconds, 1_200);
  });

  it("refuses anything but MQTT 3.1.1", () => {
    assertRefused(judge({ protocolVersion: 5 }), "protocol", 1);
    assertRefused(judge({ protocolVersion: 3, protocolId: "MQIsdp" }), "protocol", 1);
    assertRefused(judge({ protocolVersion: 4, protocolId: "MQIsdp" }), "protocol", 1);
  });

  it("refuses a client id that is empty, over 128 bytes or begins with $", () => {
    assert.equal(judge({ clientId: "x".repeat(128) }).type, "accept");
    assert.equal(judge({ clientId: "a$" }).type, "accept");
    for (const clientId of ["", "x".repeat(129), "ö".repeat(65), "$a"]) {
      assertRefused(judge({ clientId }), "client-id", 2);
    }
  });

  it("refuses a client id that does not match the certificate, and reports what was denied", () => {
    const verdict = judge({ clientId: "lot-2" }, box);
    assertRefused(verdict, "not-authorized", 5);
    assert.ok(verdict.type === "refuse");
    assert.deepEqual(verdict.denied, { action: "iot:Connect", resource: arnOf("client/lot-2") });
  });

  for (const [what, action, fields] of [
    ["a topic it may not publish", "iot:Publish", { topic: "gate/lot-2/status" }],
    ["a topic it may not publish, unretained", "iot:Publish", { topic: "gate/x", retain: false }],
    ["a topic it may not retain", "iot:RetainPublish", { topic: "gate/lot-1/event" }],
  ] as const) {
    it(`refuses a will on ${what}`, () => {
      const verdict = judge(will(fields), box);
      assertRefused(verdict, "not-authorized", 5);
      assert.ok(verdict.type === "refuse");
      assert.deepEqual(verdict.denied, { action, resource: arnOf(`topic/${fields.topic}`) });
    });
  }

  it("accepts an unretained will without permission to retain", () => {
    assert.equal(judge(will({ topic: "gate/lot-1/event", retain: false }), box).type, "accept");
  });

  for (const [what, fields] of [
    ["on a filter", { topic: "gate/+/status" }],
    ["on AWS's topics", { topic: "$aws/things/lot-1/shadow/update" }],
    ["of QoS 2", { qos: 2 }],
    ["over 128 KB", { payload: Buffer.alloc(128 * 1024 + 1) }],
  ] as const) {
    it(`refuses a will ${what}`, () => assertRefused(judge(will(fields)), "will", 5));
  }

  it("accepts a will of 128 KB", () => {
    assert.equal(judge(will({ payload: Buffer.alloc(128 * 1024) })).type, "accept");
  });
});

describe("ConnectThrottle", () => {
  it("accepts one CONNECT per second and client id", () => {
    const throttle = new ConnectThrottle(awsLimits);
    assert.equal(throttle.admit("a", 0), true);
    assert.equal(throttle.admit("b", 0), true);
    assert.equal(throttle.admit("a", 999), false);
    assert.equal(throttle.admit("a", 1_000), true);
    assert.equal(throttle.admit("a", 1_999), false);
  });

  it("does not count refused ones", () => {
    const throttle = new ConnectThrottle(awsLimits);
    throttle.admit("a", 0);
    assert.equal(throttle.admit("a", 900), false);
    assert.equal(throttle.admit("a", 1_000), true);
  });

  it("can be disabled", () => {
    const throttle = new ConnectThrottle({ connectsPerSecond: Infinity });
    assert.equal(throttle.admit("a", 0), true);
    assert.equal(throttle.admit("a", 0), true);
  });

  it("does not forget a client id too early", () => {
    const step = fc.record({ id: fc.constantFrom("a", "b", "c"), waitMs: fc.nat(600) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const throttle = new ConnectThrottle(awsLimits);
        const admittedAt = new Map<string, number>();
        let now = 0;
        for (const { id, waitMs } of steps) {
          now += waitMs;
          const isDue = now - (admittedAt.get(id) ?? -Infinity) >= 1_000;
          assert.equal(throttle.admit(id, now), isDue);
          if (isDue) admittedAt.set(id, now);
        }
      }),
    );
  });
});
