import assert from "node:assert/strict";
import type { AdminGateView, GateTraces, HistoryPage, PersonTraces, Problem } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import { aRequest } from "../store/place.rig.ts";
import { type Browser, json } from "./browser.rig.ts";
import { everyDay, Rig, turns } from "./service.rig.ts";

describe("deleting", () => {
  let rig: Rig;
  let boss: Person;
  let admin: Browser;

  beforeEach(async () => {
    rig = await Rig.make();
    await rig.service.start();
    ({ person: boss, browser: admin } = await rig.administrator());
    await rig.gate();
  });

  afterEach(() => rig.dispose());

  const remove = (path: string) => admin.request("DELETE", `/api/admin/${path}`, {});

  /** Ben may open the gate, and has invited a guest and a program. */
  async function ben(): Promise<{ person: Person; browser: Browser; guestUrl: string }> {
    const gate = await rig.store.gate("north");
    const { person, browser } = await rig.colleague(gate, { name: "Ben" });
    const times = { startsAt: rig.now, endsAt: rig.now + 3_600_000, openings: 3 };
    const guest = { gate: "north", name: "Max", inviter: person.id, ...times };
    const { url } = await json<{ url: string }>(await admin.post("/api/admin/guests", guest), 201);
    const hours = { days: everyDay.days, fromMinute: 0, toMinute: 1440, endsAt: null };
    const token = { person: person.id, gate: "north", name: "Reader", ...hours };
    await json(await admin.post("/api/admin/tokens", token), 201);
    return { person, browser, guestUrl: url };
  }

  it("a person says what goes, ends everything at once, and keeps the records", async () => {
    const { person, browser, guestUrl } = await ben();
    await rig.store.recordRequest(aRequest({ personId: person.id, at: rig.now }));
    const traces = await json<PersonTraces>(
      await admin.get(`/api/admin/people/${person.id}/traces`),
    );
    const counts = { grants: 1, passkeys: 0, sessions: 1, tokens: 1, invitations: 0, guests: 1 };
    assert.deepEqual(traces, counts);
    const stream = await browser.get("/api/events");
    assert.equal((await remove(`people/${person.id}`)).status, 204);
    await stream.text();
    assert.equal((await browser.session()).person, null);
    assert.equal((await admin.get(`/api/admin/people/${person.id}`)).status, 404);
    assert.equal((await admin.get(`/api/admin/people/${person.id}/traces`)).status, 404);
    assert.equal((await remove(`people/${person.id}`)).status, 404);
    const visitor = rig.browser();
    await visitor.session();
    const [, token] = guestUrl.split("=");
    assert.equal((await visitor.post("/api/guest", { token })).status, 404);
    const { entries } = await json<HistoryPage>(await admin.get("/api/history"));
    assert.deepEqual(entries[0]?.person, { id: person.id, name: null, isAdministrator: false });
    assert.match(await (await admin.get("/api/history.csv")).text(), /deleted person/);
    assert.ok(!rig.log.text.includes("Ben"), "the log has no name");
  });

  it("the last administrator who can sign in is refused, and oneself is not", async () => {
    const refused = await json<Problem>(await remove(`people/${boss.id}`), 409);
    assert.equal(refused.error, "last-administrator");
    await rig.administrator();
    assert.equal((await remove(`people/${boss.id}`)).status, 204);
    assert.equal((await admin.get("/api/admin/people")).status, 401);
  });

  it("a gate says what goes, and nobody can open it any more", async () => {
    const { browser, person } = await ben();
    rig.link.online("box-1");
    const traces = await json<GateTraces>(await admin.get("/api/admin/gates/north/traces"));
    assert.deepEqual(traces, { grants: 1, tokens: 1, guests: 1, holidays: 0, webhooks: 0 });
    const reader = (await browser.get("/api/events")).body?.getReader();
    assert.equal((await remove("gates/north")).status, 204);
    await turns();
    const decoder = new TextDecoder();
    let text = "";
    while (!text.includes('"why":"no-grant"'))
      text += decoder.decode((await reader?.read())?.value);
    await reader?.cancel();
    const open = await browser.post("/api/gates/north/open", {
      id: "0b3a2f70-5d0e-4c5b-9a83-0d0b8f9f7d11",
    });
    assert.equal(open.status, 404);
    assert.equal(rig.link.sent.length, 0);
    assert.deepEqual(await json(await admin.get("/api/gates")), []);
    assert.equal((await remove("gates/north")).status, 404);
    assert.equal((await admin.get("/api/admin/gates/north/traces")).status, 404);
    const same = { id: "north", name: "New", thingName: "box-1", timeZone: "Europe/Berlin" };
    assert.equal((await admin.post("/api/admin/gates", same)).status, 409, "the id stays taken");
    const made = await json<AdminGateView>(
      await admin.post("/api/admin/gates", { ...same, id: "north-2" }),
      201,
    );
    assert.equal(made.thingName, "box-1");
    const { entries } = await json<HistoryPage>(await admin.get("/api/history"));
    const [entry] = entries.filter((each) => each.person?.id === person.id);
    assert.equal(entry?.gateName, "North gate");
  });

  it("is for administrators", async () => {
    const { browser, person } = await ben();
    for (const [method, path] of [
      ["DELETE", `people/${boss.id}`],
      ["GET", `people/${person.id}/traces`],
      ["DELETE", "gates/north"],
      ["GET", "gates/north/traces"],
    ] as const) {
      const problem = await json<Problem>(await browser.request(method, `/api/admin/${path}`), 403);
      assert.equal(problem.error, "not-administrator", path);
    }
  });
});
