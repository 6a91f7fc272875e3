/** What the streams send and what it costs, on every database. */
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { type SinonFakeTimers, useFakeTimers } from "sinon";
import type { GateView, GrantsPage } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import { noOtherInstances } from "../store/changes.ts";
import { aGate, aGrant, aGuest, aRequest, type StorePlace } from "../store/place.rig.ts";
import type { Browser } from "./browser.rig.ts";
import { EventReader } from "./event-reader.rig.ts";
import { hashOf, newToken } from "./secrets.ts";
import { everyDay, Rig, turns, until } from "./service.rig.ts";

const [beatMs, refreshMs] = [5_000, 15_000];
const always = { ...everyDay, fromMinute: 0, toMinute: 1_440, endsAt: null };

/** An open page: what its reader knows from the stream alone. */
class Page {
  readonly browser: Browser;
  readonly person: Person;
  readonly gates = new Map<string, GateView>();
  events = 0;
  hasEnded = false;
  #reader: EventReader | undefined;

  constructor(browser: Browser, person: Person) {
    this.browser = browser;
    this.person = person;
  }

  async open(): Promise<void> {
    const reader = new EventReader(await this.browser.get("/api/events"));
    this.#reader = reader;
    const read = async () => {
      for (;;) {
        const event = await reader.next();
        this.hasEnded = event === undefined;
        if (event === undefined) return;
        this.events += 1;
        if (event.event === "gate") this.gates.set(event.data.id, event.data);
      }
    };
    void read();
  }

  /** Loads the page again. */
  async reopen(): Promise<void> {
    await this.#reader?.cancel();
    this.gates.clear();
    await this.open();
  }

