import assert from "node:assert/strict";
import fc from "fast-check";
import {
  readShadow,
  readShadowAccepted,
  readShadowDelta,
  readShadowRejected,
  writeShadowGet,
  writeShadowUpdate,
} from "./shadow.ts";
import { readShadowTopic, shadowTopicsOf } from "./shadow-topics.ts";

describe("the messages of a shadow", () => {
  it("are written as AWS documents them", () => {
    assert.equal(writeShadowGet("t"), '{"clientToken":"t"}');
    assert.equal(
      writeShadowUpdate({ reported: { pulseMs: 500 } }, "t"),
      '{"state":{"reported":{"pulseMs":500}},"clientToken":"t"}',
    );
    assert.equal(
      writeShadowUpdate({ desired: null, reported: { refused: null }, version: 3 }, "t"),
      '{"state":{"desired":null,"reported":{"refused":null}},"version":3,"clientToken":"t"}',
    );
  });

  it("are read with or without the parts that may be missing", () => {
    const state = { desired: { a: 1 }, reported: { b: 2 }, delta: { a: 1 } };
    const text = JSON.stringify({
      state,
      metadata: {},
      version: 7,
      timestamp: 1,
      clientToken: "t",
    });
    assert.deepEqual(readShadow(text), {
      clientToken: "t",
      version: 7,
      desired: { a: 1 },
      reported: { b: 2 },
    });
    assert.deepEqual(readShadow('{"version":7}'), {
      clientToken: undefined,
      version: 7,
      desired: {},
      reported: {},
    });
    assert.deepEqual(readShadowDelta('{"state":{"a":1},"version":7}')?.desired, { a: 1 });
    assert.equal(readShadowAccepted('{"clientToken":"t","version":1}'), "t");
  });

  for (const [code, refusal] of [
    [404, "none"],
    [409, "conflict"],
    [429, "later"],
    [500, "later"],
    [400, "never"],
    [413, "never"],
  ] as const) {
    it(`say with ${code}: ${refusal}`, () => {
      const text = JSON.stringify({ code, message: "…", clientToken: "t" });
      assert.deepEqual(readShadowRejected(text), { clientToken: "t", refusal });
    });
  }

  it("are nothing if they have no version or code", () => {
    for (const text of ["", "null", "[]", "{}", '{"version":-1}', '{"version":"1"}', "{"]) {
      assert.equal(readShadow(text), undefined, text);
      assert.equal(readShadowDelta(text), undefined, text);
      assert.equal(readShadowRejected(text), undefined, text);
      assert.equal(readShadowAccepted(text), undefined, text);
    }
  });

  it("are read without an error, whatever they are", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        for (const read of [readShadow, readShadowDelta, readShadowRejected, readShadowAccepted]) {
          read(text);
        }
      }),
    );
  });
});

describe("the topics of a shadow", () => {
  const topics = shadowTopicsOf("lot-1");

  it("are two filters, so that a SUBSCRIBE with updates has no more than eight", () => {
    assert.deepEqual(topics.filters, [
      "$aws/things/lot-1/shadow/get/+",
      "$aws/things/lot-1/shadow/update/+",
    ]);
  });

  it("are read, except those that a box does not use, or of another thing", () => {
    assert.equal(readShadowTopic(topics, "$aws/things/lot-1/shadow/update/delta"), "update/delta");
    for (const topic of [
      "$aws/things/lot-1/shadow/update/documents",
      "$aws/things/lot-1/shadow/update",
      "$aws/things/lot-2/shadow/update/delta",
      "$aws/things/lot-1/shadow/name/other/update/delta",
    ]) {
      assert.equal(readShadowTopic(topics, topic), undefined, topic);
    }
  });
});
