import assert from "node:assert/strict";
import type { InvitationOptions, PasskeyOptions, Problem, SessionView } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import { FakeAuthenticator, type Faults } from "./authenticator.fake.ts";
import type { Browser } from "./browser.rig.ts";
import { origin, Rig } from "./service.rig.ts";

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
    await browser.session();
    assert.deepEqual(await problemOf(await signIn()), [401, "not-accepted"]);
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

  it("creates a link for the first administrator at each start until one has signed in", async () => {
    const first = await rig.service.start();
    const again = await Rig.make({ place: rig.place });
    const second = await again.service.start();
    assert.match(first?.url ?? "", /#invitation=/);
    assert.notEqual(first?.url, second?.url);
    assert.equal((await rig.store.people()).filter((person) => person.isAdministrator).length, 1);
    const tokenOf = (url = "") => url.slice(url.indexOf("=") + 1);
    assert.deepEqual(await problemOf(await accept(tokenOf(first?.url))), [404, "invitation-over"]);
    const accepted = await accept(tokenOf(second?.url));
    assert.equal(((await accepted.json()) as SessionView).person?.isAdministrator, true);
    assert.ok(!rig.log.text.includes(tokenOf(second?.url)));
    await again.stop();

    const third = await Rig.make({ place: rig.place });
    assert.equal(await third.service.start(), undefined);
    await third.stop();
  });

  it("creates such a link again when the administrators' provider is no longer in the settings", async () => {
    const person = await rig.person({ isAdministrator: true, oidcSubject: "i s" });
    const link = await rig.service.start();
    assert.match(link?.url ?? "", /#invitation=/);
    const [only, ...others] = (await rig.store.people()).filter((each) => each.isAdministrator);
    assert.deepEqual([only?.id, others], [person.id, []]);
    const environment = {
      BOOM_BOX_WEB_OIDC_ISSUER: "http://localhost:9",
      BOOM_BOX_WEB_OIDC_CLIENT_ID: "boom-box",
      BOOM_BOX_WEB_OIDC_CLIENT_SECRET: "a secret of the tests",
      BOOM_BOX_WEB_OIDC_ALLOW_DOMAINS: "example.com",
    };
    const again = await Rig.make({ place: rig.place, environment });
    assert.equal(await again.service.start(), undefined);
    await again.stop();
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