  /** Waits until it knows exactly what the service answers when asked. */
  async matches(): Promise<void> {
    const asked = async () => {
      const answer = await this.browser.get("/api/gates");
      return ((await answer.json()) as GateView[]).toSorted(byId);
    };
    for (let tries = 0; tries < 200; tries++) {
      const all = await asked();
      const isRight = JSON.stringify(this.known(all)) === JSON.stringify(all);
      if (isRight && this.#isDeniedBut(all)) return;
      await turns();
    }
    const all = await asked();
    assert.deepEqual(this.known(all), all);
    assert.ok(this.#isDeniedBut(all), "a gate that was withdrawn is still allowed");
  }

  known(visible: readonly GateView[]): GateView[] {
    const ids = new Set(visible.map(({ id }) => id));
    return [...this.gates.values()].filter(({ id }) => ids.has(id)).toSorted(byId);
  }

  #isDeniedBut(visible: readonly GateView[]): boolean {
    const ids = new Set(visible.map(({ id }) => id));
    return [...this.gates.values()].every(({ id, may }) => ids.has(id) || !may.open);
  }
}

const byId = (one: GateView, other: GateView) => (one.id < other.id ? -1 : 1);

const boxes = fc.constantFrom("box-1", "box-2");
const gateIds = fc.constantFrom("north", "inner", "south", "late");
const who = fc.constantFrom(0, 1, 2);
const position = fc.constantFrom(
  { state: "closed", since: null },
  { state: "moving", since: null },
);

/** What this instance does or hears, so that its readers know at once. */
const ours = fc.oneof(
  fc.record({ type: fc.constant("online"), box: boxes, position }),
  fc.record({ type: fc.constant("offline"), box: boxes }),
  fc.record({ type: fc.constant("event"), box: boxes }),
  fc.record({ type: fc.constant("listening"), is: fc.boolean() }),
  fc.record({ type: fc.constant("gate"), gate: gateIds, isActive: fc.boolean(), box: boxes }),
  fc.record({ type: fc.constant("grant"), who, gate: gateIds, isNow: fc.boolean() }),
  fc.record({ type: fc.constant("grant-moved"), who, gate: gateIds }),
  fc.record({ type: fc.constant("revoke") }),
  fc.record({ type: fc.constant("holidays"), gate: fc.option(gateIds), is: fc.boolean() }),
  fc.record({ type: fc.constant("administrator"), who, is: fc.boolean() }),
);
/** What only the clock or another instance knows. */
const theirs = fc.oneof(
  fc.record({ type: fc.constant("time"), minutes: fc.integer({ min: 1, max: 600 }) }),
  fc.record({ type: fc.constant("their-grant"), who, gate: gateIds, isNow: fc.boolean() }),
  fc.record({ type: fc.constant("their-gate"), gate: gateIds, isActive: fc.boolean() }),
  fc.record({ type: fc.constant("their-revoke") }),
  fc.record({ type: fc.constant("their-holidays"), is: fc.boolean() }),
  fc.record({ type: fc.constant("their-reader"), who }),
);
type Change = typeof ours extends fc.Arbitrary<infer T> ? T : never;
type TheirChange = typeof theirs extends fc.Arbitrary<infer T> ? T : never;

export function streamsContract(newPlace: () => Promise<StorePlace>): void {
  let rig: Rig;
  let clock: SinonFakeTimers;

  afterEach(async () => {
    clock.restore();
    await rig.dispose();
  });

  async function start(): Promise<void> {
    // Not the other timers, because the database's driver waits with them.
    clock = useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    rig = await Rig.make({ place: await newPlace() });
    await rig.gate();
    await rig.gate({ id: "inner", output: "inner" });
    await rig.gate({ id: "south", thingName: "box-2" });
    const listening = whenListening();
    await rig.service.start();
    await listening;
    await quiet();
  }

  /** The service reads everything again when it begins to listen to other instances. */
  function whenListening(): Promise<void> {
    const { changes } = rig.store;
    if (changes === noOtherInstances) return Promise.resolve();
    const listen = changes.listen.bind(changes);
    return new Promise((resolve) => {
      changes.listen = (listener) =>
        listen({
          onChange: (change) => listener.onChange(change),
          onListening: () => {
            listener.onListening();
            resolve();
          },
        });
    });
  }

  /** Waits until no query has been sent for a while. */
  async function quiet(): Promise<void> {
    for (let before = -1; before < rig.place.queries.length; ) {
      before = rig.place.queries.length;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  async function pages(count: number): Promise<Page[]> {
    const all: Page[] = [];
    for (let number = 0; number < count; number++) {
      const { browser, person } = await rig.colleague(aGate());
      const page = new Page(browser, person);
      await page.open();
      all.push(page);
    }
    await until(() => all.every(({ gates }) => gates.size === 1));
    return all;
  }

  const queries = () => rig.place.queries.splice(0);

  it("send a box's status to everybody who may see its gates, without a query", async () => {
    await start();
    const all = await pages(12);
    const { browser, person } = await rig.colleague(aGate({ id: "south" }));
    const other = new Page(browser, person);
    await other.open();
    await until(() => other.gates.size === 1);
    await turns();
    const before = other.events;
    queries();
    for (const state of ["online", "offline"] as const) {
      rig.link[state]("box-1");
      await until(() => all.every(({ gates }) => gates.get("north")?.box === state));
    }
    assert.deepEqual(queries(), []);
    assert.equal(other.events, before, "a page that may not see the box");
  });

  it("need no query when the connection to the boxes is lost", async () => {
    await start();
    const all = await pages(3);
    rig.link.online("box-1");
    await turns();
    queries();
    rig.link.listening(false);
    await until(() => all.every(({ gates }) => gates.get("north")?.box === "unknown"));
    assert.deepEqual(queries(), []);
  });

  it("read everybody's rights together, however many pages are open", async () => {
    await start();
    const read = async () => {
      await quiet();
      queries();
      clock.tick(refreshMs);
      const parts = [
        `from "gate"`,
        `from "holiday"`,
        `from "session"`,
        `"access_grant"`,
        `"at" >=`,
        `from "webhook"`,
        `"state" in`,
      ];
      const has = (part: string) => rig.place.queries.some((text) => text.includes(part));
      await until(() => parts.every(has));
      await quiet();
      return queries().filter((text) => text.startsWith("select")).length;
    };
    await pages(1);
    const alone = await read();
    await pages(11);
    assert.equal(await read(), alone);
    assert.equal(alone, 7);
  });

  it("tell a guest what another instance has done with the link", async () => {
    await start();
    const { person } = await rig.administrator();
    const guest = aGuest("north", person.id, { endsAt: rig.now + 3_600_000 });
    await rig.store.createGuest(guest);
    const token = newToken(randomBytes);
    const tokenHash = hashOf(token);
    const session = { tokenHash, guestId: guest.id, csrfToken: "c", createdAt: rig.now };
    await rig.store.createGuestSession(session);
    const browser = rig.browser();
    browser.cookies.set("__Host-session", token);
    const page = new Page(browser, person);
    await page.open();
    const left = () => page.gates.get("north")?.pass?.left;
    await until(() => left() === 3);
    const other = await rig.place.open();
    await other.recordRequest(aRequest({ guestId: guest.id, at: rig.now }));
    clock.tick(refreshMs);
    await until(() => left() === 2);
    await page.matches();
    await other.revokeGuest(guest.id, rig.now);
    assert.equal((await browser.post("/api/gates/north/open", { id: randomUUID() })).status, 401);
    clock.tick(refreshMs);
    await until(() => page.hasEnded);
  });

  it("read only the rights of the person who is concerned", async () => {
    await start();
    const [ada] = await pages(4);
    const admin = await rig.administrator();
    await turns();
    queries();
    const body = { ...always, person: ada?.person.id, gate: "south" };
    await admin.browser.post("/api/admin/grants", body);
    await until(() => ada?.gates.get("south")?.may.open === true);
    const read = queries().filter((text) => /^select.*"access_grant"/.test(text));
    assert.equal(read.length, 1);
  });

  it("end with what each reader sees when asking, whatever has changed", async function () {
    this.timeout(60_000);
    await start();
    const admin = await rig.administrator();
    const people = await Promise.all([0, 1, 2].map(() => rig.colleague(aGate())));
    const all = people.map(({ browser, person }) => new Page(browser, person));
    for (const page of all) await page.open();
    const idOf = (number: number) => all[number]?.person.id ?? "";
    const grants = async () => {
      const answer = await admin.browser.get("/api/admin/grants");
      return ((await answer.json()) as GrantsPage).grants;
    };
    const aTime = (isNow: boolean) =>
      isNow ? { endsAt: rig.now + 3_600_000, onHolidays: false } : { fromMinute: 60, toMinute: 90 };
    /** The day at the gates, which may be the next one already. */
    const today = () => new Date(rig.now + 3_600_000).toISOString().slice(0, 10);

    const change = async (it: Change | TheirChange): Promise<void> => {
      const { store, link } = rig;
      switch (it.type) {
        case "online": {
          const gate = it.position as { state: "closed"; since: null };
          link.online(it.box, { gate, gates: [{ name: "inner", gate }] });
          return;
        }
        case "offline":
          return link.offline(it.box);
        case "event":
          rig.now += 1;
          return link.event(it.box, {});
        case "listening":
          return link.listening(it.is);
        case "gate": {
          const { gate: id, box: thingName, isActive } = it;
          const about = { thingName: id === "late" ? `${thingName}-late` : thingName, isActive };
          const path = `/api/admin/gates/${id}`;
          const changed = await admin.browser.request("PATCH", path, { isActive });
          if (changed.status !== 404) return;
          await admin.browser.post("/api/admin/gates", { ...aGate({ id }), ...about });
          return;
        }
        case "grant": {
          const body = { ...always, ...aTime(it.isNow), person: idOf(it.who), gate: it.gate };
          await admin.browser.post("/api/admin/grants", body);
          return;
        }
        case "grant-moved": {
          const [first] = await grants();
          if (first === undefined) return;
          const { id, ...body } = first;
          const moved = { ...body, person: idOf(it.who), gate: it.gate };
          await admin.browser.request("PUT", `/api/admin/grants/${id}`, moved);
          return;
        }
        case "revoke": {
          const [first] = await grants();
          await admin.browser.request("DELETE", `/api/admin/grants/${first?.id}`);
          return;
        }
        case "holidays": {
          const [first] = await store.holidayLists();
          if (!it.is) {
            await admin.browser.request("DELETE", `/api/admin/holidays/${first?.id}`);
            return;
          }
          const start = `DTSTART;VALUE=DATE:${today().replaceAll("-", "")}`;
          const lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", start, "END:VEVENT", "END:VCALENDAR"];
          const body = { name: "x", gate: it.gate, calendar: lines.join("\n") };
          await admin.browser.post("/api/admin/holidays", body);
          return;
        }
        case "administrator": {
          const path = `/api/admin/people/${idOf(it.who)}`;
          await admin.browser.request("PATCH", path, { isAdministrator: it.is });
          return;
        }
        case "time":
          rig.now += it.minutes * 60_000;
          return;
        case "their-grant":
          if ((await store.gate(it.gate)) === undefined) return;
          return store.createGrant(
            aGrant(idOf(it.who), it.gate, { ...always, ...aTime(it.isNow), id: randomUUID() }),
          );
        case "their-gate":
          await store.updateGate(it.gate, { isActive: it.isActive, name: `Gate ${it.isActive}` });
          return;
        case "their-revoke": {
          const [first] = await store.grants();
          if (first !== undefined) await store.deleteGrant(first.id);
          return;
        }
        case "their-holidays": {
          const [first] = await store.holidayLists();
          if (!it.is && first !== undefined) await store.deleteHolidays(first.id);
          if (!it.is) return;
          const list = { id: randomUUID(), name: "x", gateId: null, createdAt: rig.now };
          return store.createHolidays(list, [{ date: today(), name: "x" }]);
        }
        case "their-reader": {
          await all[it.who]?.reopen();
        }
      }
    };

    const sequence = fc.tuple(
      fc.array(ours, { maxLength: 8 }),
      fc.array(fc.oneof(ours, theirs), { maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(sequence, async ([first, second]) => {
        for (const each of first) await change(each);
        clock.tick(beatMs);
        for (const page of all) await page.matches();
        for (const each of second) await change(each);
        clock.tick(refreshMs);
        for (const page of all) await page.matches();
      }),
      { numRuns: 40 },
    );
  });
}
