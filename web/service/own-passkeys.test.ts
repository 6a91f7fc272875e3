import assert from "node:assert/strict";
import type { OwnPasskeys, PasskeyCreation, PasskeyOptions, Problem, SessionView } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import { mostPasskeys } from "../input-limits.ts";
import { aPasskey } from "../store/place.rig.ts";
import { FakeAuthenticator } from "./authenticator.fake.ts";
import { type Browser, json } from "./browser.rig.ts";
import { origin, Rig } from "./service.rig.ts";

describe("one's own passkeys", () => {
  let rig: Rig;
  let ada: Person;
  let browser: Browser;
  const phone = new FakeAuthenticator();

  beforeEach(async () => {
    rig = await Rig.make();
    ({ person: ada, browser } = await rig.colleague(undefined));
  });

  afterEach(() => rig.dispose());

  async function problemOf(response: Response): Promise<[number, string]> {
    return [response.status, ((await response.json()) as Problem).error];
  }

  async function add(
    name: string,
    authenticator = new FakeAuthenticator(),
    faults = {},
  ): Promise<Response> {
    const options = await browser.post("/api/passkeys/options");
    if (options.status !== 200) return options;
    const creation = (await options.json()) as PasskeyCreation;
    const response = authenticator.create(creation, origin, faults);
    return browser.post("/api/passkeys", { name, response });
  }

  async function signIn(from: Browser, authenticator: FakeAuthenticator): Promise<SessionView> {
    await from.session();
    const options = await json<PasskeyOptions>(await from.post("/api/sign-in/passkey/options"));
    const response = authenticator.get(options, origin);
    const view = await json<SessionView>(await from.post("/api/sign-in/passkey", response));
    from.csrfToken = view.csrfToken;
    return view;
  }

  const list = async (from = browser) => json<OwnPasskeys>(await from.get("/api/passkeys"));
  const remove = (id: string, body: object = {}) =>
    browser.request("DELETE", `/api/passkeys/${id}`, body);

  it("are added, listed and renamed, and the new one signs in", async () => {
    const own = await json<OwnPasskeys>(await add(" Phone ", phone), 201);
    const view = { id: phone.id, name: "Phone", createdAt: rig.now, lastUsedAt: null };
    const states = { isCurrent: false, isUsable: true };
    assert.deepEqual(own, { passkeys: [{ ...view, ...states }], hasOidc: false });
    const other = rig.browser();
    assert.equal((await signIn(other, phone)).person?.id, ada.id);
    const used = { ...view, ...states, isCurrent: true, lastUsedAt: rig.now };
    assert.deepEqual((await list(other)).passkeys, [used]);
    const renamed = await json<OwnPasskeys>(
      await browser.request("PATCH", `/api/passkeys/${phone.id}`, { name: "Old phone" }),
    );
    assert.equal(renamed.passkeys[0]?.name, "Old phone");
    const { changes } = await rig.store.recordedChanges({ person: ada.id, limit: 10 });
    assert.deepEqual(
      changes.map(({ authorId, subject }) => [authorId, subject]),
      [
        [ada.id, "passkey"],
        [ada.id, "passkey"],
      ],
    );
  });

  it("are added only soon after a sign-in", async () => {
    const early = await json<PasskeyCreation>(await browser.post("/api/passkeys/options"));
    rig.now += 10 * 60_000 - 1;
    await json(await add("Phone", phone), 201);
    rig.now += 1;
    assert.deepEqual(await problemOf(await add("Late")), [403, "sign-in-again"]);
    const response = new FakeAuthenticator().create(early, origin);
    const late = await browser.post("/api/passkeys", { name: "Late", response });
    assert.equal(late.status, 401, "its options are over as well");
    await signIn(browser, phone);
    await json(await add("In time"), 201);
  });

  it("are refused when the answer is forged, used twice, or for somebody else's sign-in", async () => {
    for (const faults of [
      { origin: "https://evil.example" },
      { rpId: "evil.example" },
      { isVerified: false },
      { challenge: "AAAA" },
    ]) {
      const refused = await problemOf(await add("Forged", new FakeAuthenticator(), faults));
      assert.deepEqual(refused, [400, "not-accepted"], JSON.stringify(faults));
    }
    const creation = await json<PasskeyCreation>(await browser.post("/api/passkeys/options"));
    const response = phone.create(creation, origin);
    await json(await browser.post("/api/passkeys", { name: "Phone", response }), 201);
    const again = await browser.post("/api/passkeys", { name: "Phone", response });
    assert.deepEqual(await problemOf(again), [401, "not-accepted"]);
    const { browser: eve } = await rig.colleague(undefined);
    const theirs = await json<PasskeyCreation>(await eve.post("/api/passkeys/options"));
    const copied = await eve.post("/api/passkeys", {
      name: "Copy",
      response: phone.create(theirs, origin),
    });
    assert.deepEqual(await problemOf(copied), [409, "conflict"]);
    assert.equal((await list()).passkeys.length, 1);
  });

  it("have a limit", async () => {
    const author = { by: "person", personId: ada.id, at: rig.now } as const;
    for (let number = 0; number < mostPasskeys; number++) {
      await rig.store.addPasskey(aPasskey(ada.id), mostPasskeys, author);
    }
    assert.deepEqual(await problemOf(await add("One more")), [409, "too-many"]);
  });

  it("are closed to visitors, guests and other people", async () => {
    await json(await add("Phone", phone), 201);
    const visitor = rig.browser();
    await visitor.session();
    const { browser: ben } = await rig.colleague(undefined);
    for (const [method, path, body] of [
      ["GET", "/api/passkeys", undefined],
      ["POST", "/api/passkeys/options", {}],
      ["POST", "/api/passkeys", { name: "x" }],
      ["PATCH", `/api/passkeys/${phone.id}`, { name: "x" }],
      ["DELETE", `/api/passkeys/${phone.id}`, {}],
    ] as const) {
      const response = await visitor.request(method, path, body);
      assert.deepEqual(await problemOf(response), [401, "not-signed-in"], `${method} ${path}`);
    }
    const renamed = await ben.request("PATCH", `/api/passkeys/${phone.id}`, { name: "Mine" });
    const removed = await ben.request("DELETE", `/api/passkeys/${phone.id}`, {});
    assert.deepEqual([renamed.status, removed.status], [404, 404]);
    assert.deepEqual((await list(ben)).passkeys, []);
  });

  it("end the sessions that they began when they are removed, but not this one", async () => {
    const tablet = new FakeAuthenticator();
    await json(await add("Phone", phone), 201);
    await json(await add("Tablet", tablet), 201);
    const finder = rig.browser();
    await signIn(finder, phone);
    await signIn(browser, tablet);
    const left = await json<OwnPasskeys>(await remove(phone.id));
    assert.deepEqual(
      left.passkeys.map(({ name }) => name),
      ["Tablet"],
    );
    assert.equal((await finder.session()).person, null);
    assert.equal((await browser.session()).person?.id, ada.id);
    assert.equal((await remove(phone.id)).status, 404);
  });

  it("need a confirmation when one is the only way in, and the last administrator keeps it", async () => {
    await json(await add("Phone", phone), 201);
    assert.deepEqual(await problemOf(await remove(phone.id)), [409, "last-way-in"]);
    await rig.store.changePerson(
      ada.id,
      { isAdministrator: true },
      { rpId: "gate.example", hasOidc: false },
    );
    const accepted = { evenIfOnlyWayIn: true };
    const refused = await problemOf(await remove(phone.id, accepted));
    assert.deepEqual(refused, [409, "last-administrator"]);
    await rig.administrator();
    assert.equal((await remove(phone.id, accepted)).status, 200);
    assert.deepEqual((await list()).passkeys, []);
    assert.equal((await browser.session()).person?.id, ada.id, "this session goes on");
  });
});
