import assert from "node:assert/strict";
import fc from "fast-check";
import { ShadowWorld, settings, thingName } from "./shadow.rig.ts";
import { longestDocument, shadowAnswerTimeoutMs } from "./shadow.ts";

const second = 1_000;
const minute = 60_000;

function connected(world = new ShadowWorld()): ShadowWorld {
  world.connect();
  world.run(second);
  return world;
}
const operations = ({ published }: ShadowWorld) => published.map(({ operation }) => operation);
const states = ({ reports }: ShadowWorld) => reports.map(({ state }) => state);
const refusedIn = (world: ShadowWorld) => world.state.reported?.refused;

const reported = {
  firmware: "1.2.3",
  pin: 5,
  pulseMs: 500,
  pulseCapMs: 1_500,
  cooldownMs: 3_000,
  travelMs: 0,
  network: "wifi",
  timeServers: ["pool.ntp.org", "time.cloudflare.com", "time.google.com"],
  networks: [{ SSID: "car park", secured: true }],
};

describe("a box's shadow", () => {
  describe("reports", () => {
    it("firmware and settings when there is no shadow yet, and no password", () => {
      const world = connected();
      assert.deepEqual(world.state, { reported });
      assert.deepEqual(operations(world), ["get", "update"]);
      assert.ok(world.published.every(({ text }) => !text.includes("let me in")));
      assert.deepEqual(states(world), ["reported"]);
    });

    it("nothing when the shadow shows it already", () => {
      const world = connected(new ShadowWorld(connected().shadows));
      assert.deepEqual(operations(world), ["get"]);
      world.run(60 * minute);
      assert.deepEqual(operations(world), ["get"]);
    });

    it("only what differs, and deletes what it has no more", () => {
      const { shadows } = connected();
      const state = { reported: { firmware: "1.0.0", led: { pin: 2 }, note: "of a person" } };
      shadows.update(thingName, { state }, 0);
      const world = connected(new ShadowWorld(shadows));
      const { text = "" } = world.published[1] ?? {};
      assert.deepEqual(JSON.parse(text).state, { reported: { firmware: "1.2.3", led: null } });
      assert.deepEqual(world.state, { reported: { ...reported, note: "of a person" } });
    });

    it("again after an answer that got lost, and after another while it is not connected", () => {
      const world = new ShadowWorld();
      world.isLost = (path) => path === "update" && world.now < 2 * minute;
      world.connect();
      world.run(minute);
      world.disconnect();
      world.run(minute);
      const before = world.published.length;
      assert.ok(before >= 3 && before <= 6, String(before));
      world.connect();
      world.run(second);
      assert.deepEqual(world.state, { reported });
    });
  });

  describe("takes a change", () => {
    it("that comes while it is connected: tries it, keeps it, reports it, and clears it", () => {
      const world = connected();
      world.desire({ pulseMs: 700, travelMs: 9_000 });
      world.run(minute);
      assert.deepEqual(world.tried, [{ pulseMs: 700, travelMs: 9_000 }]);
      const { pulseMs, pulseCapMs, travelMs } = world.state.reported ?? {};
      assert.deepEqual([pulseMs, pulseCapMs, travelMs], [700, 1_900, 9_000]);
      assert.equal(world.state.desired, undefined);
      assert.deepEqual(states(world), ["reported", "trying", "applied"]);
      world.run(60 * minute);
      assert.equal(world.tried.length, 1);
    });

    it("that came while it was away", () => {
      const world = new ShadowWorld();
      world.desire({ cooldownMs: 4_000 });
      world.connect();
      world.run(minute);
      assert.equal(world.tried.length, 1);
      assert.equal(world.state.desired, undefined);
      assert.equal(world.state.reported?.cooldownMs, 4_000);
    });

    it("of the networks, and reports their names alone", () => {
      const world = connected();
      world.desire({ networks: [{ SSID: "new", password: "12345678" }, { SSID: "open" }] });
      world.run(minute);
      assert.deepEqual(world.state.reported?.networks, [
        { SSID: "new", secured: true },
        { SSID: "open", secured: false },
      ]);
      assert.equal(JSON.stringify(world.shadows.view(thingName)).includes("12345678"), false);
    });

    it("that is in force already, without a restart", () => {
      const world = connected();
      world.desire({ pulseMs: 500 });
      // Nothing differs, so AWS tells nothing: the next connection finds it.
      world.disconnect();
      world.connect();
      world.run(second);
      assert.deepEqual(world.tried, []);
      assert.equal(world.state.desired, undefined);
    });

    it("only once nobody is disturbed", () => {
      const world = connected();
      world.isIdle = false;
      world.desire({ pulseMs: 700 });
      world.run(10 * minute);
      assert.deepEqual(world.tried, []);
      world.isIdle = true;
      world.run(6 * second);
      assert.equal(world.tried.length, 1);
    });

    it("and tells that it keeps it only after the trial", () => {
      const world = connected();
      world.desire({ pulseMs: 700 });
      world.run(5 * second);
      const applied = world.reports.find(({ state }) => state === "applied");
      const trying = world.reports.find(({ state }) => state === "trying");
      assert.ok(applied !== undefined && trying !== undefined);
      assert.ok(applied.at - trying.at > 3_100);
    });

    it("that was replaced while it waited", () => {
      const world = connected();
      world.isIdle = false;
      world.desire({ pulseMs: 700 });
      world.run(minute);
      world.desire({ pulseMs: 800 });
      world.run(minute);
      world.isIdle = true;
      world.run(minute);
      assert.deepEqual(world.tried, [{ pulseMs: 800 }]);
      assert.equal(world.state.desired, undefined);
    });

    it("that was made while the one before was being cleared", () => {
      const world = connected();
      world.desire({ pulseMs: 700 });
      let isMade = false;
      world.isLost = (path) => {
        const isClearing = path === "update" && world.input.pulseMs === 700 && !isMade;
        if (!isClearing) return false;
        isMade = true;
        world.desire({ travelMs: 5_000 });
        return false;
      };
      world.run(5 * minute);
      assert.ok(isMade);
      assert.equal(world.tried.length, 2);
      assert.equal(world.tried[1]?.travelMs, 5_000);
      assert.equal(world.state.desired, undefined);
      assert.equal(world.state.reported?.travelMs, 5_000);
    });
  });

  describe("refuses a change", () => {
    for (const [what, desired, reasons] of [
      ["of the pin", { pin: 4 }, ["pin cannot be changed from here"]],
      ["of the light's pin", { led: { pin: 6 } }, ["led cannot be changed from here"]],
      [
        "with a dangerous part, as a whole",
        { pulseMs: 700, endpoint: "evil.test" },
        ["endpoint cannot be changed from here"],
      ],
      [
        "beyond a limit",
        { pulseMs: 60_000 },
        ["pulseMs must be a whole number, 20–5000 ms: 60000"],
      ],
    ] as const) {
      it(`${what}, says why, and clears it`, () => {
        const world = connected();
        world.desire(desired);
        world.run(minute);
        assert.deepEqual(world.tried, []);
        assert.deepEqual(world.state, { reported: { ...reported, refused: reasons } });
        assert.deepEqual(states(world), ["reported", "refused"]);
      });
    }

    it("of networks without showing a password", () => {
      const world = connected();
      world.desire({ networks: [{ SSID: "new", pasword: "12345678" }] });
      world.run(minute);
      assert.match(JSON.stringify(refusedIn(world)), /networks must be/);
      assert.ok(!JSON.stringify([world.reports, world.state]).includes("12345678"));
    });

    it("with few and short reasons, however much is wrong", () => {
      const world = connected();
      const many = Array.from({ length: 40 }, (_, index) => [`x${"y".repeat(9)}${index}`, 1]);
      world.desire({ ...Object.fromEntries(many), ["z".repeat(500)]: 1 });
      world.run(minute);
      const reasons = refusedIn(world);
      assert.ok(Array.isArray(reasons) && reasons.length === 4);
      assert.ok(reasons.every((each) => String(each).length <= 120));
      assert.equal(world.state.desired, undefined);
    });

    it("that the box did not connect with", () => {
      const world = connected();
      world.connects = ({ networks }) => JSON.stringify(networks).includes("car park");
      world.desire({ networks: [{ SSID: "typo", password: "12345678" }] });
      world.run(4 * minute);
      assert.equal(refusedIn(world), undefined);
      world.run(2 * minute);
      assert.deepEqual(world.state, {
        reported: { ...reported, refused: ["the box did not connect with it"] },
      });
      world.run(60 * minute);
      assert.equal(world.tried.length, 1);
    });

    it("and forgets why when a later one is applied", () => {
      const world = connected();
      world.desire({ pin: 4 });
      world.run(minute);
      world.desire({ pulseMs: 700 });
      world.run(minute);
      assert.equal(refusedIn(world), undefined);
    });

    it("that is too long to be read", () => {
      const world = connected();
      world.desire({ timeServers: Array.from({ length: 8 }, () => "x".repeat(500)) });
      world.run(minute);
      assert.deepEqual(refusedIn(world), [`the change is longer than ${longestDocument} bytes`]);
      assert.equal(world.state.desired, undefined);
    });

    it("that made the shadow too long to be read, while it was away", () => {
      const world = new ShadowWorld();
      world.desire({ note: "x".repeat(6_000) });
      world.connect();
      world.run(minute);
      assert.equal(world.state.desired, undefined);
      assert.deepEqual(world.state.reported?.firmware, "1.2.3");
      assert.equal(Array.isArray(refusedIn(world)), true);
    });
  });

  it("takes a change out of a shadow that is too long, if the change is not", () => {
    const world = new ShadowWorld();
    const state = { reported: { notes: "x".repeat(4_000) }, desired: { pulseMs: 700 } };
    world.shadows.update(thingName, { state }, 0);
    world.connect();
    world.run(minute);
    assert.equal(world.state.reported?.pulseMs, 700);
    assert.equal(world.state.delta, undefined);
    world.run(60 * minute);
    assert.equal(world.tried.length, 1);
  });

  it("asks less and less often when it is refused", () => {
    const world = new ShadowWorld();
    world.isLost = (path) => path === "get";
    world.connect();
    world.run(60 * minute);
    assert.ok(world.published.length >= 10 && world.published.length < 30);
    assert.ok((world.shadow.deadline ?? 0) - world.now <= 5 * minute + shadowAnswerTimeoutMs);
  });

  it("stops asking for what can never be granted", () => {
    const world = new ShadowWorld();
    world.isLost = (path) => path === "get";
    world.connect();
    const { clientToken } = JSON.parse(world.published[0]?.text ?? "");
    world.receive("get/rejected", JSON.stringify({ code: 403, message: "", clientToken }));
    world.run(60 * minute);
    assert.equal(world.published.length, 1);
  });

  it("ignores answers to others, and other topics", () => {
    const world = connected();
    const before = world.published.length;
    world.receive("get/accepted", '{"state":{"desired":{"pulseMs":700}},"version":9}');
    world.receive("update/accepted", '{"version":9,"clientToken":"other"}');
    world.receive("update/documents", '{"state":{"pulseMs":700},"version":9}');
    world.receive("delete/accepted", '{"version":9}');
    world.run(minute);
    assert.equal(world.published.length, before);
    assert.deepEqual(world.tried, []);
  });

  const json = fc.json({ maxDepth: 3 });
  const paths = fc.constantFrom(
    "get/accepted",
    "get/rejected",
    "update/accepted",
    "update/rejected",
    "update/delta",
  );

  it("survives anything that arrives, and stays able to take a change", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            path: paths,
            text: fc.oneof(
              json,
              fc.string(),
              fc
                .record({ state: fc.jsonValue({ maxDepth: 2 }), version: fc.nat(9) })
                .map((each) => JSON.stringify(each)),
              fc.record({ code: fc.nat(600) }).map((each) => JSON.stringify(each)),
            ),
            afterMs: fc.nat(20_000),
          }),
          { maxLength: 8 },
        ),
        (messages) => {
          const world = connected();
          for (const { path, text, afterMs } of messages) {
            world.receive(path, text);
            world.run(afterMs);
          }
          world.disconnect();
          world.connect();
          // A delta that AWS has not written may name the next version. An answer to it that is still on its way
          // would settle whatever gets this version.
          world.run(second);
          world.desire({ pulseMs: 700 });
          world.run(20 * minute);
          assert.equal(world.input.pulseMs, 700);
          assert.equal(world.state.desired, undefined);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("comes to rest with the same settings, whatever is lost on the way", () => {
    const change = fc.record(
      {
        pulseMs: fc.integer({ min: 0, max: 6_000 }),
        travelMs: fc.nat(9_000),
        pin: fc.constant(4),
        appUrl: fc.constantFrom("https://gate.example", "no address"),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.array(fc.record({ desired: change, afterMs: fc.nat(30_000) }), { maxLength: 4 }),
        fc.array(fc.boolean(), { maxLength: 25 }),
        (changes, losses) => {
          const world = connected();
          const lost = [...losses];
          world.isLost = () => lost.shift() ?? false;
          for (const { desired, afterMs } of changes) {
            world.desire(desired);
            world.run(afterMs);
          }
          world.isLost = () => false;
          world.run(30 * minute);
          world.disconnect();
          world.connect();
          world.run(30 * minute);
          assert.equal(world.state.desired, undefined);
          assert.equal(world.state.delta, undefined);
          const { pulseMs, travelMs } = world.state.reported ?? {};
          assert.equal(pulseMs, world.input.pulseMs ?? 500);
          assert.equal(travelMs, world.input.travelMs ?? 0);
          assert.equal(world.input.pin, settings.pin);
        },
      ),
      { numRuns: 100 },
    );
  });
});
