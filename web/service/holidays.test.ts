import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { GateView, HolidayListView, HolidayPreview, ManyGrantsView, Problem } from "../api.ts";
import type { Browser } from "./browser.rig.ts";
import { EventReader } from "./event-reader.rig.ts";
import { everyDay, Rig } from "./service.rig.ts";

/** The service's clock says 12 November 2025. */
const calendar = [
  ...["BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART;VALUE=DATE:20251112", "SUMMARY:Founders' day"],
  ...["END:VEVENT", "BEGIN:VEVENT", "DTSTART;VALUE=DATE:20251225", "SUMMARY:Christmas"],
  ...["END:VEVENT", "END:VCALENDAR"],
].join("\n");
const days = [
  { date: "2025-11-12", name: "Founders' day" },
  { date: "2025-12-25", name: "Christmas" },
];

describe("holidays and many grants", () => {
  let rig: Rig;
  let admin: Browser;

  beforeEach(async () => {
    rig = await Rig.make();
    await rig.gate();
    await rig.gate({ id: "south", name: "South gate", thingName: "box-2" });
    await rig.service.start();
    rig.link.online("box-1");
    ({ browser: admin } = await rig.administrator());
  });

  afterEach(() => rig.dispose());

  async function json<T>(response: Response, status = 200): Promise<T> {
    assert.equal(response.status, status, await response.clone().text());
    return (await response.json()) as T;
  }

  const body = { name: "Country", gate: null, calendar };
  const hours = { ...everyDay, fromMinute: 0, toMinute: 1_440 };
  const tap = (browser: Browser) => browser.post("/api/gates/north/open", { id: randomUUID() });

  it("are previewed with the grants that they close, and not stored by that", async () => {
    const { person } = await rig.colleague(await rig.store.gate("north"));
    const grant = { person: person.id, gate: "north", ...hours, endsAt: null, onHolidays: false };
    await json(await admin.post("/api/admin/grants", grant), 201);
    const preview = await admin.post("/api/admin/holidays/preview", body);
    const expected: HolidayPreview = { days, grants: { closed: 1, open: 1 } };
    assert.deepEqual(await json(preview), expected);
    const south = await admin.post("/api/admin/holidays/preview", { ...body, gate: "south" });
    assert.deepEqual((await json<HolidayPreview>(south)).grants, { closed: 0, open: 0 });
    assert.deepEqual(await json(await admin.get("/api/admin/holidays")), []);
  });

  it("close grants at once on every open page, except those that say so, until removed", async () => {
    const { person, browser } = await rig.colleague(undefined);
    const { browser: other } = await rig.colleague(await rig.store.gate("north"));
    const grant = { person: person.id, gate: "north", ...hours, endsAt: null, onHolidays: false };
    await json(await admin.post("/api/admin/grants", grant), 201);
    const reader = new EventReader(await browser.get("/api/events"));
    const next = async (isOpen: boolean): Promise<GateView> => {
      for (;;) {
        const event = await reader.next();
        assert.ok(event);
        if (event.event === "gate" && event.data.may.open === isOpen) return event.data;
      }
    };
    await next(true);
    const list = await json<HolidayListView>(await admin.post("/api/admin/holidays", body), 201);
    assert.deepEqual(list, { id: list.id, name: "Country", gate: null, days });
    const opensAt = Date.UTC(2025, 10, 12, 23);
    assert.deepEqual((await next(false)).may, { open: false, why: "holiday", opensAt });
    const refused = await json<Problem>(await tap(browser), 403);
    assert.equal(refused.message, "You do not have access to this gate on a holiday.");
    assert.equal((await tap(other)).status, 202);
    assert.deepEqual(await json(await admin.get("/api/admin/holidays")), [list]);
    const removed = await admin.request("DELETE", `/api/admin/holidays/${list.id}`);
    assert.equal(removed.status, 204);
    await next(true);
    assert.equal((await tap(browser)).status, 202);
    assert.equal((await admin.request("DELETE", `/api/admin/holidays/${list.id}`)).status, 404);
    await reader.cancel();
  });

  it("of one gate leave the others alone", async () => {
    const { person, browser } = await rig.colleague(undefined);
    const grant = { person: person.id, gate: "north", ...hours, endsAt: null, onHolidays: false };
    await json(await admin.post("/api/admin/grants", grant), 201);
    await json(await admin.post("/api/admin/holidays", { ...body, gate: "south" }), 201);
    assert.equal((await tap(browser)).status, 202);
  });

  it("are refused with the line, and with a size that is bounded", async () => {
    const wrong = { ...body, calendar: calendar.replace("20251225", "20251232") };
    for (const path of ["/api/admin/holidays", "/api/admin/holidays/preview"]) {
      const { message } = await json<Problem>(await admin.post(path, wrong), 400);
      assert.equal(message, "Line 7: This date does not exist. Write it like 20261225.");
      const padded = `${calendar}\n${" ".repeat(300_000)}`;
      const long = await admin.post(path, { ...body, calendar: padded });
      assert.match((await json<Problem>(long, 400)).message, /^calendar: must be at most 300000/);
      const huge = { ...body, calendar: "x".repeat(1_100_000) };
      assert.equal((await admin.post(path, huge)).status, 413);
    }
    assert.equal((await admin.post("/api/admin/holidays", { ...body, gate: "west" })).status, 404);
  });

  it("are at most fifty lists", async () => {
    for (let count = 0; count < 50; count++) {
      await json(await admin.post("/api/admin/holidays", body), 201);
    }
    const { message } = await json<Problem>(await admin.post("/api/admin/holidays", body), 409);
    assert.equal(message, "There are already 50 lists of holidays. Remove one.");
  });

  it("grant access to many people at many gates, all or none, and open pages know at once", async () => {
    const [ada, ben] = [await rig.colleague(undefined), await rig.colleague(undefined)];
    const reader = new EventReader(await ada.browser.get("/api/events"));
    const always = { startsAt: null, endsAt: null };
    const gates = [
      { gate: "north", ...always },
      { gate: "south", startsAt: rig.now + 1_000, endsAt: rig.now + 2_000 },
    ];
    const people = [ada.person.id, ben.person.id];
    const many = { people, gates, ...hours };
    for (const [changes, message] of [
      [{ people: [...people, "nobody"] }, "The person or the gate does not exist."],
      [{ people: [] }, "people: must not be empty"],
      [{ people: [people[0], people[0]] }, "people: must not have the same entry twice"],
      [{ gates: [...gates, gates[0]] }, "gates: must not have the same entry twice"],
      [{ gates: [{ gate: "west", ...always }] }, "The person or the gate does not exist."],
      [{ gates: [{ gate: "north", startsAt: 0, endsAt: 1 }] }, "endsAt: must be in the future"],
      [
        { gates: [{ gate: "north", startsAt: rig.now + 2, endsAt: rig.now + 1 }] },
        "gates.0: must be later than the start",
      ],
      [{ toMinute: 0 }, "fromMinute and toMinute must differ"],
    ] as const) {
      const response = await admin.post("/api/admin/grants/many", { ...many, ...changes });
      assert.equal((await json<Problem>(response, 400)).message, message);
    }
    assert.deepEqual(await rig.store.grants(), []);
    const made = await json<ManyGrantsView>(await admin.post("/api/admin/grants/many", many), 201);
    assert.equal(made.created, 4);
    const seen = [await reader.next(), await reader.next()].map((event) =>
      event?.event === "gate" ? [event.data.id, event.data.may] : [],
    );
    assert.deepEqual(seen, [
      ["north", { open: true }],
      ["south", { open: false, why: "not-yet", opensAt: rig.now + 1_000 }],
    ]);
    await reader.cancel();
  });

  it("change a grant, of which the end must be later than the beginning", async () => {
    const { person, browser } = await rig.colleague(undefined);
    const grant = { person: person.id, gate: "north", ...hours, endsAt: null };
    const { id } = await json<{ id: string }>(await admin.post("/api/admin/grants", grant), 201);
    const path = `/api/admin/grants/${id}`;
    const later = { ...grant, startsAt: rig.now + 1_000, endsAt: rig.now + 5_000 };
    await json(await admin.request("PUT", path, later));
    assert.equal((await json<Problem>(await tap(browser), 403)).error, "not-yet");
    const wrong = await admin.request("PUT", path, { ...later, startsAt: rig.now + 5_000 });
    assert.equal((await json<Problem>(wrong, 400)).message, "must be later than the start");
    await json(await admin.request("PUT", path, grant));
    assert.equal((await tap(browser)).status, 202);
    const [stored] = await rig.store.grants();
    assert.deepEqual([stored?.startsAt, stored?.onHolidays], [null, true], "the defaults");
  });
});
