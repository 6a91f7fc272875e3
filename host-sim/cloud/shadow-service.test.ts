import assert from "node:assert/strict";
import sinon from "sinon";
import { ShadowService } from "./shadow-service.ts";
import { Shadows } from "./shadows.ts";

describe("ShadowService", () => {
  let clock: sinon.SinonFakeTimers;
  let shadows: Shadows;
  let service: ShadowService;
  let published: string[];
  const connection = {};

  beforeEach(() => {
    clock = sinon.useFakeTimers({ now: 1_700_000_000_000, toFake: ["setTimeout", "clearTimeout"] });
    shadows = new Shadows();
    published = [];
    service = new ShadowService({
      shadows,
      now: () => clock.now,
      publish: ({ topic, payload }) => {
        const { code } = JSON.parse(payload);
        published.push(
          `${topic.slice("$aws/things/lot-1/shadow/".length)}${code ? ` ${code}` : ""}`,
        );
      },
      answerMs: 50,
    });
  });
  afterEach(() => {
    service.close();
    clock.restore();
  });

  const ask = (path: string, request: string | Uint8Array = "{}", from: object = connection) =>
    service.handle(from, `$aws/things/lot-1/shadow/${path}`, Buffer.from(request));

  it("answers after a while", () => {
    assert.ok(ask("update", '{"state":{"desired":{"a":1}}}'));
    assert.deepEqual(published, []);
    clock.tick(50);
    assert.deepEqual(published, ["update/accepted", "update/delta", "update/documents"]);
  });

  it("refuses the eleventh request in flight of one connection, and of no other", () => {
    for (let i = 0; i < 11; i++) ask("get");
    ask("get", "{}", {});
    assert.deepEqual(published, ["get/rejected 429"]);
    clock.tick(50);
    assert.equal(published.length, 12);
    ask("get");
    clock.tick(50);
    assert.equal(published.at(-1), "get/rejected 404");
  });

  it("refuses what is not UTF-8", () => {
    ask("update", Uint8Array.of(0x7b, 0xff, 0x7d));
    clock.tick(50);
    assert.deepEqual(published, ["update/rejected 415"]);
  });

  it("ignores all other topics", () => {
    assert.ok(!ask("update/accepted"));
    assert.ok(!ask("name/other/get"));
    assert.ok(!service.handle(connection, "$aws/things/lot-1/jobs/get", new Uint8Array()));
    clock.tick(50);
    assert.deepEqual(published, []);
  });

  it("answers nothing after its end, and tells no more changes", () => {
    ask("get");
    service.close();
    shadows.update("lot-1", { state: { desired: { a: 1 } } }, clock.now);
    clock.tick(1_000);
    assert.deepEqual(published, []);
  });
});
