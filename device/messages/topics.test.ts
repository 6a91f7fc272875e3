import assert from "node:assert/strict";
import fc from "fast-check";
import {
  defaultPrefix,
  gateCommandFilter,
  gateTopicsOf,
  isGateName,
  isPrefix,
  isThingName,
  readTopic,
  topicsOf,
} from "./topics.ts";

describe("topics", () => {
  it("are four, under the prefix and the thing's name", () => {
    assert.deepEqual(topicsOf(defaultPrefix, "lot-1"), {
      command: "gate/lot-1/command",
      event: "gate/lot-1/event",
      status: "gate/lot-1/status",
      log: "gate/lot-1/log",
    });
  });

  for (const prefix of ["gate", "acme/berlin/gate", "a.b_c-d", "x".repeat(64)]) {
    it(`accepts the prefix ${prefix}`, () => assert.ok(isPrefix(prefix)));
  }

  for (const prefix of [
    ...["", "/", "/gate", "gate/", "a//b", "a/b/c/d", "x".repeat(65)],
    ...["$aws", "$aws/things", "gate/+", "gate/#", "#", "gate open", "gäte", "gate\n", "gate\0"],
  ]) {
    it(`refuses the prefix ${JSON.stringify(prefix)}`, () => assert.ok(!isPrefix(prefix)));
  }

  for (const name of ["lot-1", "A", "a:b_c-9", "x".repeat(64)]) {
    it(`accepts the thing name ${name}`, () => assert.ok(isThingName(name)));
  }

  for (const name of [
    ...["", "x".repeat(65), "a/b", "a+", "#", "$x", "a b", "ö", "a.b", "../x", "lot-1\n", "a\0"],
    ...["service-1", "service-"],
  ]) {
    it(`refuses the thing name ${JSON.stringify(name)}`, () => assert.ok(!isThingName(name)));
  }

  it("of a named gate are one level below those of its box", () => {
    assert.deepEqual(gateTopicsOf("acme/gate", "lot-1", "out"), {
      command: "acme/gate/lot-1/out/command",
      event: "acme/gate/lot-1/out/event",
    });
    assert.equal(gateCommandFilter("gate", "lot-1"), "gate/lot-1/+/command");
  });

  for (const name of ["out", "A_b-9", "x".repeat(32), "events"]) {
    it(`accepts the gate's name ${name}`, () => assert.ok(isGateName(name)));
  }

  for (const name of [
    ...["", "x".repeat(33), "a/b", "+", "#", "a b", "ö", "a.b", "a:b", "out\n"],
    ...["command", "event", "status", "update", "log"],
  ]) {
    it(`refuses the gate's name ${JSON.stringify(name)}`, () => assert.ok(!isGateName(name)));
  }

  it("are read back: the thing, the kind and the gate", () => {
    const { event, command, status, log } = topicsOf("a/b", "lot-1");
    assert.deepEqual(readTopic("a/b", event), { thingName: "lot-1", kind: "event" });
    assert.deepEqual(readTopic("a/b", command), { thingName: "lot-1", kind: "command" });
    assert.deepEqual(readTopic("a/b", status), { thingName: "lot-1", kind: "status" });
    assert.equal(readTopic("a/b", log), undefined);
    const gate = gateTopicsOf("a/b", "lot-1", "out");
    const ofGate = { thingName: "lot-1", gateName: "out" };
    assert.deepEqual(readTopic("a/b", gate.event), { ...ofGate, kind: "event" });
    assert.deepEqual(readTopic("a/b", gate.command), { ...ofGate, kind: "command" });
    for (const other of [
      ...["a/b/lot-1/out/status", "a/b/lot-1/update/command", "a/b/lot-1/log/event"],
      ...["a/b/lot-1/x/y/event", "x/b/lot-1/event", "x/b/lot-1/out/event", "a/b/lot-1", ""],
      ...["a/b/lot-1/out/event/", "a/b/lot-1//event", "a/b//event"],
    ]) {
      assert.equal(readTopic("a/b", other), undefined, other);
    }
  });

  it("stay within AWS IoT Core's limits for every accepted name", () => {
    const word = fc.string({ maxLength: 70 });
    const likely = fc.stringMatching(/^[\w./-]{1,64}$/);
    fc.assert(
      fc.property(fc.oneof(word, likely), fc.oneof(word, likely), (prefix, thingName) => {
        fc.pre(isPrefix(prefix) && isThingName(thingName));
        const topics = [
          ...Object.values(topicsOf(prefix, thingName)),
          ...Object.values(gateTopicsOf(prefix, thingName, "g".repeat(32))),
        ];
        assert.equal(new Set(topics).size, 6);
        for (const topic of topics) {
          assert.ok(new TextEncoder().encode(topic).length <= 256);
          assert.ok(topic.split("/").length - 1 <= 7);
          assert.match(topic, /^[^$+#\0][^+#\0]*$/);
        }
      }),
    );
  });
});
