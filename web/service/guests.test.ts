import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type SinonFakeTimers, useFakeTimers } from "sinon";
import type {
  GateView,
  GuestsPage,
  GuestView,
  HistoryPage,
  NewGuestView,
  Problem,
  RequestView,
  SessionView,
} from "../api.ts";
import type { Gate, Person } from "../domain/entities.ts";
import { type Browser, json } from "./browser.rig.ts";
import { EventReader } from "./event-reader.rig.ts";
import { Rig, turns, until } from "./service.rig.ts";

const hourMs = 3_600_000;
const over = "This guest link is not valid any more. Ask the person who invited you for a new one.";

describe("guests", () => {
  let rig: Rig;
  let gate: Gate;
  let admin: { readonly browser: Browser; readonly person: Person };

  beforeEach(async () => {
    rig = await Rig.make();
    gate = await rig.gate();
    await rig.gate({ id: "south", name: "South gate", thingName: "box-2" });
    await rig.service.start();
    rig.link.online("box-1");
    rig.link.online("box-2");
    admin = await rig.administrator();
  });

  afterEach(() => rig.dispose());

  const bodyOf = (changes: object = {}) => ({
    gate: "north",
    name: "Max Stein",
    startsAt: rig.now,
    endsAt: rig.now + 8 * hourMs,
    openings: 2,
    ...changes,
  });

  const invite = async (changes: object = {}) =>
    json<NewGuestView>(await admin.browser.post("/api/admin/guests", bodyOf(changes)), 201);
  const tokenOf = ({ url }: NewGuestView) => url.split("#guest=")[1] ?? "";

  /** A browser that has opened the link. */
  async function enter(guest: NewGuestView): Promise<Browser> {
    const browser = rig.browser("198.51.100.7");
    await browser.session();
    const answer = await browser.post("/api/guest", { token: tokenOf(guest) });
    browser.csrfToken = (await json<SessionView>(answer)).csrfToken;
    return browser;
  }

  const tap = (browser: Browser, id: string = randomUUID(), to = "north") =>
    browser.post(`/api/gates/${to}/open`, { id });
  const views = async (browser: Browser) =>
    json<readonly GateView[]>(await browser.get("/api/gates"));
  const used = async ({ id }: GuestView) => (await rig.store.guest(id))?.used;

  /** Opens, and waits until the box has said what it did. */
  async function open(browser: Browser, outcome: "opened" | "refused" = "opened"): Promise<string> {
    const id = randomUUID();
    await json(await tap(browser, id), 202);
    await until(() => rig.link.sent.some((command) => command.id === id));
    const reason = outcome === "refused" ? "cooldown" : null;
    rig.link.event("box-1", { id, outcome, reason });
    await until(async () => (await rig.store.request(id))?.state === outcome);
    return id;
  }

  it("get a link whose token is in the fragment, shown once, and stored only as a hash", async () => {
    const made = await invite({ note: "Delivery", openings: 3 });
    assert.match(made.url, /^https:\/\/gate\.example\/#guest=[\w-]{43}$/);
    const { url: _, ...view } = made;
    assert.deepEqual(view, {
      ...{ id: made.id, gate: "north", gateName: "North gate" },
      ...{ name: "Max Stein", note: "Delivery" },
      inviter: { id: admin.person.id, name: admin.person.name },
      isInviterActive: true,
      ...{ startsAt: rig.now, endsAt: rig.now + 8 * hourMs, openings: 3, used: 0 },
      ...{ state: "valid", createdAt: rig.now },
    });
    const listed = await json<GuestsPage>(await admin.browser.get("/api/admin/guests"));
    assert.deepEqual(listed, { guests: [view], next: null });
    assert.ok(!JSON.stringify(await rig.store.guest(made.id)).includes(tokenOf(made)));
    await enter(made);
    assert.ok(!rig.log.text.includes(tokenOf(made)));
  });

  it("are refused when the form is wrong, with what to do", async () => {
    const { person: gone } = await rig.colleague(undefined, { name: "Gone" });
    await rig.setActive(gone, false);
    for (const [changes, message] of [
      [{ endsAt: rig.now }, "endsAt: must be in the future"],
      [{ startsAt: rig.now + 9 * hourMs }, "endsAt: must be later than the start"],
      [{ endsAt: rig.now + 367 * 24 * hourMs }, "endsAt: must be at most 366 days after startsAt"],
      [{ openings: 0 }, "openings: must be 1 or more"],
      [{ openings: 101 }, "openings: must be 100 or less"],
      [{ openings: 1.5 }, "openings: must be a whole number"],
      [{ name: "" }, "name: must not be empty"],
      [{ gate: "west" }, "The person or the gate does not exist."],
      [{ inviter: "nobody" }, "The person or the gate does not exist."],
      [{ inviter: gone.id }, "The person who invites is locked out. Choose another one."],
      [{ extra: 1 }, "extra: is not a known field"],
    ] as const) {
      const response = await admin.browser.post("/api/admin/guests", bodyOf(changes));
      assert.equal((await json<Problem>(response, 400)).message, message);
    }
    assert.equal((await admin.browser.get("/api/admin/guests?state=late")).status, 400);
  });

  it("exchange the token for a session that reaches one gate and nothing else", async () => {
    const guest = await invite();
    const browser = await enter(guest);
    const session = await browser.session();
    assert.equal(session.person, null);
    const summary = { id: guest.id, name: "Max Stein", inviterName: admin.person.name };
    assert.deepEqual(session.guest, summary);
    const pass = { startsAt: guest.startsAt, endsAt: guest.endsAt, left: 2 };
    const [view, ...others] = await views(browser);
    assert.deepEqual([view?.id, view?.may, view?.pass], ["north", { open: true }, pass]);
    assert.deepEqual(others, []);
    for (const path of [
      ...["/api/history", "/api/history.csv", "/api/admin/people", "/api/admin/guests"],
      ...["/api/admin/gates", "/api/admin/grants", "/api/admin/holidays"],
    ]) {
      assert.equal((await browser.get(path)).status, 401, path);
    }
    assert.equal((await browser.post("/api/admin/guests", bodyOf())).status, 401);
    const elsewhere = await json<Problem>(await tap(browser, randomUUID(), "south"), 403);
    assert.equal(elsewhere.error, "no-grant");
    assert.deepEqual(rig.link.sent, []);
  });

  it("open by the path of everybody, and the command and the history say who it was", async () => {
    const browser = await enter(await invite());
    const id = await open(browser);
    const [command] = rig.link.sent;
    const expected = { id, thingName: "box-1", by: "guest Max Stein, invited by Ada" };
    const { thingName, by } = command ?? {};
    assert.deepEqual({ id: command?.id, thingName, by }, expected);
    const own = await json<RequestView>(await browser.get(`/api/requests/${id}`));
    assert.deepEqual([own.state, own.pulseMs], ["opened", 500]);
    const history = await json<HistoryPage>(await admin.browser.get("/api/history"));
    const [entry] = history.entries;
    assert.deepEqual(
      [entry?.person, entry?.guest?.name, entry?.guest?.inviterName],
      [...[null, "Max Stein", "Ada"]],
    );
    assert.equal(entry?.address, "198.51.100.7");
    const csv = await (await admin.browser.get("/api/history.csv")).text();
    assert.match(csv, /,Max Stein,Ada\r\n/);
    const other = await enter(await invite({ name: "Eve" }));
    assert.equal((await other.get(`/api/requests/${id}`)).status, 404, "of somebody else");
    assert.equal((await tap(other, id)).status, 409, "the id of somebody else");
  });

  it("fit into the command's limit with a long name", async () => {
    const browser = await enter(await invite({ name: "M".repeat(100) }));
    await open(browser);
    assert.equal(rig.link.sent[0]?.by, `guest ${"M".repeat(58)}`);
  });

  it("use an opening only for a command that was sent and not refused", async () => {
    const guest = await invite();
    const browser = await enter(guest);
    rig.link.offline("box-1");
    assert.equal((await json<Problem>(await tap(browser), 503)).error, "box-offline");
    assert.equal(await used(guest), 0);
    rig.link.online("box-1");
    rig.link.result = { type: "not-sent", detail: "away" };
    const id = randomUUID();
    await json(await tap(browser, id), 202);
    await until(async () => (await rig.store.request(id))?.state === "failed");
    assert.equal(await used(guest), 0);
    rig.link.result = { type: "sent" };
    await open(browser, "refused");
    assert.equal(await used(guest), 0);
    await open(browser);
    assert.equal(await used(guest), 1);
  });

  it("open as often as the link says, also with taps at the same moment", async () => {
    const guest = await invite();
    const phones = await Promise.all([enter(guest), enter(guest), enter(guest)]);
    const answers = await Promise.all(phones.flatMap((phone) => [tap(phone), tap(phone)]));
    const statuses = answers.map(({ status }) => status).toSorted();
    assert.deepEqual(statuses.slice(0, 2), [202, 202]);
    assert.ok(statuses.slice(2).every((status) => status === 403 || status === 429));
    await turns();
    assert.equal(rig.link.sent.length, 2);
    const refused = await json<Problem>(await tap(phones[0] ?? rig.browser()), 429);
    assert.equal(refused.error, "rate-limited");
    rig.now += 60_000;
    const last = await json<Problem>(await tap(phones[0] ?? rig.browser()), 403);
    assert.deepEqual(
      [last.error, last.message],
      ["used-up", "All openings of this link have been used."],
    );
    const [view] = await views(phones[1] ?? rig.browser());
    assert.deepEqual(view?.may, { open: false, why: "used-up", opensAt: null });
  });

  it("see from when the link is valid, and cannot open before", async () => {
    const guest = await invite({ startsAt: rig.now + hourMs });
    const browser = await enter(guest);
    const early = { open: false, why: "not-yet", opensAt: guest.startsAt };
    assert.deepEqual((await views(browser))[0]?.may, early);
    assert.equal((await json<Problem>(await tap(browser), 403)).error, "not-yet");
    rig.now = guest.startsAt;
    await open(browser);
  });

  it("are out when the link ends, and read that it has ended", async () => {
    const guest = await invite();
    const browser = await enter(guest);
    rig.now = guest.endsAt;
    assert.equal((await tap(browser)).status, 401);
    assert.equal((await browser.get("/api/events")).status, 401);
    const session = await browser.session();
    assert.deepEqual([session.guest, session.isGuestOver], [null, true]);
    const again = await browser.post("/api/guest", { token: tokenOf(guest) });
    assert.equal((await json<Problem>(again, 404)).message, over);
    assert.deepEqual(rig.link.sent, []);
  });

  it("lose session and stream at once when they are revoked", async () => {
    const guest = await invite();
    const browser = await enter(guest);
    const reader = new EventReader(await browser.get("/api/events"));
    assert.equal((await reader.next())?.event, "gate");
    const revoked = await admin.browser.request("DELETE", `/api/admin/guests/${guest.id}`);
    assert.equal(revoked.status, 204);
    assert.equal(await reader.next(), undefined, "the stream has ended");
    assert.equal((await tap(browser)).status, 401);
    assert.equal((await browser.session()).isGuestOver, true);
    const again = await rig.browser();
    await again.session();
    assert.equal((await again.post("/api/guest", { token: tokenOf(guest) })).status, 404);
    const [listed] = (
      await json<GuestsPage>(await admin.browser.get("/api/admin/guests?state=revoked"))
    ).guests;
    assert.equal(listed?.id, guest.id);
    assert.equal((await admin.browser.request("DELETE", "/api/admin/guests/x")).status, 404);
  });

  it("are out at once while the person who invited is locked out", async () => {
    const { person } = await rig.colleague(undefined, { name: "Ben" });
    const guest = await invite({ inviter: person.id });
    const browser = await enter(guest);
    const reader = new EventReader(await browser.get("/api/events"));
    await reader.next();
    await admin.browser.request("PATCH", `/api/admin/people/${person.id}`, { isActive: false });
    assert.equal(await reader.next(), undefined, "the stream has ended");
    assert.equal((await tap(browser)).status, 401);
    const listed = await json<GuestsPage>(await admin.browser.get("/api/admin/guests"));
    assert.equal(listed.guests[0]?.isInviterActive, false);
    await admin.browser.request("PATCH", `/api/admin/people/${person.id}`, { isActive: true });
    assert.equal((await tap(browser)).status, 202);
  });

  it("read on their stream how many openings are left", async () => {
    const browser = await enter(await invite());
    const reader = new EventReader(await browser.get("/api/events"));
    const left = async (count: number) => {
      for (;;) {
        const event = await reader.next();
        assert.ok(event, "the stream has ended");
        if (event.event === "gate" && event.data.pass?.left === count) return event.data.may;
      }
    };
    assert.deepEqual(await left(2), { open: true });
    await open(browser);
    assert.deepEqual(await left(1), { open: true });
    rig.now += 60_000;
    await open(browser);
    assert.deepEqual(await left(0), { open: false, why: "used-up", opensAt: null });
    await reader.cancel();
  });

  it("cannot open with a GET, from another site, or without the token of the page", async () => {
    const guest = await invite();
    const browser = await enter(guest);
    assert.equal((await browser.get("/api/gates/north/open")).status, 404);
    assert.equal((await browser.get(`/api/guest?token=${tokenOf(guest)}`)).status, 404);
    const body = { id: randomUUID() };
    const path = "/api/gates/north/open";
    const foreign = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    assert.equal((await browser.post(path, body, foreign)).status, 403);
    assert.equal((await browser.post(path, body, { "x-csrf-token": "x" })).status, 403);
    assert.deepEqual(rig.link.sent, []);
  });

  it("are limited like sign-ins, so that nobody can guess a token", async () => {
    const browser = rig.browser();
    await browser.session();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt++) {
      const token = "A".repeat(43);
      statuses.push((await browser.post("/api/guest", { token })).status);
    }
    assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 404), 429]);
    assert.equal((await browser.post("/api/guest", { token: "short" })).status, 429);
  });

  it("cannot fill the records", async () => {
    const browser = await enter(await invite());
    for (let post = 0; post < 30; post++) await tap(browser);
    const { entries } = await rig.store.history({ limit: 200 });
    assert.equal(entries.length, 20);
    assert.equal(entries.filter(({ state }) => state !== "denied").length, 2);
  });

  it("take the place of somebody who was signed in, and can sign out", async () => {
    const { browser } = await rig.colleague(gate);
    const reader = new EventReader(await browser.get("/api/events"));
    await reader.next();
    const answer = await browser.post("/api/guest", { token: tokenOf(await invite()) });
    browser.csrfToken = (await json<SessionView>(answer)).csrfToken;
    assert.equal(await reader.next(), undefined, "the person's stream has ended");
    assert.equal((await browser.session()).person, null);
    assert.equal((await browser.post("/api/sign-out")).status, 204);
    assert.equal((await browser.session()).guest, null);
  });

  describe("with an open page", () => {
    let clock: SinonFakeTimers;

    beforeEach(() => {
      clock = useFakeTimers({ now: rig.now, toFake: ["setTimeout", "clearTimeout"] });
    });
    afterEach(() => clock.restore());

    it("lose the stream when the link ends", async () => {
      const browser = await enter(await invite({ endsAt: rig.now + 1_000 }));
      const reader = new EventReader(await browser.get("/api/events"));
      await reader.next();
      rig.now += 1_000;
      clock.tick(1_000);
      assert.equal(await reader.next(), undefined);
    });
  });
});
