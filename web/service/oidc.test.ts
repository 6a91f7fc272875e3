import assert from "node:assert/strict";
import type { SessionView } from "../api.ts";
import type { Browser } from "./browser.rig.ts";
import { oidcCallbackPath } from "./oidc-routes.ts";
import { type Account, RunningProvider } from "./provider.fake.ts";
import { Rig } from "./service.rig.ts";

/** The app's origin. It is http, so that the cookies are not Secure. */
const origin = "http://localhost:8080";
const callback = `${origin}${oidcCallbackPath}`;
const ada: Account = { name: "Ada", email: "Ada@Example.com", email_verified: true };

describe("sign-in with an OpenID provider", function () {
  this.timeout(20_000);
  let provider: RunningProvider;
  let rig: Rig;
  let browser: Browser;

  before(async () => {
    provider = await RunningProvider.start(callback);
  });

  after(() => provider.close());

  afterEach(() => rig.dispose());

  async function start(changes: Readonly<Record<string, string>> = {}): Promise<void> {
    rig = await Rig.make({
      environment: {
        BOOM_BOX_WEB_ORIGIN: origin,
        BOOM_BOX_WEB_OIDC_ISSUER: provider.issuer,
        BOOM_BOX_WEB_OIDC_CLIENT_ID: "boom-box",
        BOOM_BOX_WEB_OIDC_CLIENT_SECRET: "a secret of the tests",
        BOOM_BOX_WEB_OIDC_ALLOW_DOMAINS: "example.com",
        ...changes,
      },
    });
    browser = rig.browser();
  }

  /**
   * Signs in at the provider and returns our response to the callback. `bend` may change the
   * callback's URL.
   */
  async function signIn(
    subject: string,
    account: Account,
    bend: (url: URL) => URL = (url) => url,
  ): Promise<Response> {
    const begun = await browser.get("/api/sign-in/oidc");
    assert.equal(begun.status, 303);
    return comeBack(begun, subject, account, bend);
  }

  async function comeBack(
    begun: Response,
    subject: string,
    account: Account,
    bend: (url: URL) => URL = (url) => url,
  ): Promise<Response> {
    provider.signsIn(subject, account);
    const there = begun.headers.get("location") ?? "";
    const back = await provider.visit(there, (url) => url.startsWith(callback));
    const { pathname, search } = bend(new URL(back));
    return browser.request("GET", `${pathname}${search}`, undefined, {
      "sec-fetch-site": "cross-site",
    });
  }

  const who = async () => (await browser.session()).person;

  it("signs a person in, and adds the person at the first sign-in", async () => {
    await start();
    const { methods } = await browser.session();
    assert.deepEqual(methods.oidc, { name: "your company", url: "/api/sign-in/oidc" });
    const response = await signIn("s-1", ada);
    assert.deepEqual([response.status, response.headers.get("location")], [303, "/"]);
    assert.equal((await who())?.name, "Ada");
    const [person] = await rig.store.people();
    assert.deepEqual(
      [person?.oidcSubject, person?.email, person?.isAdministrator],
      [`${provider.issuer} s-1`, "ada@example.com", false],
    );

    browser = rig.browser();
    await signIn("s-1", { ...ada, email: "ada.new@example.com", name: "Ada N." });
    const people = await rig.store.people();
    assert.equal(people.length, 1, "the same person, even with another name");
    assert.equal(people[0]?.email, "ada.new@example.com");
    await signIn("s-2", { ...ada, email: "ada.new@example.com" });
    assert.equal((await rig.store.people()).length, 2, "the same address is not the same person");
  });

  it("answers in the language of the browser", async () => {
    await start();
    const german = { "accept-language": "de" };
    const session = await browser.request("GET", "/api/session", undefined, german);
    const { methods } = (await session.json()) as SessionView;
    assert.equal(methods.oidc?.name, "Ihrem Unternehmen");
    const refused = await browser.request("GET", `${oidcCallbackPath}?code=x`, undefined, german);
    assert.equal(refused.status, 403);
    assert.equal(refused.headers.get("content-language"), "de");
    const page = await refused.text();
    assert.match(page, /<html lang="de">/);
    assert.match(page, /<h1>Nicht angemeldet<\/h1>/);
    assert.match(page, /Die Anmeldung hat zu lange gedauert/);
    assert.match(page, /Zurück zur App/);
  });

  it("keeps names as the provider writes them, without what cannot be seen", async () => {
    await start();
    for (const [sub, name, kept] of [
      ["n-1", "علی‌رضا", "علی‌رضا"],
      ["n-2", "Ada \u202eL.", "Ada L."],
      ["n-3", "\u3164", "ada@example.com"],
    ] as const) {
      assert.equal((await signIn(sub, { ...ada, name })).status, 303);
      assert.equal((await who())?.name, kept);
    }
  });

  it("uses the code flow with PKCE, state and nonce", async () => {
    await start();
    const begun = await browser.get("/api/sign-in/oidc");
    const url = new URL(begun.headers.get("location") ?? "");
    const query = url.searchParams;
    assert.deepEqual(
      [query.get("response_type"), query.get("code_challenge_method")],
      ["code", "S256"],
    );
    for (const name of ["state", "nonce", "code_challenge"]) {
      assert.match(query.get(name) ?? "", /^[\w-]{43}$/, name);
    }
    const cookie = begun.headers.getSetCookie().join();
    assert.match(cookie, /boom-box-sign-in=[\w-]{43}; .*HttpOnly; SameSite=Lax/);
  });

  it("refuses a person who is not on the allow list, with a page and a log line", async () => {
    await start();
    const response = await signIn("s-3", { ...ada, email: "eve@elsewhere.example" });
    assert.equal(response.status, 403);
    assert.match(await response.text(), /You do not have permission to use this app/);
    assert.match(rig.log.text, /not on the allow list: .* s-3/);
    assert.equal(await who(), null);
    assert.deepEqual(await rig.store.people(), []);
  });

  it("refuses an address that is not verified, and a domain with only the same ending", async () => {
    await start();
    for (const account of [
      { ...ada, email_verified: false },
      { name: "Ada", email: "ada@example.com" },
      { ...ada, email: "eve@evil-example.com" },
      { ...ada, email: "eve@example.com.evil.example" },
      { ...ada, email: "eve@example.com@evil.example" },
      { name: "Ada", groups: ["example.com"] },
    ]) {
      assert.equal((await signIn("s-4", account)).status, 403, JSON.stringify(account));
      rig.now += 60_000;
    }
    assert.deepEqual(await rig.store.people(), []);
  });

  it("lets the user info add to the ID token, and not replace what the token says", async () => {
    await start();
    // Amazon Cognito: text in the user info, a boolean in the token.
    const cognito = { ...ada, userInfo: { email_verified: "true" } };
    assert.equal((await signIn("d-1", cognito)).status, 303);
    const other = { ...ada, userInfo: { email: "eve@elsewhere.example", name: "Eve" } };
    assert.equal((await signIn("d-2", other)).status, 303);
    assert.equal((await who())?.name, "Ada");
    const refuted = { ...ada, email_verified: false, userInfo: { email_verified: true } };
    assert.equal((await signIn("d-3", refuted)).status, 403);
    const { email, ...nameless } = ada;
    const added = {
      ...nameless,
      email_verified: undefined,
      userInfo: { email, email_verified: "true" },
    };
    assert.equal((await signIn("d-4", added)).status, 303);
  });

  it("says in the log which claim is missing, and how to get it", async () => {
    await start();
    const entra = { name: "Ada", email: "ada@example.com" };
    const response = await signIn("e-1", entra);
    assert.equal(response.status, 403);
    assert.match(await response.text(), /did not say enough about you/);
    assert.match(rig.log.text, /did not confirm the address at example\.com.*xms_edov/);
    assert.doesNotMatch(rig.log.text, /ada@example/);
    assert.equal((await signIn("e-2", { ...entra, xms_edov: true })).status, 303);
    assert.equal((await signIn("e-3", { name: "Ada" })).status, 403);
    assert.match(rig.log.text, /sent no email address; add the claim email/);
  });

  it("leaves rights unchanged when the provider leaves out the groups", async () => {
    await start({
      BOOM_BOX_WEB_OIDC_ALLOW_GROUPS: "gate",
      BOOM_BOX_WEB_OIDC_ADMIN_GROUP: "gate-admins",
    });
    await rig.passkey(await rig.person({ isAdministrator: true }), "localhost");
    assert.equal((await signIn("g-1", { ...ada, groups: ["gate", "gate-admins"] })).status, 303);
    const before = browser;
    const overage = { _claim_names: { groups: "src1" }, _claim_sources: { src1: {} } };
    assert.equal((await signIn("g-1", { ...ada, ...overage })).status, 303);
    assert.equal((await who())?.isAdministrator, true);
    assert.match(rig.log.text, /the provider left out the groups: rights are unchanged/);
    browser = rig.browser();
    assert.equal((await signIn("g-1", { name: "Ada", hasgroups: true })).status, 403);
    assert.match(
      rig.log.text,
      /left out the claim groups, because the person is in too many groups/,
    );
    assert.equal(
      (await before.get("/api/gates")).status,
      200,
      "nothing is known against the person",
    );
  });

  it("allows by group or by address, and makes the members of one group administrators", async () => {
    await start({
      BOOM_BOX_WEB_OIDC_ALLOW_DOMAINS: "",
      BOOM_BOX_WEB_OIDC_ALLOW_GROUPS: "gate, gate-admins",
      BOOM_BOX_WEB_OIDC_ALLOW_ADDRESSES: "Ada@example.com",
      BOOM_BOX_WEB_OIDC_ADMIN_GROUP: "gate-admins",
    });
    assert.equal((await signIn("s-5", ada)).status, 303);
    assert.equal((await who())?.isAdministrator, false);
    assert.equal((await signIn("s-6", { name: "Ben", groups: ["x", "gate"] })).status, 303);
    assert.equal((await signIn("s-7", { name: "Cid", groups: "gate" })).status, 403, "no list");
    assert.equal((await signIn("s-7", { name: "Cid", groups: ["gate-admins"] })).status, 303);
    assert.equal((await who())?.isAdministrator, true);
    const other = await rig.person({ isAdministrator: true });
    await rig.passkey(other, "localhost");
    assert.equal((await signIn("s-7", { name: "Cid", groups: ["gate"] })).status, 303);
    assert.equal((await who())?.isAdministrator, false, "no longer in the group");
  });

  it("keeps the rights of the last administrator when the provider's group is renamed, and logs it", async () => {
    await start({ BOOM_BOX_WEB_OIDC_ADMIN_GROUP: "gate-admins" });
    assert.equal((await signIn("s-7", { ...ada, groups: ["gate-admins"] })).status, 303);
    assert.equal((await signIn("s-7", { ...ada, groups: ["renamed"] })).status, 303);
    assert.equal((await who())?.isAdministrator, true);
    assert.match(rig.log.text, /the last administrator is not in the provider's group/);
  });

  it("ends a person's sessions when the next sign-in is not allowed any more", async () => {
    await start({ BOOM_BOX_WEB_OIDC_ALLOW_GROUPS: "gate" });
    await signIn("s-8", { name: "Ada", groups: ["gate"] });
    const before = browser;
    assert.equal((await before.get("/api/gates")).status, 200);
    browser = rig.browser();
    assert.equal((await signIn("s-8", { name: "Ada" })).status, 403);
    assert.equal((await before.get("/api/gates")).status, 401);
  });

  it("refuses a person who is locked out, and says whom to ask", async () => {
    await start({ BOOM_BOX_WEB_CONTACT: "Front desk, 030 1234" });
    await signIn("s-9", ada);
    const [person] = await rig.store.people();
    assert.ok(person);
    await rig.setActive(person, false);
    const response = await signIn("s-9", ada);
    assert.equal(response.status, 403);
    assert.match(await response.text(), /You are locked out.* For help: Front desk, 030 1234/);
    assert.equal(await who(), null);
  });

  it("refuses another state, another nonce, another browser, and the same callback twice", async () => {
    await start();
    const changed = (name: string, value: string) => (url: URL) => {
      url.searchParams.set(name, value);
      return url;
    };
    assert.equal((await signIn("s-1", ada, changed("state", "A".repeat(43)))).status, 403);
    assert.equal((await signIn("s-1", ada, changed("code", "A".repeat(43)))).status, 403);
    assert.equal((await signIn("s-1", ada, changed("iss", "http://evil.example"))).status, 403);

    const begun = await browser.get("/api/sign-in/oidc");
    const bent = changed("nonce", "A".repeat(43))(new URL(begun.headers.get("location") ?? ""));
    const headers = new Headers({ location: bent.href });
    assert.equal((await comeBack(new Response(null, { headers }), "s-1", ada)).status, 403);
    assert.match(rig.log.text, /unexpected JWT claim value/);

    rig.now += 60_000;
    let answer = "";
    await signIn("s-1", ada, (url) => {
      answer = `${url.pathname}${url.search}`;
      return url;
    });
    assert.equal((await browser.get(answer)).status, 403, "twice");
    const other = rig.browser();
    assert.equal((await other.get(answer)).status, 403, "no sign-in started in that browser");
    rig.now += 60_000;
    await other.get("/api/sign-in/oidc");
    assert.equal((await other.get(answer)).status, 403, "another browser");
    assert.equal((await other.session()).person, null);
    for (const secret of [new URL(answer, origin).searchParams.get("code") ?? "-", "a secret of"]) {
      assert.ok(!rig.log.text.includes(secret));
    }
  });

  it("shows a page when the provider is unavailable, and tries again at the next sign-in", async () => {
    await start({ BOOM_BOX_WEB_OIDC_ISSUER: "http://localhost:9" });
    const response = await browser.get("/api/sign-in/oidc");
    assert.equal(response.status, 503);
    assert.match(await response.text(), /is not available right now/);
  });
});
