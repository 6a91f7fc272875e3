/** Several instances of the service on one PostgreSQL. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import type { GateView, RequestView } from "../api.ts";
import { aGrant, type StorePlace } from "../store/place.rig.ts";
import { PostgresServer, postgresNeeded, postgresPrograms } from "../store/postgres.rig.ts";
import type { Browser } from "./browser.rig.ts";
import { EventReader } from "./event-reader.rig.ts";
import { everyDay, Rig } from "./service.rig.ts";

/** Far below the 15 s after which each instance reads everything again. */
const soonMs = 4_000;

describe("instances on one PostgreSQL", function () {
  this.timeout(60_000);
  let server: PostgresServer | undefined;
  let place: StorePlace;
  let here: Rig;
  let there: Rig;

  before(async function () {
    skipWithout(this, "postgresql", postgresPrograms !== undefined, postgresNeeded);
    server = new PostgresServer();
    await server.start();
  });
  beforeEach(async () => {
    if (server === undefined) throw new Error("the server has not been started");
    place = await server.newPlace();
    here = await Rig.make({ place });
    there = await Rig.make({ place });
    for (const rig of [here, there]) {
      rig.now = Date.now();
      await rig.service.start();
    }
    await pause(200);
  });
  afterEach(async () => {
    await here?.stop();
    await there?.stop();
    await place?.remove();
  });
  after(() => server?.remove());

  async function soon(isTrue: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + soonMs;
    while (!(await isTrue())) {
      assert.ok(Date.now() < end, "not within 4 s");
      await pause(10);
    }
  }

  /** The same browser, as a load balancer sends it to the other instance. */
  function elsewhere(browser: Browser): Browser {
    const other = there.browser();
    for (const [name, value] of browser.cookies) other.cookies.set(name, value);
    other.csrfToken = browser.csrfToken;
    return other;
  }

  interface Seen {
    readonly gates: Map<string, GateView>;
    readonly requests: Map<string, RequestView>;
    hasEnded: boolean;
  }

  /** What a page learns from its stream. */
  async function eventsOf(browser: Browser): Promise<Seen> {
    const reader = new EventReader(await browser.get("/api/events"));
    const seen: Seen = { gates: new Map(), requests: new Map(), hasEnded: false };
    const read = async () => {
      for (;;) {
        const event = await reader.next();
        if (event === undefined) break;
        if (event.event === "gate") seen.gates.set(event.data.id, event.data);
        else seen.requests.set(event.data.id, event.data);
      }
      seen.hasEnded = true;
    };
    void read();
    return seen;
  }

  it("end the streams of a person whom another one has locked out", async () => {
    const admin = await here.administrator();
    const { person, browser } = await here.colleague(await here.gate());
    const events = await eventsOf(elsewhere(browser));
    const path = `/api/admin/people/${person.id}`;
    const answer = await admin.browser.request("PATCH", path, { isActive: false });
    assert.equal(answer.status, 200, await answer.text());
    await soon(() => events.hasEnded);
  });

  it("show a new gate, a new grant, and that one was revoked", async () => {
    const admin = await here.administrator();
    const { person, browser } = await here.colleague(undefined);
    const events = await eventsOf(elsewhere(browser));
    const body = { id: "yard", name: "Yard", thingName: "box-9", timeZone: "UTC" };
    assert.equal((await admin.browser.post("/api/admin/gates", body)).status, 201);
    const { id, personId, gateId, ...rest } = aGrant(person.id, "yard", everyDay);
    const grant = { ...rest, person: personId, gate: gateId };
    const made = await admin.browser.post("/api/admin/grants", grant);
    assert.equal(made.status, 201, await made.clone().text());
    const { id: grantId } = (await made.json()) as { id: string };
    await soon(() => events.gates.get("yard")?.may.open === true);
    await admin.browser.request("DELETE", `/api/admin/grants/${grantId}`);
    await soon(() => events.gates.get("yard")?.may.open === false);
    assert.notEqual(id, grantId);
  });

  it("tell each other how a request ends that no box has answered", async () => {
    const gate = await here.gate();
    here.link.online("box-1");
    const { browser } = await here.colleague(gate);
    const events = await eventsOf(elsewhere(browser));
    here.link.result = { type: "not-sent", detail: "the broker is away" };
    const id = randomUUID();
    await browser.post("/api/gates/north/open", { id });
    await soon(() => events.requests.get(id)?.state === "failed");
  });

  it("count the taps of one person together", async () => {
    const gate = await here.gate();
    const { browser } = await here.colleague(gate);
    const other = elsewhere(browser);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 === 0 ? browser : other).post("/api/gates/north/open", { id: randomUUID() }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(refused.length, 12 - here.settings.openLimit.burst);
  });
});
