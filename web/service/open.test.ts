import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type SinonFakeTimers, useFakeTimers } from "sinon";
import type { GatesPage, Problem, RequestView } from "../api.ts";
import type { Gate } from "../domain/entities.ts";
import { aGrant } from "../store/place.rig.ts";
import type { Browser } from "./browser.rig.ts";
import { everyDay, Rig, turns, until } from "./service.rig.ts";

const path = "/api/gates/north/open";

describe("opening a gate", () => {
  let rig: Rig;
  let gate: Gate;

  beforeEach(async () => {
    rig = await Rig.make();
    gate = await rig.gate();
    await rig.service.start();
    rig.link.online("box-1");
  });

  afterEach(() => rig.dispose());

  const tap = (browser: Browser, id: string = randomUUID(), to = path) => browser.post(to, { id });
  const state = async (id: string) => (await rig.store.request(id))?.state;

  it("records the request, sends one command, and ends with the box's outcome", async () => {
    const { browser, person } = await rig.colleague(gate, { name: "Ada" });
    const id = randomUUID();
    const response = await tap(browser, id);
    assert.equal(response.status, 202);
    const recorded = { id, gate: "north", state: "recorded", reason: null, at: rig.now };
    assert.deepEqual(await response.json(), { ...recorded, pulseMs: null });
    await until(async () => (await state(id)) === "sent");
    assert.deepEqual(rig.link.sent, [
      {
        ...{ id, thingName: "box-1", output: null, by: "Ada" },
        ...{ issuedAt: rig.now, expiresAt: rig.now + 10_000 },
      },
    ]);

    rig.now += 700;
    rig.link.event("box-1", { id, outcome: "opened", pulseMs: 501 });
    await until(async () => (await state(id)) === "opened");
    assert.deepEqual(await rig.store.request(id), {
      id,
      gateId: "north",
      personId: person.id,
      guestId: null,
      state: "opened",
      reason: null,
      at: rig.now - 700,
      sentAt: rig.now - 700,
      endedAt: rig.now,
      pulseMs: 501,
      address: "192.0.2.1",
      via: null,
    });
    const { text } = await rig.metrics.expose();
    assert.match(text, /boom_box_web_requests_total\{state="opened",reason=""\} 1/);
    assert.match(text, /boom_box_web_tap_to_pulse_seconds_sum 0\.199/);
  });

  describe("at a box with several gates", () => {
    const to = "/api/gates/inner/open";
    let inner: Gate;

    beforeEach(async () => {
      inner = await rig.gate({ id: "inner", name: "Inner gate", output: "inner" });
    });

    it("sends the command to this gate, and takes the outcome from its topic", async () => {
      const { browser } = await rig.colleague(inner);
      const id = randomUUID();
      assert.equal((await tap(browser, id)).status, 403, "which is the other gate's");
      const mine = randomUUID();
      assert.equal((await tap(browser, mine, to)).status, 202);
      await until(async () => (await state(mine)) === "sent");
      assert.deepEqual(
        rig.link.sent.map(({ thingName, output }) => [thingName, output]),
        [["box-1", "inner"]],
      );
      rig.link.event("box-1", { id: mine, outcome: "opened", pulseMs: 501 }, "inner");
      await until(async () => (await state(mine)) === "opened");
      assert.deepEqual(await rig.store.foreignEvents(10), []);
    });

    it("reports that the box has no such gate, which it says on its plain topic", async () => {
      const { browser } = await rig.colleague(inner);
      const id = randomUUID();
      await tap(browser, id, to);
      rig.link.event("box-1", { id, outcome: "refused", reason: "unknown-gate" });
      await until(async () => (await state(id)) === "refused");
      assert.equal((await rig.store.request(id))?.reason, "unknown-gate");
    });

    it("counts what the box tells late to when it happened", async () => {
      const { browser } = await rig.colleague(inner);
      const id = randomUUID();
      await tap(browser, id, to);
      await until(async () => (await state(id)) === "sent");
      rig.now += 60_000;
      rig.link.event("box-1", { id, outcome: "opened", delayedMs: 59_000 }, "inner");
      await until(async () => (await state(id)) === "opened");
      assert.equal((await rig.store.request(id))?.endedAt, rig.now - 59_000);
    });

    it("keeps what the contacts show apart", async () => {
      const { browser } = await rig.administrator();
      const at = rig.now;
      rig.link.gateEvent("box-1", { gate: "left-open", at }, "inner");
      rig.link.gateEvent("box-1", { gate: "did-not-open", at }, "outer");
      rig.link.gateEvent("box-1", { gate: "opened-by-hand", at });
      await until(async () => (await rig.store.foreignEvents(10)).length === 3);
      const shown = async (id: string) =>
        (await browser.get(`/api/admin/gates/${id}/events`)).json();
      assert.deepEqual(await shown("inner"), [{ event: "left-open", at }]);
      assert.deepEqual(await shown("north"), [{ event: "opened-by-hand", at }]);
    });
  });

  describe("with a box whose clock differs from the service's", () => {
    async function refused(reason: "future" | "expired", at: number) {
      const { browser } = await rig.colleague(gate);
      const id = randomUUID();
      await tap(browser, id);
      await until(async () => (await state(id)) === "sent");
      rig.now += 300;
      rig.link.event("box-1", { id, outcome: "refused", reason, at });
      await until(async () => (await state(id)) === "refused");
      return (await rig.store.request(id))?.reason;
    }

    async function clockOf(thingName: string) {
      const { browser } = await rig.administrator();
      const { gates } = (await (await browser.get("/api/admin/gates")).json()) as GatesPage;
      return gates.find((each) => each.thingName === thingName)?.box.clockDifferenceMs;
    }

    const warnings = () =>
      rig.log.lines.filter(({ message }) => message.startsWith("the clocks of a box"));

    it("says so, by how much, and to an administrator which box", async () => {
      assert.equal(await clockOf("box-1"), null);
      // The service is six seconds ahead.
      assert.equal(await refused("future", rig.now - 6_000), "clocks-differ");
      assert.equal(await clockOf("box-1"), -6_000);
      // The service is eleven seconds behind.
      assert.equal(await refused("expired", rig.now + 300 + 11_000), "clocks-differ");
      assert.equal(await clockOf("box-1"), 11_000);
      assert.equal(warnings().length, 1, "one a minute");
      assert.deepEqual(warnings()[0]?.fields, {
        thingName: "box-1",
        clockDifferenceMs: -6_000,
        wrong: "unknown",
      });
    });

    it("suspects the service if all boxes differ alike, and the box if others agree", async () => {
      const other = await rig.gate({ id: "south", thingName: "box-2" });
      rig.link.online("box-2");
      const { browser } = await rig.colleague(other);
      const hear = async (at: number) => {
        const id = randomUUID();
        await tap(browser, id, "/api/gates/south/open");
        await until(async () => (await state(id)) === "sent");
        rig.link.event("box-2", { id, outcome: "refused", reason: "busy", at });
        await until(async () => (await state(id)) === "refused");
      };
      await hear(rig.now - 6_100);
      await refused("future", rig.now - 6_000);
      assert.equal(warnings().at(-1)?.fields.wrong, "service");
      await hear(rig.now);
      rig.now += 60_000;
      await refused("future", rig.now - 6_000);
      assert.equal(warnings().at(-1)?.fields.wrong, "box");
    });

    it("leaves a command that was really late as it is", async () => {
      assert.equal(await refused("expired", rig.now + 100), "expired");
      assert.equal(await clockOf("box-1"), 0);
      assert.equal(warnings().length, 0);
    });
  });

  it("records the request before it sends the command", async () => {
    const { browser } = await rig.colleague(gate);
    const states: (string | undefined)[] = [];
    const id = randomUUID();
    const send = rig.link.send.bind(rig.link);
    rig.link.send = async (command) => {
      states.push(await state(command.id));
      return send(command);
    };
    await tap(browser, id);
    await until(() => states.length > 0);
    assert.deepEqual(states, ["recorded"]);
  });

  it("sends one command for the same tap, even when it arrives many times at once", async () => {
    const { browser } = await rig.colleague(gate);
    const id = randomUUID();
    const responses = await Promise.all(Array.from({ length: 40 }, () => tap(browser, id)));
    assert.ok(responses.every(({ status }) => status === 202));
    await until(async () => (await state(id)) === "sent");
    rig.link.event("box-1", { id, outcome: "refused", reason: "cooldown" });
    await until(async () => (await state(id)) === "refused");
    const late = (await (await tap(browser, id)).json()) as RequestView;
    assert.deepEqual([late.state, late.reason], ["refused", "cooldown"]);
    assert.equal(rig.link.sent.length, 1);
  });

  it("counts the lifetime of a command from the slide, and sends nothing after it", async () => {
    const { browser } = await rig.colleague(gate);
    const post = (ageMs: number) => browser.post(path, { id: randomUUID(), ageMs });
    assert.equal((await post(4_000.4)).status, 202);
    const [command] = rig.link.sent;
    assert.deepEqual([command?.issuedAt, command?.expiresAt], [rig.now - 4_000, rig.now + 6_000]);
    const late = await post(10_000);
    const problem = (await late.json()) as Problem;
    assert.deepEqual(
      [late.status, problem.error, problem.request?.state],
      [410, "too-late", "failed"],
    );
    for (const wrong of [-1, "1", null, 1e12]) {
      assert.equal((await browser.post(path, { id: randomUUID(), ageMs: wrong })).status, 400);
    }
    // A misspelt age must not make an old slide look new.
    assert.equal((await browser.post(path, { id: randomUUID(), ageMS: 10_000 })).status, 400);
    assert.equal(rig.link.sent.length, 1);
  });

  for (const step of ["session", "grants", "recordRequest"] as const) {
    it(`refuses a tap whose command would be dead because of a slow ${step}`, async () => {
      let isSlow = false;
      const slow = await Rig.make({
        place: rig.place,
        wrapStore: (store) => ({
          ...store,
          [step]: (...given: [never, never]) => {
            if (isSlow) slow.now += 10_000;
            return store[step](...given);
          },
        }),
      });
      await slow.service.start();
      const { browser } = await slow.colleague(gate);
      isSlow = true;
      const id = randomUUID();
      const response = await tap(browser, id);
      const problem = (await response.json()) as Problem;
      assert.deepEqual(
        [response.status, problem.error, problem.request?.state, problem.request?.reason],
        [503, "service-busy", "failed", "service-busy"],
      );
      assert.equal(await state(id), "failed");
      isSlow = false;
      assert.equal((await tap(browser, id)).status, 503, "the same tap again");
      assert.equal((await tap(browser)).status, 202);
      assert.equal(slow.link.sent.length, 1);
      await slow.stop();
    });
  }

  it("tells the page the lifetime of a command", async () => {
    const short = await Rig.make({ environment: { BOOM_BOX_WEB_COMMAND_LIFETIME_SECONDS: "2" } });
    assert.equal((await short.browser().session()).commandLifetimeMs, 2_000);
    await short.dispose();
  });

  it("sends one command for the same tap on two instances", async () => {
    const other = await Rig.make({ place: rig.place });
    await other.service.start();
    const { browser, person } = await rig.colleague(gate);
    const elsewhere = await other.signedIn(person);
    const id = randomUUID();
    const responses = await Promise.all([tap(browser, id), tap(elsewhere, id)]);
    assert.deepEqual(
      responses.map(({ status }) => status),
      [202, 202],
    );
    assert.equal(rig.link.sent.length + other.link.sent.length, 1);
    await other.stop();
  });

  it("refuses the id of another person's request, and the same id for another gate", async () => {
    await rig.gate({ id: "south", thingName: "box-2" });
    const ada = await rig.colleague(gate);
    const ben = await rig.colleague(gate);
    const id = randomUUID();
    await tap(ada.browser, id);
    const stolen = await tap(ben.browser, id);
    assert.equal(stolen.status, 409);
    assert.equal(((await stolen.json()) as Problem).error, "id-taken");
    assert.equal((await tap(ada.browser, id, "/api/gates/south/open")).status, 409);
    assert.equal(rig.link.sent.length, 1);
  });

  it("reports the box's refusal to the second of two people within the cooldown", async () => {
    const [ada, ben] = [await rig.colleague(gate), await rig.colleague(gate)];
    let isCool = true;
    rig.link.onCommand = ({ id }) => {
      if (isCool) rig.link.event("box-1", { id, outcome: "opened" });
      else rig.link.event("box-1", { id, outcome: "refused", reason: "cooldown" });
      isCool = false;
    };
    const ids = [randomUUID(), randomUUID()];
    await Promise.all([tap(ada.browser, ids[0]), tap(ben.browser, ids[1])]);
    const requests = () => Promise.all(ids.map((id) => rig.store.request(id)));
    await until(async () => (await requests()).every((request) => request?.endedAt !== null));
    const outcomes = (await requests()).map((request) => [request?.state, request?.reason]);
    assert.deepEqual(outcomes.sort(), [
      ["opened", null],
      ["refused", "cooldown"],
    ]);
  });

  it("denies and records a tap without permission, and sends nothing", async () => {
    const { browser, person } = await rig.colleague(undefined);
    const expected = async (status: number, error: string) => {
      const id = randomUUID();
      const response = await tap(browser, id);
      const problem = (await response.json()) as Problem;
      assert.deepEqual([response.status, problem.error], [status, error]);
      assert.deepEqual([problem.request?.state, problem.request?.reason], ["denied", error]);
      assert.equal(await state(id), "denied");
      rig.now += 2_000;
    };
    await expected(403, "no-grant");
    // Noon UTC on a Wednesday is 13:00 in Berlin.
    const grant = aGrant(person.id, "north", { days: [3], fromMinute: 840, toMinute: 900 });
    await rig.store.createGrant(grant);
    await expected(403, "not-now");
    await rig.store.updateGrant({ ...grant, ...everyDay, endsAt: rig.now });
    await expected(403, "grant-ended");
    await rig.store.updateGate("north", { isActive: false });
    await expected(403, "gate-closed");
    assert.deepEqual(rig.link.sent, []);
  });

  it("fails and records a tap while the box is offline or the broker is away", async () => {
    const { browser } = await rig.colleague(gate);
    const expected = async (error: string) => {
      const id = randomUUID();
      const response = await tap(browser, id);
      const problem = (await response.json()) as Problem;
      assert.deepEqual([response.status, problem.error], [503, error]);
      assert.equal(response.headers.get("retry-after"), "5");
      assert.equal(await state(id), "failed");
      assert.equal((await tap(browser, id)).status, 503, "the same tap again");
    };
    rig.link.offline("box-1");
    await expected("box-offline");
    rig.link.listening(false);
    await expected("broker-away");
    assert.deepEqual(rig.link.sent, []);

    rig.link.listening(true);
    assert.equal(
      (await tap(browser)).status,
      202,
      "the state of the box is unknown, so it may be online",
    );
  });

  it("denies and records taps beyond the rate limit, and accepts the next one later", async () => {
    const { browser } = await rig.colleague(gate);
    for (let taps = 0; taps < 5; taps++) assert.equal((await tap(browser)).status, 202);
    const id = randomUUID();
    const refused = await tap(browser, id);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("retry-after"), "2");
    assert.equal(await state(id), "denied");
    rig.now += 2_000;
    assert.equal((await tap(browser, id)).status, 429, "the same tap stays denied");
    assert.equal((await tap(browser)).status, 202);
    assert.equal(rig.link.sent.length, 6);
  });

  it("records a tap for an unknown gate, and responds with 404", async () => {
    const { browser } = await rig.colleague(gate);
    const id = randomUUID();
    const response = await tap(browser, id, "/api/gates/nowhere/open");
    assert.equal(response.status, 404);
    assert.deepEqual([await state(id), rig.link.sent], ["denied", []]);
    assert.equal((await tap(browser, id, "/api/gates/nowhere/open")).status, 404);
    assert.equal((await tap(browser, id, "/api/gates/%00/open")).status, 404);
  });

  it("refuses an invalid body, and says what is wrong with it", async () => {
    const { browser } = await rig.colleague(gate);
    for (const body of ["{", "[]", '"x"', "{}", '{"id":5}', `{"id":"${randomUUID()}x"}`]) {
      const response = await browser.post(path, body);
      assert.deepEqual([body, response.status], [body, 400]);
    }
    const response = await browser.post(path, { id: "x" });
    assert.equal(((await response.json()) as Problem).message, "id: must be a UUID in lower case");
    assert.deepEqual((await rig.store.history({})).entries, []);
  });

  describe("with a late or unexpected event", () => {
    let clock: SinonFakeTimers;

    beforeEach(() => {
      clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    });

    afterEach(() => clock.restore());

    it("is unanswered 2 s after the command expires, and opened when a late event arrives", async () => {
      const { browser } = await rig.colleague(gate);
      const id = randomUUID();
      await tap(browser, id);
      await until(async () => (await state(id)) === "sent");
      clock.tick(11_999);
      await turns();
      assert.equal(await state(id), "sent");
      clock.tick(1);
      await until(async () => (await state(id)) === "unanswered");
      rig.link.event("box-1", { id, outcome: "opened", pulseMs: 500 });
      await until(async () => (await state(id)) === "opened");
    });

    it("never resends a command that may have been sent, and ends as unanswered", async () => {
      rig.link.result = { type: "unknown", detail: "the broker closed the connection" };
      const { browser } = await rig.colleague(gate);
      const id = randomUUID();
      await tap(browser, id);
      await turns();
      assert.equal(await state(id), "recorded");
      clock.tick(12_000);
      await until(async () => (await state(id)) === "unanswered");
      assert.equal(rig.link.sent.length, 1);
    });

    it("fails when the command was certainly not sent", async () => {
      rig.link.result = { type: "not-sent", detail: "no connection" };
      const { browser } = await rig.colleague(gate);
      const id = randomUUID();
      await tap(browser, id);
      await until(async () => (await state(id)) === "failed");
      assert.equal((await rig.store.request(id))?.reason, "broker-away");
    });

    it("keeps the box's outcome when it arrives before the broker's acknowledgement", async () => {
      let acknowledge: () => void = () => {};
      rig.link.result = new Promise((resolve) => {
        acknowledge = () => resolve({ type: "sent" });
      });
      const { browser } = await rig.colleague(gate);
      const id = randomUUID();
      await tap(browser, id);
      rig.link.event("box-1", { id, outcome: "opened" });
      await until(async () => (await state(id)) === "opened");
      acknowledge();
      await turns();
      assert.equal(await state(id), "opened");
    });

    it("ignores another box's event and the refusal of a duplicate", async () => {
      const { browser } = await rig.colleague(gate);
      const id = randomUUID();
      await tap(browser, id);
      await until(async () => (await state(id)) === "sent");
      rig.link.event("box-2", { id, outcome: "opened" });
      rig.link.event("box-1", { id, outcome: "refused", reason: "duplicate" });
      await until(async () => (await rig.store.foreignEvents(10)).length === 2);
      assert.equal(await state(id), "sent");
    });

    it("records an event that no command caused or that contradicts the outcome as foreign", async () => {
      const { browser } = await rig.colleague(undefined);
      const denied = randomUUID();
      assert.equal((await tap(browser, denied)).status, 403);
      rig.link.event("box-1", { id: denied, outcome: "opened" });
      const ada = await rig.colleague(gate);
      const id = randomUUID();
      await tap(ada.browser, id);
      rig.link.event("box-1", { id, outcome: "refused", reason: "busy" });
      await until(async () => (await state(id)) === "refused");
      rig.link.event("box-1", { id, outcome: "refused", reason: "busy" });
      rig.link.event("box-1", { id, outcome: "opened" });
      await until(async () => (await rig.store.foreignEvents(10)).length === 2);
      const kept = await rig.store.foreignEvents(10);
      assert.ok(kept.every(({ outcome }) => outcome === "opened"));
      assert.deepEqual(kept.map(({ commandId }) => commandId).sort(), [denied, id].sort());
      assert.deepEqual([await state(denied), await state(id)], ["denied", "refused"]);
    });

    it("records outcomes while boxes flood the service with events", async () => {
      await rig.gate({ id: "south", thingName: "box-2" });
      for (let n = 0; n < 20_000; n++) rig.link.event("box-2", { id: `flood-${n}`, at: n });
      const { browser } = await rig.colleague(gate);
      const id = randomUUID();
      await tap(browser, id);
      rig.link.event("box-1", { id });
      for (let n = 0; n < 20_000; n++) rig.link.event("box-1", { id });
      await until(async () => (await state(id)) === "opened");
      assert.ok((await rig.store.foreignEvents(1_000)).length <= 200);
      const notes = rig.log.lines.filter(({ level }) => level === "error");
      assert.deepEqual(
        notes.map(({ fields }) => fields),
        [{ thingName: "box-2" }, { thingName: "box-1" }],
      );
    });

    it("records what a contact at the gate shows, once, for administrators", async () => {
      const ada = await rig.colleague(undefined);
      const { browser: root } = await rig.administrator();
      const event = { gate: "left-open", at: rig.now } as const;
      for (let copy = 0; copy < 2; copy++) rig.link.gateEvent("box-1", event);
      rig.link.gateEvent("box-1", { gate: "did-not-open", at: null });
      await until(async () => (await rig.store.gateEvents(gate, 10)).length === 2);
      assert.equal((await ada.browser.get("/api/admin/gates/north/events")).status, 403);
      const response = await root.get("/api/admin/gates/north/events");
      const events = (await response.json()) as { event: string; at: number }[];
      assert.deepEqual(events.map(({ event }) => event).sort(), ["did-not-open", "left-open"]);
      assert.ok(events.every(({ at }) => at === rig.now));
      assert.equal((await root.get("/api/admin/gates/nowhere/events")).status, 404);
    });

    it("records an event whose id contains a NUL at the first attempt", async () => {
      rig.link.event("box-1", { id: "a\0b" });
      await until(async () => (await rig.store.foreignEvents(10)).length === 1);
      assert.ok(!rig.log.text.includes("a write to the database failed"));
    });

    it("records events of commands from other publishers", async () => {
      rig.link.event("box-1", { id: null, outcome: "opened", at: rig.now, by: "remote" });
      rig.link.event("box-1", { id: "cli-1", outcome: "refused", reason: "busy" });
      await until(async () => (await rig.store.foreignEvents(10)).length === 2);
      const kept = await rig.store.foreignEvents(10);
      assert.deepEqual(kept.map(({ commandId }) => commandId).sort(), ["cli-1", null]);
    });
  });

  it("ends old requests as unanswered after a crash, and still accepts the box's event", async () => {
    const { person } = await rig.colleague(gate);
    const [old, young] = [randomUUID(), randomUUID()];
    for (const [id, at] of [
      [old, rig.now - 20_000],
      [young, rig.now - 5_000],
    ] as const) {
      await rig.store.recordRequest({
        id,
        gateId: "north",
        personId: person.id,
        guestId: null,
        state: "recorded",
        reason: null,
        at,
        sentAt: null,
        endedAt: null,
        pulseMs: null,
        address: null,
        via: null,
      });
    }
    const again = await Rig.make({ place: rig.place });
    await again.service.start();
    assert.deepEqual([await state(old), await state(young)], ["unanswered", "recorded"]);
    assert.deepEqual(again.link.sent, []);
    again.link.event("box-1", { id: old, outcome: "opened" });
    await until(async () => (await state(old)) === "opened");
    await again.stop();
  });
});
