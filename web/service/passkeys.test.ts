import assert from "node:assert/strict";
import type { InvitationOptions, PasskeyOptions, Problem, SessionView } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import { connectSqlite } from "../store/sqlite.ts";
import { linkForAdministrator } from "./administrators.ts";
import { FakeAuthenticator, type Faults } from "./authenticator.fake.ts";
import type { Browser } from "./browser.rig.ts";
import { hashOf } from "./secrets.ts";
import { origin, partsOf, Rig } from "./service.rig.ts";

describe("sign-in with a passkey", () => {
  let rig: Rig;
  let ada: Person;
  let browser: Browser;
  let authenticator: FakeAuthenticator;

  beforeEach(async () => {
    rig = await Rig.make();
    ada = await rig.person({ name: "Ada" });
    browser = rig.browser();
    authenticator = new FakeAuthenticator();
    await browser.session();
  });

  afterEach(() => rig.dispose());

  async function invitation(): Promise<string> {
    const { browser } = await rig.administrator();
    const response = await browser.post(`/api/admin/people/${ada.id}/invitation`);
    const { url, expiresAt } = (await response.json()) as { url: string; expiresAt: number };
    assert.equal(expiresAt, rig.now + 24 * 3_600_000);
    const [, token = ""] = /^https:\/\/gate\.example\/#invitation=([\w-]{43})$/.exec(url) ?? [];
    assert.ok(!rig.log.text.includes(token), "no invitation is logged");
    return token;
  }

  async function accept(token: string, faults: Faults = {}): Promise<Response> {
    const answer = await browser.post("/api/invitation/options", { token });
    if (answer.status !== 200) return answer;
    const { options } = (await answer.json()) as InvitationOptions;
    const response = authenticator.create(options, origin, faults);
    return browser.post("/api/invitation", { token, response });
  }

  async function options(): Promise<PasskeyOptions> {
    return (await browser.post("/api/sign-in/passkey/options")).json() as Promise<PasskeyOptions>;
  }

  async function signIn(faults: Faults = {}): Promise<Response> {
    const response = authenticator.get(await options(), origin, faults);
    return browser.post("/api/sign-in/passkey", response);
  }

  async function registered(): Promise<void> {
    assert.equal((await accept(await invitation())).status, 200);
    await browser.session();
    await browser.post("/api/sign-out");
    await browser.session();
  }

  async function problemOf(response: Response): Promise<[number, string]> {
    return [response.status, ((await response.json()) as Problem).error];
  }

  it("registers a passkey by invitation, which signs in from then on", async () => {
    const token = await invitation();
    const answer = await browser.post("/api/invitation/options", { token });
    const { name, options } = (await answer.json()) as InvitationOptions;
    assert.equal(name, "Ada");
    assert.equal(options.rp.id, "gate.example");
    assert.equal(options.authenticatorSelection?.residentKey, "required");
    assert.equal(options.authenticatorSelection?.userVerification, "required");
    const response = authenticator.create(options, origin);
    const accepted = await browser.post("/api/invitation", { token, response });
    const view = (await accepted.json()) as SessionView;
    assert.deepEqual(view.person, { id: ada.id, name: "Ada", isAdministrator: false });
    browser.csrfToken = view.csrfToken;
    assert.equal((await browser.post("/api/sign-out")).status, 204);
    assert.equal((await browser.session()).person, null);

    const again = await signIn();
    assert.equal(again.status, 200);
    assert.equal(((await again.json()) as SessionView).person?.id, ada.id);
    assert.equal((await browser.session()).person?.id, ada.id);
    const [passkey] = await rig.store.passkeysOf(ada.id);
    assert.deepEqual([passkey?.counter, passkey?.lastUsedAt], [1, rig.now]);
    assert.equal((await rig.store.person(ada.id))?.lastSeenAt, rig.now);
  });

  it("accepts an invitation once, and for a day", async () => {
    const token = await invitation();
    assert.equal((await accept(token)).status, 200);
    await browser.session();
    assert.deepEqual(await problemOf(await accept(token)), [404, "invitation-over"]);

    const late = await invitation();
    rig.now += 24 * 3_600_000;
    await browser.session();
    assert.deepEqual(await problemOf(await accept(late)), [404, "invitation-over"]);
    const unknown = await accept("A".repeat(43));
    assert.deepEqual(await problemOf(unknown), [404, "invitation-over"]);
  });

  it("accepts a challenge once, so a recorded response signs nobody in", async () => {
    await registered();
    // Like synced passkeys, this one does not count signatures.
    const response = authenticator.get(await options(), origin, { counter: 0 });
    const cookies = [...browser.cookies];
    const csrfToken = browser.csrfToken;
    assert.equal((await browser.post("/api/sign-in/passkey", response)).status, 200);

    const thief = rig.browser();
    for (const [name, value] of cookies) thief.cookies.set(name, value);
    thief.csrfToken = csrfToken;
    const replayed = await thief.post("/api/sign-in/passkey", response);
    assert.deepEqual(await problemOf(replayed), [401, "not-accepted"]);
  });

  it("accepts a challenge only from the same browser, and only in time", async () => {
    await registered();
    const response = authenticator.get(await options(), origin);
    const other = rig.browser();
    await other.session();
    await other.post("/api/sign-in/passkey/options");
    assert.equal((await other.post("/api/sign-in/passkey", response)).status, 401);
    rig.now += 10 * 60_000;
    assert.equal((await browser.post("/api/sign-in/passkey", response)).status, 401);
  });

  it("refuses an assertion that fails any check", async () => {
    await registered();
    const faults: Faults[] = [
      { origin: "https://evil.example" },
      { rpId: "evil.example" },
      { challenge: "AAAA" },
      { isVerified: false },
      { signature: "MEUCIQDx" },
    ];
    for (const fault of faults) {
      rig.now += 60_000;
      const response = await signIn(fault);
      assert.deepEqual(await problemOf(response), [401, "not-accepted"], JSON.stringify(fault));
    }
    assert.equal((await browser.session()).person, null);
    rig.now += 60_000;
    assert.equal((await signIn()).status, 200);
  });

  it("refuses an attestation that fails a check, and keeps the invitation valid", async () => {
    const token = await invitation();
    for (const fault of [{ origin: "https://evil.example" }, { isVerified: false }]) {
      assert.deepEqual(await problemOf(await accept(token, fault)), [401, "not-accepted"]);
    }
    assert.equal((await accept(token)).status, 200);
  });

  it("refuses a counter that does not increase, because the key was copied", async () => {
    await registered();
    assert.equal((await signIn({ counter: 9 })).status, 200);
    await browser.session();
    assert.deepEqual(await problemOf(await signIn({ counter: 9 })), [401, "not-accepted"]);
    assert.match(rig.log.text, /counter/);
  });

  it("refuses an unknown passkey", async () => {
    await registered();
    authenticator = new FakeAuthenticator();
    assert.deepEqual(await problemOf(await signIn()), [401, "not-accepted"]);
  });

  it("refuses a person who is locked out, and ends the session at once", async () => {
    await registered();
    assert.equal((await signIn()).status, 200);
    const admin = await rig.administrator();
    const locked = await admin.browser.request("PATCH", `/api/admin/people/${ada.id}`, {
      isActive: false,
    });
    assert.equal(locked.status, 200);
    assert.equal((await browser.get("/api/gates")).status, 401);
    assert.equal((await browser.session()).isLockedOut, true);
    assert.equal((await rig.browser().session()).isLockedOut, false, "nobody else learns it");
    // Only the right signature learns why: the passkey's id alone is no secret.
    for (const fault of [{ signature: "MEUCIQDx" }, { challenge: "AAAA" }, { isVerified: false }]) {
      assert.deepEqual(await problemOf(await signIn(fault)), [401, "not-accepted"]);
    }
    assert.deepEqual(await problemOf(await signIn()), [403, "locked-out"]);
    assert.ok(!rig.log.lines.some(({ message }) => message.startsWith("unexpected")));

    await admin.browser.request("PATCH", `/api/admin/people/${ada.id}`, { isActive: true });
    assert.equal((await browser.get("/api/gates")).status, 401, "the session stays ended");
    assert.equal((await browser.session()).isLockedOut, false);
    assert.equal((await signIn()).status, 200);
  });

  it("refuses a removed passkey and its session", async () => {
    await registered();
    assert.equal((await signIn()).status, 200);
    const admin = await rig.administrator();
    const path = `/api/admin/people/${ada.id}/passkeys`;
    assert.equal((await admin.browser.request("DELETE", path)).status, 204);
    assert.equal((await browser.get("/api/gates")).status, 401);
    await browser.session();
    assert.deepEqual(await problemOf(await signIn()), [401, "not-accepted"]);

    const unknown = await admin.browser.request("DELETE", "/api/admin/people/x/passkeys");
    assert.equal(unknown.status, 404);
  });

  const tokenOf = (url = "") => url.slice(url.indexOf("=") + 1);

  it("creates a link for the first administrator at each start until one has signed in", async () => {
    const first = await rig.startForLink();
    const again = await Rig.make({ place: rig.place });
    const second = await again.startForLink();
    assert.match(first ?? "", /#invitation=/);
    assert.notEqual(first, second);
    assert.equal((await rig.store.people()).filter((person) => person.isAdministrator).length, 1);
    assert.deepEqual(await problemOf(await accept(tokenOf(first))), [404, "invitation-over"]);
    const accepted = await accept(tokenOf(second));
    assert.equal(((await accepted.json()) as SessionView).person?.isAdministrator, true);
    assert.ok(!rig.log.text.includes(tokenOf(second)));
    await again.stop();

    const third = await Rig.make({ place: rig.place });
    assert.equal(await third.startForLink(), undefined);
    await third.stop();
  });

  it("creates such a link again when the administrators' provider is no longer in the settings", async () => {
    const person = await rig.person({ isAdministrator: true, oidcSubject: "i s" });
    assert.match((await rig.startForLink()) ?? "", /#invitation=/);
    const [only, ...others] = (await rig.store.people()).filter((each) => each.isAdministrator);
    assert.deepEqual([only?.id, others], [person.id, []]);
    const environment = {
      BOOM_BOX_WEB_OIDC_ISSUER: "http://localhost:9",
      BOOM_BOX_WEB_OIDC_CLIENT_ID: "boom-box",
      BOOM_BOX_WEB_OIDC_CLIENT_SECRET: "a secret of the tests",
      BOOM_BOX_WEB_OIDC_ALLOW_DOMAINS: "example.com",
    };
    const again = await Rig.make({ place: rig.place, environment });
    assert.equal(await again.service.start(), "administered");
    await again.stop();
  });

  it("creates a link for the administrator whose passkey belongs to another host name", async () => {
    const administrator = await rig.administrator();
    assert.equal(await rig.service.start(), "administered");
    const environment = { BOOM_BOX_WEB_ORIGIN: "https://parking.example" };
    const moved = await Rig.make({ place: rig.place, environment });
    assert.equal(await moved.service.start(), "waiting");
    const link = (await moved.service.inviteWaitingAdministrator())?.url;
    assert.match(link ?? "", /^https:\/\/parking\.example\/#invitation=/);
    const invitation = await rig.store.invitation(hashOf(tokenOf(link)), rig.now);
    assert.equal(invitation?.personId, administrator.person.id);
    await moved.stop();
  });

  it("gives nobody administrator rights back at a restart", async () => {
    const first = await rig.startForLink();
    assert.equal((await accept(tokenOf(first))).status, 200);
    const boss = await rig.administrator();
    const path = "/api/admin/people/first-administrator";
    assert.equal((await boss.browser.request("PATCH", path, { isActive: false })).status, 200);
    // The provider's group for administrators was renamed, in a database of an earlier version.
    const { libsql } = await connectSqlite({ file: rig.place.location });
    libsql.exec("update person set is_administrator = 0 where id <> 'first-administrator'");
    libsql.close();

    const again = await Rig.make({ place: rig.place });
    assert.equal(await again.service.start(), "locked-out");
    assert.equal(await again.service.inviteWaitingAdministrator(), undefined);
    const former = await rig.store.person("first-administrator");
    assert.deepEqual([former?.isActive, former?.isAdministrator], [false, true]);
    await browser.session();
    assert.deepEqual(await problemOf(await signIn()), [403, "locked-out"]);

    const { type, ...made } = await linkForAdministrator(partsOf(again), undefined, false);
    assert.equal(type, "link");
    assert.ok("person" in made);
    assert.notEqual(made.person.id, "first-administrator");
    assert.notEqual(made.person.id, boss.person.id);
    await again.stop();
  });

  it("refuses an invitation that was made before the passkeys were removed", async () => {
    const token = await invitation();
    const admin = await rig.administrator();
    const path = `/api/admin/people/${ada.id}/passkeys`;
    assert.equal((await admin.browser.request("DELETE", path)).status, 204);
    assert.deepEqual(await problemOf(await accept(token)), [404, "invitation-over"]);
    assert.deepEqual(await rig.store.passkeysOf(ada.id), []);
  });

  describe("the operator's link for an administrator", () => {
    const link = (name?: string, removesPasskeys = false) =>
      linkForAdministrator(partsOf(rig), name, removesPasskeys);

    it("is for the only administrator, and removes the lost passkeys on request", async () => {
      const { person } = await rig.administrator();
      const made = await link(undefined);
      assert.ok(made.type === "link");
      assert.equal(made.person.id, person.id);
      assert.equal((await rig.store.passkeysOf(person.id)).length, 1);
      assert.equal((await link("Ada")).type, "link", "also when a colleague has the same name");
      assert.equal((await link(undefined, true)).type, "link");
      assert.deepEqual(await rig.store.passkeysOf(person.id), []);
    });

    it("asks for a name when there are several, and creates a person for a new name", async () => {
      await rig.person({ name: "Ben", isAdministrator: true });
      await rig.person({ name: "Cid", isAdministrator: true });
      assert.deepEqual(await link(), { type: "several", names: ["Ben", "Cid"] });
      await rig.person({ name: "Ben", isAdministrator: true });
      assert.deepEqual(await link("Ben"), { type: "several", names: ["Ben", "Ben"] });
      const made = await link("Dora");
      assert.ok(made.type === "link");
      assert.deepEqual([made.person.name, made.person.isAdministrator], ["Dora", true]);
      assert.equal((await link("Ada")).type, "not-administrator");
    });
  });

  it("stores no secret in plain text", async () => {
    const token = await invitation();
    assert.equal((await accept(token)).status, 200);
    const session = browser.cookies.get("__Host-session") ?? "";
    assert.equal(await rig.store.session(session, rig.now), undefined);
    assert.equal(await rig.store.invitation(token, rig.now), undefined);
    assert.ok(!rig.log.text.includes(session));
  });
});
