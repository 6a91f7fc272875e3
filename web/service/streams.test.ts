import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type SinonFakeTimers, useFakeTimers } from "sinon";
import type { GateView, ServerEvent } from "../api.ts";
import type { Gate } from "../domain/entities.ts";
import { aGate, aGrant, aRequest } from "../store/place.rig.ts";
import { languages } from "../words/languages.ts";
import { wordsIn } from "../words/service.ts";
import type { Browser } from "./browser.rig.ts";
import { EventReader } from "./event-reader.rig.ts";
import { maximumWaitingBytes } from "./event-stream.ts";
import { languageCookie } from "./language.ts";
import { everyDay, Rig, until } from "./service.rig.ts";
import { maximumStreamsOfOne } from "./streams.ts";

describe("event streams", () => {
  let rig: Rig;
  let gate: Gate;
  let clock: SinonFakeTimers;

  beforeEach(async () => {
    clock = useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"],
    });
    rig = await Rig.make({ environment: { BOOM_BOX_WEB_SESSION_HOURS: "1" } });
    gate = await rig.gate();
    await rig.service.start();
    rig.link.online("box-1");
  });

  afterEach(async () => {
    clock.restore();
    await rig.dispose();
  });

  async function open(browser: Browser): Promise<EventReader> {
    const response = await browser.get("/api/events");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    return new EventReader(response);
  }

  const gateOf = (event: ServerEvent | undefined) => {
    assert.equal(event?.event, "gate");
    return event.data;
  };
  const requestOf = (event: ServerEvent | undefined) => {
    assert.equal(event?.event, "request");
    return event.data;
  };

  it("send each visible gate, then changes, then the progress of a tap", async () => {
    await rig.gate({ id: "south", name: "South", thingName: "box-2" });
    const { browser } = await rig.colleague(gate);
    const events = await open(browser);
    assert.deepEqual(gateOf(await events.next()), {
      id: "north",
      name: "North gate",
      box: "online",
      lastSeenAt: rig.now,
      position: null,
      may: { open: true },
      pass: null,
    });
    rig.link.offline("box-2");
    rig.link.offline("box-1");
    assert.equal(gateOf(await events.next()).box, "offline");
    rig.link.online("box-1");
    assert.equal(gateOf(await events.next()).box, "online");

    const id = randomUUID();
    await browser.post("/api/gates/north/open", { id });
    assert.equal(requestOf(await events.next()).state, "sent");
    rig.link.event("box-1", { id, outcome: "opened", pulseMs: 499 });
    const opened = requestOf(await events.next());
    assert.deepEqual([opened.state, opened.pulseMs], ["opened", 499]);
  });

  it("send what a contact at the gate proves, as long as its box is online", async () => {
    const { browser } = await rig.colleague(gate);
    const events = await open(browser);
    assert.equal(gateOf(await events.next()).position, null, "it has no contact");
    const status = { state: "left-open", since: rig.now } as const;
    const position = { ...status, message: "The gate has been left open" };
    rig.link.online("box-1", { gate: status });
    assert.deepEqual(gateOf(await events.next()).position, position);
    rig.link.offline("box-1");
    assert.equal(gateOf(await events.next()).position, null);
    rig.link.online("box-1", { gate: status });
    assert.deepEqual(gateOf(await events.next()).position, position);
    rig.link.online("box-1", { state: "offline", gate: status });
    assert.equal(gateOf(await events.next()).position, null, "said in its last status");
    rig.link.online("box-1", { gate: status });
    await events.next();
    rig.link.listening(false);
    assert.equal(gateOf(await events.next()).position, null, "nobody hears the box");
  });

  it("send what the contact at one of several gates of a box proves", async () => {
    const inner = await rig.gate({ id: "inner", output: "inner" });
    const { browser } = await rig.colleague(inner);
    const events = await open(browser);
    const closed = { state: "closed", since: null } as const;
    assert.equal(gateOf(await events.next()).position, null);
    const wide = { state: "left-open", since: rig.now } as const;
    rig.link.online("box-1", { gate: wide, gates: [{ name: "inner", gate: closed }] });
    const position = { ...closed, message: "The gate is closed" };
    assert.deepEqual(gateOf(await events.next()).position, position);
    rig.link.online("box-1", { gate: wide, gates: [{ name: "outer", gate: wide }] });
    assert.equal(gateOf(await events.next()).position, null, "nobody tells");
  });

  it("speak the language of each reader", async () => {
    const closed = { state: "closed", since: null } as const;
    rig.link.online("box-1", { gate: closed });
    const streams = [];
    for (const language of languages) {
      const { browser } = await rig.colleague(gate);
      browser.cookies.set(languageCookie, language);
      const events = await open(browser);
      const first = gateOf(await events.next()).position?.message;
      assert.equal(first, wordsIn[language].positions.closed);
      const [listed] = (await (await browser.get("/api/gates")).json()) as readonly GateView[];
      assert.equal(listed?.position?.message, first);
      streams.push({ language, events });
    }
    rig.link.online("box-1", { gate: { ...closed, state: "left-open" } });
    for (const { language, events } of streams) {
      const { position } = gateOf(await events.next());
      assert.equal(position?.message, wordsIn[language].positions["left-open"]);
    }
  });

  it("send nobody another person's taps", async () => {
    const [ada, ben] = [await rig.colleague(gate), await rig.colleague(gate)];
    const events = await open(ben.browser);
    await events.next();
    const id = randomUUID();
    await ada.browser.post("/api/gates/north/open", { id });
    rig.link.event("box-1", { id });
    rig.link.offline("box-1");
    assert.equal((await events.next())?.event, "gate");
  });

  it("are about gates that another instance has added, within 15 s", async () => {
    await rig.store.createGate(aGate({ id: "inner", output: "inner" }));
    clock.tick(15_000);
    await until(() => rig.link.watched.length === 2);
    assert.deepEqual(rig.link.watched[0], { thingName: "box-1", output: "inner" });
  });

  it("send a tap that another instance handled", async () => {
    // The two instances wait for each other at the database.
    clock.restore();
    const other = await Rig.make({ place: rig.place });
    await other.service.start();
    const { browser, person } = await rig.colleague(gate);
    const events = await open(browser);
    await events.next();
    const id = randomUUID();
    const elsewhere = await other.signedIn(person);
    await elsewhere.post("/api/gates/north/open", { id });
    for (const { link } of [rig, other]) link.event("box-1", { id });
    assert.equal(requestOf(await events.next()).state, "opened");
    await other.stop();
  });

  it("send the outcomes of the last minute's taps after a reconnect", async () => {
    const { browser, person } = await rig.colleague(gate);
    const request = { personId: person.id, state: "opened", pulseMs: 500 } as const;
    await rig.store.recordRequest(aRequest({ ...request, at: rig.now - 61_000 }));
    await rig.store.recordRequest(aRequest({ ...request, id: "r", at: rig.now - 59_000 }));
    const events = await open(browser);
    await events.next();
    assert.equal(requestOf(await events.next()).id, "r");
  });

  it("send a gate when its grant is created, revoked, or begins", async () => {
    const { browser, person } = await rig.colleague(undefined);
    const admin = await rig.administrator();
    const events = await open(browser);
    const body = { person: person.id, gate: "north", ...everyDay, fromMinute: 0, toMinute: 1_440 };
    const made = await admin.browser.post("/api/admin/grants", { ...body, endsAt: null });
    assert.deepEqual(gateOf(await events.next()).may, { open: true });
    const { id } = (await made.json()) as { id: string };
    await admin.browser.request("DELETE", `/api/admin/grants/${id}`);
    assert.deepEqual(gateOf(await events.next()).may, {
      open: false,
      why: "no-grant",
      opensAt: null,
    });

    // Noon UTC is 13:00 in Berlin.
    await rig.store.createGrant(aGrant(person.id, "north", { ...everyDay, fromMinute: 781 }));
    clock.tick(15_000);
    assert.deepEqual(gateOf(await events.next()).may, {
      open: false,
      why: "not-now",
      opensAt: rig.now + 60_000,
    });
    rig.now += 60_000;
    clock.tick(15_000);
    assert.deepEqual(gateOf(await events.next()).may, { open: true });
  });

  it("end when the person signs out", async () => {
    const { browser } = await rig.colleague(gate);
    const events = await open(browser);
    await events.next();
    await browser.post("/api/sign-out");
    assert.equal(await events.next(), undefined);
  });

  it("end with the session", async () => {
    const { browser } = await rig.colleague(gate);
    const events = await open(browser);
    await events.next();
    // Before the next query of the database.
    clock.tick(3_600_000);
    assert.equal(await events.next(), undefined);
  });

  it("end at once when a person is locked out, and soon when another instance did it", async () => {
    const admin = await rig.administrator();
    const [ada, ben] = [await rig.colleague(gate), await rig.colleague(gate)];
    const events = [await open(ada.browser), await open(ben.browser)] as const;
    await Promise.all(events.map((each) => each.next()));
    const isActive = false;
    await admin.browser.request("PATCH", `/api/admin/people/${ada.person.id}`, { isActive });
    assert.equal(await events[0].next(), undefined);
    await rig.setActive(ben.person, isActive);
    clock.tick(15_000);
    assert.equal(await events[1].next(), undefined);
  });

  it("send signs of life", async () => {
    const { browser } = await rig.colleague(gate);
    const events = await open(browser);
    await events.next();
    assert.equal(events.beats, 1);
    clock.tick(30_000);
    rig.link.offline("box-1");
    await events.next();
    assert.equal(events.beats, 7);
  });

  it("are limited for each person, and a closed one makes room", async () => {
    const { browser } = await rig.colleague(gate);
    const all: EventReader[] = [];
    for (let count = 0; count < maximumStreamsOfOne; count++) all.push(await open(browser));
    assert.equal((await browser.get("/api/events")).status, 429);
    assert.match((await rig.metrics.expose()).text, /boom_box_web_streams 6/);
    await all[0]?.cancel();
    await open(browser);
  });

  it("end when a reader takes nothing, instead of queueing more", async () => {
    const { browser, person } = await rig.colleague(gate);
    await rig.manyGates(100, person);
    const response = await browser.get("/api/events");
    const isOpen = async () => (await rig.metrics.expose()).text.includes("web_streams 1");
    for (let changes = 0; changes < 100 && (await isOpen()); changes++) {
      await rig.flap();
      clock.tick(5_000);
    }
    assert.equal(await isOpen(), false);
    let bytes = 0;
    for await (const chunk of response.body ?? []) bytes += chunk.length;
    assert.ok(bytes > 0 && bytes < maximumWaitingBytes + 1_000, String(bytes));
  });

  it("send more gates than fit at once to a reader who takes them", async () => {
    for (let number = 0; number < 2_500; number++) {
      await rig.store.createGate(aGate({ id: `g${number}`, thingName: `t${number}` }));
    }
    const { browser } = await rig.administrator();
    clock.tick(15_000);
    await until(() => rig.link.watched.length === 2_501);
    const events = await open(browser);
    const seen = new Set<string>();
    while (seen.size < 2_501) seen.add(gateOf(await events.next()).id);
  });
});
