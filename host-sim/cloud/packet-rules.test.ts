import assert from "node:assert/strict";
import type { IPublishPacket, ISubscribePacket, Packet } from "mqtt-packet";
import { awsLimits, type Limits } from "./aws-limits.ts";
import { PacketRules } from "./packet-rules.ts";
import type { PolicyAction } from "./policy.ts";

const publish = (fields: Partial<IPublishPacket> = {}): IPublishPacket => ({
  cmd: "publish",
  topic: "a",
  payload: "x",
  qos: 1,
  dup: false,
  retain: false,
  messageId: 1,
  ...fields,
});
const subscribe = (topics: readonly string[], qos: 0 | 1 | 2 = 1): ISubscribePacket => ({
  cmd: "subscribe",
  messageId: 1,
  subscriptions: topics.map((topic) => ({ topic, qos })),
});
const names = (count: number, prefix = "a") =>
  Array.from({ length: count }, (_, index) => `${prefix}/${index}`);
const pass = { type: "pass" };

describe("PacketRules", () => {
  let asked: string[];
  let forbidden: string[];
  let rules: PacketRules;

  const rulesWith = (limits: Partial<Limits>, filters: readonly string[] = []) =>
    new PacketRules(
      (action: PolicyAction, resource) => {
        asked.push(`${action} ${resource}`);
        return forbidden.includes(`${action} ${resource}`) ? "not-allowed" : "allowed";
      },
      { ...awsLimits, ...limits },
      (resource) => `arn:${resource}`,
      filters,
      0,
    );

  beforeEach(() => {
    asked = [];
    forbidden = [];
    rules = rulesWith({});
  });

  function assertViolation(packet: Packet, rule: RegExp): void {
    const verdict = rules.judge(packet, 0);
    assert.ok(verdict.type === "violate", verdict.type);
    assert.match(verdict.rule, rule);
  }

  describe("for a PUBLISH", () => {
    it("checks iot:Publish on the topic", () => {
      assert.deepEqual(rules.judge(publish(), 0), pass);
      assert.deepEqual(asked, ["iot:Publish arn:topic/a"]);
    });

    it("also checks iot:RetainPublish if it is retained", () => {
      assert.deepEqual(rules.judge(publish({ retain: true }), 0), pass);
      assert.deepEqual(asked, ["iot:Publish arn:topic/a", "iot:RetainPublish arn:topic/a"]);
    });

    for (const action of ["iot:Publish", "iot:RetainPublish"]) {
      it(`denies it without ${action}`, () => {
        forbidden = [`${action} arn:topic/a`];
        const denied = { type: "deny", action, resource: "arn:topic/a" };
        assert.deepEqual(rules.judge(publish({ retain: true }), 0), denied);
      });
    }

    it("denies AWS's own topics whatever the policy says, but not those meant for clients", () => {
      const topic = "$aws/events/presence/connected/a";
      const denied = { type: "deny", action: "iot:Publish", resource: `arn:topic/${topic}` };
      assert.deepEqual(rules.judge(publish({ topic }), 0), denied);
      assert.deepEqual(rules.judge(publish({ topic: "$aws/things/a/shadow/update" }), 0), pass);
    });

    it("allows 128 KB and not a byte more", () => {
      const most = 128 * 1024;
      assert.deepEqual(rules.judge(publish({ payload: Buffer.alloc(most) }), 0), pass);
      assertViolation(publish({ payload: Buffer.alloc(most + 1) }), /131073 bytes/);
      assertViolation(publish({ payload: "ö".repeat(most / 2 + 1) }), /131074 bytes/);
    });

    it("disconnects for an invalid topic", () => {
      assertViolation(publish({ topic: "a/+" }), /PUBLISH: .*\+ or #/);
      assertViolation(publish({ topic: "a/b/c/d/e/f/g/h/i" }), /7 slashes/);
    });

    it("does not answer QoS 2, or check whether it would be allowed", () => {
      const ignored = { type: "ignore", packet: "PUBLISH of QoS 2" };
      assert.deepEqual(rules.judge(publish({ qos: 2, topic: "#" }), 0), ignored);
      assert.deepEqual(asked, []);
    });

    it("discards only publishes over 100 per second", () => {
      for (let count = 1; count <= 100; count++) {
        assert.deepEqual(rules.judge(publish(), 0), pass, `PUBLISH ${count}`);
      }
      const discarded = { type: "discard", topic: "a" };
      assert.deepEqual(rules.judge(publish(), 0), discarded);
      assert.deepEqual(rules.judge(publish(), 9), discarded);
      assert.deepEqual(rules.judge(publish(), 10), pass);
      assert.deepEqual(rules.judge(publish(), 10), discarded);
      assert.deepEqual(rules.judge(subscribe(["a"]), 10), pass);
    });
  });

  describe("for a SUBSCRIBE", () => {
    it("checks iot:Subscribe on every filter, unchanged", () => {
      assert.deepEqual(rules.judge(subscribe(["a/+", "b/#"]), 0), pass);
      const question = "iot:Subscribe arn:topicfilter/";
      assert.deepEqual(asked, [`${question}a/+`, `${question}b/#`]);
    });

    it("denies all of it when one filter is not allowed", () => {
      const resource = "arn:topicfilter/b";
      forbidden = [`iot:Subscribe ${resource}`];
      const denied = { type: "deny", action: "iot:Subscribe", resource };
      assert.deepEqual(rules.judge(subscribe(["a", "b", "c"]), 0), denied);
    });

    it("allows 8 filters at once and no more", () => {
      assert.deepEqual(rules.judge(subscribe(names(8)), 0), pass);
      assertViolation(subscribe(names(9)), /SUBSCRIBE with 9 filters/);
    });

    it("allows 50 subscriptions and no more; the same filter counts once", () => {
      for (let round = 0; round < 6; round++) {
        assert.deepEqual(rules.judge(subscribe(names(8, `${round}`)), 0), pass);
      }
      assert.deepEqual(rules.judge(subscribe(["x", "y"]), 0), pass);
      assert.deepEqual(rules.judge(subscribe(["x", "y", "0/1"]), 0), pass);
      assertViolation(subscribe(["z"]), /51 subscriptions/);
    });

    it("counts the filters of a resumed session, but not unsubscribed ones", () => {
      rules = rulesWith({ subscriptions: 2 }, ["old", "older"]);
      const unsubscribe: Packet = { cmd: "unsubscribe", messageId: 2, unsubscriptions: ["old"] };
      assert.deepEqual(rules.judge(subscribe(["older"]), 0), pass);
      assert.deepEqual(rules.judge(unsubscribe, 0), pass);
      assert.deepEqual(rules.judge(subscribe(["new"]), 0), pass);
      assertViolation(subscribe(["old"]), /3 subscriptions/);
    });

    it("disconnects for an invalid filter", () => {
      assertViolation(subscribe(["a", "#/a"]), /SUBSCRIBE: .*last level/);
    });

    it("does not answer one of QoS 2, not even for its other filters", () => {
      const [good, bad] = [subscribe(["a"], 1), subscribe(["b"], 2)];
      const mixed = { ...good, subscriptions: [...good.subscriptions, ...bad.subscriptions] };
      const ignored = { type: "ignore", packet: "SUBSCRIBE of QoS 2" };
      assert.deepEqual(rules.judge(mixed, 0), ignored);
      assert.deepEqual(asked, []);
    });
  });

  it("passes acknowledgements, pings and DISCONNECT", () => {
    assert.deepEqual(rules.judge({ cmd: "puback", messageId: 1 }, 0), pass);
    assert.deepEqual(rules.judge({ cmd: "pingreq" }, 0), pass);
    assert.deepEqual(rules.judge({ cmd: "disconnect" }, 0), pass);
  });

  for (const cmd of ["pubrec", "pubrel", "pubcomp"] as const) {
    it(`does not answer ${cmd.toUpperCase()}`, () => {
      const ignored = { type: "ignore", packet: cmd.toUpperCase() };
      assert.deepEqual(rules.judge({ cmd, messageId: 1 }, 0), ignored);
    });
  }

  it("disconnects for a second CONNECT, and for packets that only a server sends", () => {
    assertViolation({ cmd: "connect", clientId: "a", protocolId: "MQTT" }, /unexpected CONNECT/);
    assertViolation({ cmd: "pingresp" }, /unexpected PINGRESP/);
    assertViolation({ cmd: "suback", messageId: 1, granted: [1] }, /unexpected SUBACK/);
  });
});
