import assert from "node:assert/strict";
import { type ShadowMessage, type ShadowOperation, Shadows } from "./shadows.ts";

const hourMs = 3_600_000;
const timestamp = 1_700_000_000;
const now = timestamp * 1000;

describe("Shadows", () => {
  let shadows: Shadows;
  let told: ShadowMessage[];

  beforeEach(() => {
    shadows = new Shadows();
    told = [];
    shadows.watch((thingName, messages) => {
      assert.equal(thingName, "lot-1");
      told.push(...messages);
    });
  });

  /** Everything that is published because of a request, by path. */
  function ask(operation: ShadowOperation, request: unknown, at = now) {
    told = [];
    const text = typeof request === "string" ? request : JSON.stringify(request);
    const answer = shadows.request("lot-1", operation, text, at);
    const messages = answer === undefined ? told : [answer];
    assert.ok(answer === undefined || told.length === 0, "one or the other");
    return messages.map(({ path, payload }) => ({ path, ...JSON.parse(payload) }));
  }
  const update = (request: unknown, at = now) => ask("update", request, at);
  function refusalOf(request: unknown, operation: ShadowOperation = "update") {
    const [answer, ...rest] = ask(operation, request);
    assert.deepEqual(rest, []);
    assert.equal(answer?.path, `${operation}/rejected`);
    assert.equal(answer.timestamp, timestamp);
    return `${answer.code} ${answer.message}`;
  }

  it("answers an update with what was asked for, and tells the documents", () => {
    const reported = { pulseMs: 500, old: null };
    assert.deepEqual(update({ state: { reported }, clientToken: "t" }), [
      {
        path: "update/accepted",
        state: { reported },
        metadata: { reported: { pulseMs: { timestamp } } },
        version: 1,
        timestamp,
        clientToken: "t",
      },
      {
        path: "update/documents",
        current: {
          state: { reported: { pulseMs: 500 } },
          metadata: { reported: { pulseMs: { timestamp } } },
          version: 1,
        },
        timestamp,
        clientToken: "t",
      },
    ]);
  });

  it("tells the whole difference after each update that leaves one", () => {
    update({ state: { reported: { pulseMs: 500, travelMs: 0 } } });
    const [, delta] = update({ state: { desired: { pulseMs: 700, travelMs: 9 } } });
    assert.deepEqual(delta, {
      path: "update/delta",
      version: 2,
      timestamp,
      state: { pulseMs: 700, travelMs: 9 },
      metadata: { pulseMs: { timestamp }, travelMs: { timestamp } },
    });
    const [, half] = update({ state: { reported: { pulseMs: 700 } } });
    assert.deepEqual(half?.state, { travelMs: 9 });
    const paths = update({ state: { desired: null } }).map(({ path }) => path);
    assert.deepEqual(paths, ["update/accepted", "update/documents"]);
  });

  it("shows a shadow with its difference and its metadata", () => {
    update({ state: { desired: { a: 2, b: 1 }, reported: { a: 1, b: 1 } } });
    assert.deepEqual(ask("get", { clientToken: "g" }), [
      {
        path: "get/accepted",
        state: { desired: { a: 2, b: 1 }, reported: { a: 1, b: 1 }, delta: { a: 2 } },
        metadata: {
          desired: { a: { timestamp }, b: { timestamp } },
          reported: { a: { timestamp }, b: { timestamp } },
        },
        version: 1,
        timestamp,
        clientToken: "g",
      },
    ]);
    assert.equal(ask("get", "")[0]?.version, 1, "an empty request is enough");
  });

  it("takes an update with the version it has, and refuses every other", () => {
    update({ state: { desired: { a: 1 } } });
    assert.equal(update({ state: { desired: { a: 2 } }, version: 1 })[0]?.version, 2);
    assert.equal(refusalOf({ state: { desired: { a: 3 } }, version: 1 }), "409 Version conflict");
    assert.equal(refusalOf({ state: { desired: { a: 3 } }, version: 3 }), "409 Version conflict");
    assert.deepEqual(shadows.view("lot-1")?.state.desired, { a: 2 });
  });

  it("repeats the token of what it refuses", () => {
    const [answer] = update({ state: { desired: { a: 3 } }, version: 7, clientToken: "mine" });
    assert.equal(answer?.clientToken, "mine");
  });

  it("counts on after a deletion, for two days", () => {
    update({ state: { desired: { a: 1 } } });
    assert.deepEqual(ask("delete", {}), [{ path: "delete/accepted", version: 1, timestamp }]);
    assert.equal(refusalOf({}, "get"), "404 No shadow exists with name: 'lot-1'");
    assert.equal(refusalOf({}, "delete"), "404 No shadow exists with name: 'lot-1'");
    assert.equal(update({ state: { desired: { a: 1 } } }, now + 47 * hourMs)[0]?.version, 2);
    ask("delete", {}, now + 50 * hourMs);
    assert.equal(update({ state: { desired: { a: 1 } } }, now + 98 * hourMs)[0]?.version, 1);
  });

  for (const [request, refusal] of [
    ["no JSON", "400 Invalid JSON"],
    ["[]", "400 Invalid JSON"],
    [{}, "400 Missing required node: state"],
    [{ state: [] }, "400 State node must be an object"],
    [{ state: null }, "400 State node must be an object"],
    [{ state: { desired: 1 } }, "400 Desired node must be an object"],
    [{ state: { reported: [] } }, "400 Reported node must be an object"],
    [{ state: {}, version: "1" }, "400 Invalid version"],
    [{ state: {}, version: 1.5 }, "400 Invalid version"],
    [{ state: {}, clientToken: "x".repeat(65) }, "400 Invalid clientToken"],
    [{ state: {}, clientToken: 1 }, "400 Invalid clientToken"],
    [{ state: { desired: { a: [null] } } }, "400 State contains an invalid node"],
    [
      { state: { desired: { a: { b: { c: { d: { e: { f: {} } } } } } } } },
      "400 JSON contains too many levels of nesting; maximum is 6",
    ],
    [
      { state: { desired: { a: "x".repeat(9000) } } },
      "413 The payload exceeds the maximum size allowed",
    ],
  ] as const) {
    it(`refuses ${JSON.stringify(request).slice(0, 70)}`, () => {
      assert.equal(refusalOf(request), refusal);
      assert.equal(shadows.view("lot-1"), undefined);
    });
  }

  it("takes six levels", () => {
    const desired = { a: { b: { c: { d: { e: { f: 1 } } } } } };
    assert.equal(update({ state: { desired } })[0]?.path, "update/accepted");
  });

  it("has room for 8 KB in both sections together, without metadata", () => {
    const half = "x".repeat(4000);
    update({ state: { desired: { half } } });
    update({ state: { reported: { half } } });
    const refusal = refusalOf({ state: { reported: { more: "x".repeat(200) } } });
    assert.equal(refusal, "413 The payload exceeds the maximum size allowed");
    assert.equal(shadows.view("lot-1")?.version, 2);
  });

  it("takes a person's update, and says why it does not", () => {
    assert.equal(shadows.update("lot-1", { state: { desired: { a: 1 } } }, now), undefined);
    assert.deepEqual(
      told.map(({ path }) => path),
      ["update/accepted", "update/delta", "update/documents"],
    );
    const refusal = shadows.update("lot-1", { state: {}, version: 9 }, now);
    assert.equal(refusal?.code, 409);
  });

  it("forgets a thing that is removed", () => {
    update({ state: { desired: { a: 1 } } });
    shadows.removeThing("lot-1");
    assert.equal(shadows.view("lot-1"), undefined);
    assert.equal(update({ state: { desired: { a: 1 } } })[0]?.version, 1);
  });
});
