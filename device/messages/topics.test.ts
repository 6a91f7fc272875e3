import assert from "node:assert/strict";
import fc from "fast-check";
import { defaultPrefix, isPrefix, isThingName, topicsOf } from "./topics.ts";

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

  it("stay within AWS IoT Core's limits for every accepted name", () => {
    const word = fc.string({ maxLength: 70 });
    const likely = fc.stringMatching(/^[\w./-]{1,64}$/);
    fc.assert(
      fc.property(fc.oneof(word, likely), fc.oneof(word, likely), (prefix, thingName) => {
        fc.pre(isPrefix(prefix) && isThingName(thingName));
        const topics = Object.values(topicsOf(prefix, thingName));
        assert.equal(new Set(topics).size, 4);
        for (const topic of topics) {
          assert.ok(new TextEncoder().encode(topic).length <= 256);
          assert.ok(topic.split("/").length - 1 <= 7);
          assert.match(topic, /^[^$+#\0][^+#\0]*$/);
        }
      }),
    );
  });
});
