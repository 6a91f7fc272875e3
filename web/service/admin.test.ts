import assert from "node:assert/strict";
import type {
  AdminGateView,
  GatesPage,
  GrantsPage,
  GrantView,
  NewBoxView,
  PeoplePage,
  PersonView,
  Problem,
} from "../api.ts";
import { aGrant } from "../store/place.rig.ts";
import { type Browser, json } from "./browser.rig.ts";
import { Rig } from "./service.rig.ts";

describe("administration", () => {
  let rig: Rig;
  let admin: Browser;

  beforeEach(async () => {
    rig = await Rig.make();
    await rig.service.start();
    ({ browser: admin } = await rig.administrator());
  });

  afterEach(() => rig.dispose());

  const patch = (path: string, body: unknown) => admin.request("PATCH", path, body);
  const gate = { id: "north", name: "North", thingName: "lot-1", timeZone: "Europe/Berlin" };

  async function refused(response: Response, status: number, message: string): Promise<void> {
    const problem = await json<Problem>(response, status);
    assert.equal(problem.message, message);
  }

  it("refuses people who are not administrators", async () => {
    const { browser } = await rig.colleague(undefined);
    for (const [method, path] of [
      ...[["GET", "people"] as const, ["POST", "people"] as const, ["PATCH", "people/x"] as const],
      ...[["POST", "people/x/invitation"] as const, ["GET", "grants"] as const],
      ...[["POST", "grants"] as const, ["PUT", "grants/x"] as const],
      ...[["DELETE", "grants/x"] as const, ["GET", "gates"] as const],
      ...[["POST", "gates"] as const, ["PATCH", "gates/x"] as const],
    ]) {
      const response = await browser.request(method, `/api/admin/${path}`);
      const problem = await json<Problem>(response, 403);
      assert.equal(problem.error, "not-administrator", `${method} ${path}`);
    }
  });

  it("adds, lists and changes people", async () => {
    const made = await json<PersonView>(
      await admin.post("/api/admin/people", { name: " Ben ", email: "Ben@Example.com" }),
      201,
    );
    const { id } = made;
    assert.deepEqual(made, {
      id,
      name: "Ben",
      email: "ben@example.com",
      isAdministrator: false,
      isActive: true,
      passkeys: 0,
      hasOidc: false,
      createdAt: rig.now,
      lastSeenAt: null,
    });
    const changed = await json<PersonView>(
      await patch(`/api/admin/people/${id}`, { isAdministrator: true, email: null }),
    );
    assert.deepEqual(changed, { ...made, isAdministrator: true, email: null });
    assert.deepEqual(await json(await admin.get(`/api/admin/people/${id}`)), changed);
    assert.equal((await admin.get("/api/admin/people/x")).status, 404);
    const { people } = await json<PeoplePage>(await admin.get("/api/admin/people"));
    assert.deepEqual(
      people.find((person) => person.id === id),
      changed,
    );
    await refused(await patch("/api/admin/people/x", {}), 404, "This person does not exist.");
  });

  it("lists people and grants in pages, and finds people by words", async () => {
    await rig.gate();
    const made: string[] = [];
    for (let number = 0; number < 7; number++) {
      const name = `Zoë ${number}`;
      const { id } = await rig.person({ name, email: `z_${number}@example.com` });
      made.push(id);
      await rig.store.createGrant(aGrant(id, "north"));
    }
    const list = async (query: string) =>
      json<PeoplePage>(await admin.get(`/api/admin/people?${query}`));
    const seen: string[] = [];
    for (let after = ""; ; ) {
      const { people, total, next } = await list(`search=ZOE&limit=3${after}`);
      assert.equal(total, 7);
      seen.push(...people.map(({ id }) => id));
      if (next === null) break;
      assert.equal(people.length, 3);
      after = `&after=${next}`;
    }
    assert.deepEqual(seen.toSorted(), made.toSorted());
    const names = async (search: string) =>
      (await list(`search=${encodeURIComponent(search)}`)).people.map(({ name }) => name);
    assert.deepEqual(await names("4 zoe"), ["Zoë 4"]);
    assert.deepEqual(await names("z_5@"), ["Zoë 5"]);
    assert.deepEqual(await names("z%5"), [], "no wildcard");
    await patch(`/api/admin/people/${made[0]}`, { name: "Zara" });
    assert.deepEqual(await names("zara z_0"), ["Zara"]);
    for (const wrong of ["limit=0", "limit=201", "after=x", "search=", "page=2"]) {
      assert.equal((await admin.get(`/api/admin/people?${wrong}`)).status, 400, wrong);
    }
    const grants = async (query: string) =>
      json<GrantsPage>(await admin.get(`/api/admin/grants?${query}`));
    const first = await grants("gate=north&limit=5");
    const rest = await grants(`gate=north&limit=5&after=${first.next}`);
    assert.deepEqual([first.grants.length, rest.grants.length, rest.next], [5, 2, null]);
    const whose = [...first.grants, ...rest.grants].map(({ person }) => person);
    assert.deepEqual(whose.toSorted(), made.toSorted());
  });

  it("says what is wrong with a person", async () => {
    const post = (body: unknown) => admin.post("/api/admin/people", body);
    await refused(await post({ name: " " }), 400, "name: must not be empty");
    await refused(await post({}), 400, "name: is required");
    await refused(await post({ name: "Ben", age: 5 }), 400, "age: is not a known field");
    const oneLine = "name: must be one line of visible characters";
    for (const name of [
      ...["a\nb", "a\u0000b", "a\u202eb", "a\u001b[31mb", "a\u2028b"],
      ...["\u3164", "\u2800", "\u200d", "a\ud800b", "\u200b"],
    ]) {
      await refused(await post({ name }), 400, oneLine);
    }
    for (const name of ["علی‌رضا", "👩‍🔧", "ಶ್ರೀ‍ರಾಮ"]) {
      assert.equal((await json<PersonView>(await post({ name }), 201)).name, name);
    }
    await refused(
      await post({ name: "x".repeat(101), email: "nobody", isAdministrator: 1 }),
      400,
      "name: must be at most 100 characters long; email: must be an email address; isAdministrator: must be true or false",
    );
    assert.equal((await post({ name: "Ben", id: "chosen" })).status, 400);
    assert.equal((await post({ name: "Ben", oidcSubject: "i s" })).status, 400);
  });

  it("keeps the last administrator who can sign in", async () => {
    const [{ id } = { id: "" }] = (await rig.store.people()).filter(({ passkeys }) => passkeys > 0);
    const message = "This is the last administrator. Make someone else an administrator first.";
    for (const body of [{ isAdministrator: false }, { isActive: false }]) {
      await refused(await patch(`/api/admin/people/${id}`, body), 409, message);
    }
    const other = await rig.person({ isAdministrator: true });
    await refused(await patch(`/api/admin/people/${id}`, { isActive: false }), 409, message);
    // Nobody can sign in through a provider that is no longer in the settings.
    await rig.store.updatePerson(other.id, { oidcSubject: "i s" });
    await refused(await patch(`/api/admin/people/${id}`, { isActive: false }), 409, message);
    await rig.passkey(other);
    await json(await patch(`/api/admin/people/${id}`, { isAdministrator: false }));
    assert.equal((await admin.get("/api/admin/people")).status, 403, "takes effect at once");
  });

  it("does not find a person, gate or grant whose id contains a NUL", async () => {
    const body = { name: "Ben" };
    for (const [method, path] of [
      ["PATCH", "people/%00"],
      ["POST", "people/%00/invitation"],
      ["DELETE", "people/%00/passkeys"],
      ["PATCH", "gates/%00"],
      ["DELETE", "grants/%00"],
    ] as const) {
      const response = await admin.request(method, `/api/admin/${path}`, body);
      assert.equal(response.status, 404, path);
    }
    assert.equal((await admin.get("/api/admin/grants?person=%00")).status, 400);
    assert.equal((await admin.get("/api/admin/grants?persn=ada")).status, 400, "not everyone's");
  });

  it("does not invite a person who is locked out", async () => {
    const { id } = await rig.person({ isActive: false });
    const response = await admin.post(`/api/admin/people/${id}/invitation`);
    await refused(response, 409, "This person is locked out. Restore their access first.");
    assert.equal((await admin.post("/api/admin/people/x/invitation")).status, 404);
  });

  it("creates, lists and changes gates, and watches their boxes", async () => {
    const made = await json<AdminGateView>(await admin.post("/api/admin/gates", gate), 201);
    assert.deepEqual([made.isActive, made.box.state], [true, "unknown"]);
    assert.deepEqual(rig.link.watched, [{ thingName: "lot-1", output: null }]);
    rig.link.online("lot-1", { rssi: -70, refused: 3, resetReason: "watchdog" });
    const [listed] = (await json<GatesPage>(await admin.get("/api/admin/gates"))).gates;
    assert.deepEqual(
      [listed?.box.state, listed?.box.rssi, listed?.box.refused, listed?.box.resetReason],
      ["online", -70, 3, "watchdog"],
    );
    rig.link.offline("lot-1");
    const [gone] = (await json<GatesPage>(await admin.get("/api/admin/gates"))).gates;
    assert.deepEqual([gone?.box.state, gone?.box.rssi], ["offline", -70]);

    await json(await patch("/api/admin/gates/north", { thingName: "lot-2", isActive: false }));
    assert.deepEqual(rig.link.watched, [{ thingName: "lot-2", output: null }]);
    await refused(await patch("/api/admin/gates/x", {}), 404, "This gate does not exist.");
    const again = await admin.post("/api/admin/gates", gate);
    assert.equal((await json<Problem>(again, 409)).error, "conflict");
  });

  it("adds several gates of one box, and says which of them the box has", async () => {
    const of = (id: string, output: string | null) => ({ ...gate, id, name: id, output });
    const post = (body: unknown) => admin.post("/api/admin/gates", body);
    const made = await json<AdminGateView>(await post(of("inner", "inner")), 201);
    assert.deepEqual([made.output, made.isAtBox], ["inner", null], "the box has said nothing yet");
    await json(await post(of("outer", "outer")), 201);
    await json(await post(gate), 201);
    assert.equal((await post(of("again", "inner"))).status, 409);
    assert.equal((await patch("/api/admin/gates/outer", { output: null })).status, 409);
    const listed = async () => {
      const { gates } = await json<GatesPage>(await admin.get("/api/admin/gates"));
      return gates.map(({ output, isAtBox, box }) => [output, isAtBox, box.gate?.state ?? null]);
    };
    const closed = { state: "closed", since: 1 } as const;
    const open = { state: "left-open", since: 2 } as const;
    const gates = [
      { name: "inner", gate: closed },
      { name: "yard", gate: open },
    ];
    rig.link.online("lot-1", { gate: closed, gates });
    const known = [
      ["inner", true, "closed"],
      [null, true, "closed"],
      ["outer", false, null],
    ];
    assert.deepEqual(await listed(), known);
    await json(await patch("/api/admin/gates/outer", { output: "yard" }));
    assert.deepEqual((await listed())[2], ["yard", true, "left-open"]);
    // Where the gates are, only a box that is online knows. Their names stay.
    const unknown = [
      ["inner", true, null],
      [null, true, null],
      ["yard", true, null],
    ];
    rig.link.offline("lot-1");
    assert.deepEqual(await listed(), unknown);
    rig.link.online("lot-1", { gate: closed, gates });
    rig.link.listening(false);
    assert.deepEqual(await listed(), unknown);
    // Another box, or one whose settings name no gate any more.
    rig.link.online("lot-1");
    assert.deepEqual(
      (await listed()).map(([, isAtBox]) => isAtBox),
      [false, true, false],
    );
    assert.deepEqual(rig.link.watched.map(({ output }) => output).sort(), ["inner", null, "yard"]);
  });

  it("lists gates in pages, finds them by words, and some by their ids", async () => {
    for (let number = 0; number < 7; number++) {
      const name = `Gate ${number}`;
      await rig.gate({ id: `g-${6 - number}`, name, thingName: `lot-${number % 2}${number}` });
    }
    const list = async (query: string) =>
      json<GatesPage>(await admin.get(`/api/admin/gates?${query}`));
    const seen: string[] = [];
    for (let after = ""; ; ) {
      const { gates: some, total, next } = await list(`sort=id&limit=3${after}`);
      assert.equal(total, 7);
      seen.push(...some.map(({ id }) => id));
      if (next === null) break;
      after = `&after=${next}`;
    }
    assert.deepEqual(seen, ["g-0", "g-1", "g-2", "g-3", "g-4", "g-5", "g-6"]);
    const ids = async (query: string) => (await list(query)).gates.map(({ id }) => id);
    assert.deepEqual(await ids("search=GATE+lot-1&limit=200"), ["g-5", "g-3", "g-1"]);
    assert.deepEqual(await ids("sort=box&limit=2"), ["g-6", "g-4"]);
    assert.deepEqual(await ids("ids=g-3,g-1,nowhere"), ["g-1", "g-3"]);
    const one = await json<AdminGateView>(await admin.get("/api/admin/gates/g-3"));
    assert.equal(one.name, "Gate 3");
    assert.equal((await admin.get("/api/admin/gates/nowhere")).status, 404);
    const { next } = await list("sort=id&limit=3");
    for (const wrong of [
      ...["limit=0", "limit=201", "after=x", "search=", "sort=x", "page=2", "ids=", "ids=A"],
      ...["ids=g-1&limit=3", `sort=name&after=${next}`, `ids=${"a,".repeat(201)}b`],
    ]) {
      assert.equal((await admin.get(`/api/admin/gates?${wrong}`)).status, 400, wrong);
    }
  });

  it("lists boxes that send a status and have no gate, with the names of their gates", async () => {
    const boxes = async () => json<NewBoxView[]>(await admin.get("/api/admin/new-boxes"));
    await rig.gate({ thingName: "lot-1" });
    rig.link.online("lot-1");
    assert.deepEqual(await boxes(), []);
    rig.link.online("lot-3");
    const gates = ["inner", "outer"].map((name) => ({ name, gate: null }));
    rig.link.online("lot-2", { gates });
    rig.link.event("lot-4", { id: "x", by: null });
    const [two, three, ...more] = await boxes();
    assert.deepEqual(
      [two?.thingName, two?.gates, two?.state],
      ["lot-2", ["inner", "outer"], "online"],
    );
    assert.deepEqual([three?.thingName, three?.gates], ["lot-3", []]);
    assert.deepEqual(more, [], "an event is no status");
    rig.link.offline("lot-3");
    assert.equal((await boxes())[1]?.state, "offline");
    await admin.post("/api/admin/gates", {
      ...gate,
      id: "two",
      thingName: "lot-2",
      output: "inner",
    });
    assert.deepEqual(
      (await boxes()).map(({ thingName }) => thingName),
      ["lot-3"],
    );
    const { browser } = await rig.colleague(undefined);
    assert.equal((await browser.get("/api/admin/new-boxes")).status, 403);
  });

  it("says what is wrong with a gate", async () => {
    await refused(
      await admin.post("/api/admin/gates", {
        id: "North!",
        name: "",
        thingName: "a/b",
        output: "event",
        timeZone: "Mars/Olympus",
      }),
      400,
      "id: must be 1–32 characters from a–z, 0–9 and -; name: must not be empty; " +
        "thingName: must be 1–64 characters from a–z, A–Z, 0–9, _, : and -, and not begin with service-; " +
        "output: must be 1–32 characters from a–z, A–Z, 0–9, _ and -, and not command, event, status, update or log; " +
        "timeZone: must be an IANA time zone, such as Europe/Berlin",
    );
    assert.equal((await patch("/api/admin/gates/north", { id: "other" })).status, 400);
  });

  it("creates, changes and revokes grants", async () => {
    await admin.post("/api/admin/gates", gate);
    const { person, browser } = await rig.colleague(undefined);
    const body = { person: person.id, gate: "north", days: [5, 1], fromMinute: 0, toMinute: 1_440 };
    const made = await json<GrantView>(
      await admin.post("/api/admin/grants", { ...body, endsAt: null }),
      201,
    );
    assert.deepEqual(made.days, [1, 5]);
    const changed = { ...body, days: [1, 2, 3, 4, 5, 6, 7], endsAt: rig.now + 1 };
    await json(await admin.request("PUT", `/api/admin/grants/${made.id}`, changed));
    const listed = await json<GrantsPage>(
      await admin.get(`/api/admin/grants?person=${person.id}&gate=north`),
    );
    const grant = { ...changed, id: made.id, startsAt: null, onHolidays: true, personName: "Ada" };
    assert.deepEqual(listed, { grants: [grant], next: null });
    assert.match(await (await browser.get("/api/gates")).text(), /"may":\{"open":true\}/);
    const path = `/api/admin/grants/${made.id}`;
    assert.equal((await admin.request("DELETE", path)).status, 204);
    assert.equal(await (await browser.get("/api/gates")).text(), "[]");
    await refused(await admin.request("DELETE", path), 404, "This grant does not exist.");
    await refused(await admin.request("PUT", path, changed), 404, "This grant does not exist.");
  });

  it("refuses an end in the past, but changes a grant that has ended", async () => {
    await admin.post("/api/admin/gates", gate);
    const { person } = await rig.colleague(undefined);
    const body = { person: person.id, gate: "north", days: [1], fromMinute: 0, toMinute: 60 };
    const past = "endsAt: must be in the future";
    for (const endsAt of [0, rig.now - 1, rig.now]) {
      await refused(await admin.post("/api/admin/grants", { ...body, endsAt }), 400, past);
    }
    const endsAt = rig.now + 1_000;
    const made = await json<GrantView>(
      await admin.post("/api/admin/grants", { ...body, endsAt }),
      201,
    );
    rig.now += 2_000;
    const put = (changes: object) =>
      admin.request("PUT", `/api/admin/grants/${made.id}`, { ...body, ...changes });
    assert.equal((await json<GrantView>(await put({ endsAt, toMinute: 90 }))).toMinute, 90);
    await refused(await put({ endsAt: endsAt - 1 }), 400, past);
    await json(await put({ endsAt: rig.now + 1 }));
    await refused(await put({ endsAt }), 400, past);
  });

  it("says what is wrong with a grant", async () => {
    await admin.post("/api/admin/gates", gate);
    const { id: person } = await rig.person();
    const body = { person, gate: "north", days: [1], fromMinute: 0, toMinute: 60, endsAt: null };
    const post = (changes: object) => admin.post("/api/admin/grants", { ...body, ...changes });
    await refused(await post({ days: [] }), 400, "days: must have at least one day");
    await refused(await post({ days: [1, 1] }), 400, "days: must not have the same day twice");
    await refused(await post({ days: [8] }), 400, "days.0: must be 1–7");
    await refused(await post({ fromMinute: 1_440 }), 400, "fromMinute: must be 1439 or less");
    await refused(await post({ toMinute: 1.5 }), 400, "toMinute: must be a whole number");
    await refused(await post({ toMinute: 0 }), 400, "fromMinute and toMinute must differ");
    await refused(await post({ endsAt: -1 }), 400, "endsAt: must be a time in ms since 1970");
    const tooFar = "endsAt: must be before the year 2200";
    for (const endsAt of [Date.UTC(2200, 0, 1, 0, 0, 0, 1), Date.UTC(202612, 11, 31), 8.64e15]) {
      await refused(await post({ endsAt }), 400, tooFar);
    }
    for (const endsAt of ["2026-12-31", "", false, []]) {
      const problem = await json<Problem>(await post({ endsAt }), 400);
      assert.match(problem.message, /^endsAt: /, String(endsAt));
    }
    for (const missing of ["endsAt", "days", "fromMinute", "toMinute", "person", "gate"]) {
      const all: Record<string, unknown> = { ...body };
      delete all[missing];
      await refused(await admin.post("/api/admin/grants", all), 400, `${missing}: is required`);
    }
    const unknown = "The person or the gate does not exist.";
    await refused(await post({ person: "x" }), 400, unknown);
    await refused(await post({ gate: "x" }), 400, unknown);
  });
});
