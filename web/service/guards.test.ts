import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Problem } from "../api.ts";
import type { Gate } from "../domain/entities.ts";
import { type StorePlace, sqlitePlace } from "../store/place.rig.ts";
import { type Store, StoreError } from "../store/store.ts";
import type { Browser } from "./browser.rig.ts";
import { Rig, until } from "./service.rig.ts";

const path = "/api/gates/north/open";

async function problemOf(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as Problem).error];
}

describe("a request that may be forged", () => {
  let rig: Rig;
  let gate: Gate;
  let browser: Browser;

  beforeEach(async () => {
    rig = await Rig.make();
    gate = await rig.gate();
    await rig.service.start();
    ({ browser } = await rig.colleague(gate));
  });

  afterEach(() => rig.dispose());

  const refused = async (
    headers: Readonly<Record<string, string | undefined>>,
    expected: [number, string],
    body: unknown = { id: randomUUID() },
  ) => {
    const response = await browser.post(path, body, headers);
    assert.deepEqual(await problemOf(response), expected, JSON.stringify(headers));
    assert.deepEqual(rig.link.sent, []);
    const line = rig.log.lines.at(-1);
    assert.deepEqual(
      [line?.message, line?.fields.problem, line?.fields.path],
      ["a request was refused", expected[1], path],
    );
  };

  it("is refused when it comes from another site", async () => {
    await refused({ origin: "https://evil.example" }, [403, "cross-site"]);
    await refused({ origin: "null" }, [403, "cross-site"]);
    await refused({ origin: "http://gate.example" }, [403, "cross-site"]);
    await refused({ "sec-fetch-site": "cross-site" }, [403, "cross-site"]);
    await refused({ "sec-fetch-site": "same-site" }, [403, "cross-site"]);
    await refused({ origin: undefined, "sec-fetch-site": undefined }, [403, "cross-site"]);
  });

  it("is refused without the CSRF token of its session", async () => {
    await refused({ "x-csrf-token": undefined }, [403, "csrf"]);
    await refused({ "x-csrf-token": "forged" }, [403, "csrf"]);
    const other = await rig.colleague(gate);
    await refused({ "x-csrf-token": other.browser.csrfToken }, [403, "csrf"]);
  });

  it("is refused when its content type is not JSON", async () => {
    await refused({ "content-type": "text/plain" }, [415, "content-type"]);
    await refused({ "content-type": "application/x-www-form-urlencoded" }, [415, "content-type"]);
    await refused({ "content-type": undefined }, [415, "content-type"]);
  });

  it("is refused when its body is too large, whatever its Content-Length", async () => {
    const body = JSON.stringify({ id: randomUUID(), more: "x".repeat(16 * 1024) });
    await refused({}, [413, "too-large"], body);
    await refused({ "content-length": String(body.length) }, [413, "too-large"], body);
  });

  it("is refused without a session, with a forged one, and with an expired one", async () => {
    const visitor = rig.browser();
    await visitor.session();
    const response = await visitor.post(path, { id: randomUUID() });
    assert.deepEqual(await problemOf(response), [401, "not-signed-in"]);
    visitor.cookies.set("__Host-session", "A".repeat(43));
    const forged = await visitor.post(path, { id: randomUUID() });
    assert.deepEqual(await problemOf(forged), [401, "not-signed-in"]);

    rig.now += rig.settings.sessionLifetimeMs - 1;
    assert.equal((await browser.get("/api/gates")).status, 200);
    rig.now += 1;
    assert.equal((await browser.get("/api/gates")).status, 401);
    const late = await browser.post(path, { id: randomUUID() });
    assert.deepEqual(await problemOf(late), [401, "not-signed-in"]);
    assert.deepEqual(rig.link.sent, []);
  });

  it("shows a visitor only the sign-in methods", async () => {
    const visitor = rig.browser();
    const view = await visitor.session();
    assert.deepEqual([view.person, view.methods], [null, { passkey: true, oidc: null }]);
    for (const path of ["gates", "events", "history", "history.csv", "admin/people"]) {
      const response = await visitor.get(`/api/${path}`);
      assert.deepEqual(await problemOf(response), [401, "not-signed-in"], path);
    }
  });

  it("gets the security headers in every response", async () => {
    for (const path of ["/api/session", "/nowhere", "/api/nowhere", "/healthz", "/api/gates"]) {
      const { headers } = await rig.browser().get(path);
      assert.match(
        headers.get("content-security-policy") ?? "",
        /default-src 'none'; script-src 'self';/,
      );
      assert.match(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
      assert.equal(headers.get("strict-transport-security"), "max-age=31536000");
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("referrer-policy"), "no-referrer");
      assert.match(headers.get("permissions-policy") ?? "", /camera=\(\)/);
      assert.equal(headers.get("cache-control"), "no-store");
      assert.equal(headers.get("access-control-allow-origin"), null);
    }
  });

  it("gets cookies that no script and no other host can access", async () => {
    const response = await rig.browser().get("/api/session");
    const [cookie = ""] = response.headers.getSetCookie();
    assert.match(cookie, /^__Host-visitor=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  });

  it("gets cookies without Secure only on localhost", async () => {
    const local = await Rig.make({
      environment: { BOOM_BOX_WEB_ORIGIN: "http://localhost:8080" },
    });
    const response = await local.browser().get("/api/session");
    const [cookie = ""] = response.headers.getSetCookie();
    assert.match(cookie, /^boom-box-visitor=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    assert.equal(response.headers.get("strict-transport-security"), null);
    await local.dispose();
  });

  it("is refused after the sign-out, also with a copy of the cookie", async () => {
    const copy = rig.browser();
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    assert.equal((await copy.get("/api/gates")).status, 200);
    assert.equal((await browser.post("/api/sign-out")).status, 204);
    assert.equal((await browser.get("/api/gates")).status, 401);
    assert.equal((await copy.get("/api/gates")).status, 401);
  });

  it("gets only an id when an unexpected error occurs", async () => {
    const failing = await Rig.make({
      wrapStore: (store) => ({
        ...store,
        grants: () => Promise.reject(new Error("secret detail of ours")),
      }),
    });
    const { browser } = await failing.colleague(undefined);
    const response = await browser.get("/api/gates");
    const text = await response.text();
    assert.equal(response.status, 500);
    assert.doesNotMatch(text, /secret/);
    const line = failing.log.lines.find(({ level }) => level === "error");
    assert.match(text, new RegExp(String(line?.fields.id)));
    await failing.dispose();
  });
});

describe("a database that is not writable", () => {
  let place: StorePlace;

  beforeEach(async () => {
    place = await sqlitePlace();
  });

  it("when locked, nothing is sent, and the response says when to retry", async () => {
    const rig = await Rig.make({ place, busyTimeoutMs: 30 });
    const { browser } = await rig.colleague(await rig.gate());
    await rig.service.start();
    const release = await place.lock();
    const id = randomUUID();
    const response = await browser.post(path, { id });
    assert.equal(response.headers.get("retry-after"), "2");
    assert.deepEqual(await problemOf(response), [503, "store-busy"]);
    assert.deepEqual(rig.link.sent, []);
    const readiness = await browser.get("/readyz");
    assert.equal(readiness.status, 503);
    assert.match(await readiness.text(), /"canWrite":false/);

    await release();
    assert.equal((await browser.post(path, { id })).status, 202, "the same tap again");
    assert.equal(rig.link.sent.length, 1);
    await rig.dispose();
  });

  it("when full, nothing is sent", async () => {
    const rig = await Rig.make({
      place,
      wrapStore: (store) => ({
        ...store,
        recordRequest: () => Promise.reject(new StoreError("full", "the disk is full")),
      }),
    });
    const { browser } = await rig.colleague(await rig.gate());
    await rig.service.start();
    const response = await browser.post(path, { id: randomUUID() });
    assert.deepEqual(await problemOf(response), [503, "store-full"]);
    assert.deepEqual(rig.link.sent, []);
    await rig.dispose();
  });

  it("when locked during the box's event, the event is recorded later", async () => {
    const rig = await Rig.make({ place, busyTimeoutMs: 30 });
    const { browser } = await rig.colleague(await rig.gate());
    await rig.service.start();
    const id = randomUUID();
    await browser.post(path, { id });
    await until(async () => (await rig.store.request(id))?.state === "sent");
    const release = await place.lock();
    rig.link.event("box-1", { id, outcome: "opened" });
    await until(() => rig.log.text.includes("a write to the database failed"));
    assert.equal((await rig.store.request(id))?.state, "sent");
    await release();
    await until(async () => (await rig.store.request(id))?.state === "opened");
    await rig.dispose();
  });

  it("when unavailable after the command was sent, the box's event is recorded later", async () => {
    let isAway = false;
    const rig = await Rig.make({
      place,
      wrapStore: (store: Store) => ({
        ...store,
        advanceRequest: (id, step) =>
          isAway
            ? Promise.reject(new StoreError("unavailable", "gone"))
            : store.advanceRequest(id, step),
      }),
    });
    const { browser } = await rig.colleague(await rig.gate());
    await rig.service.start();
    isAway = true;
    const id = randomUUID();
    assert.equal((await browser.post(path, { id })).status, 202);
    rig.link.event("box-1", { id, outcome: "opened" });
    await until(() => rig.log.text.includes("a write to the database failed"));
    isAway = false;
    await until(async () => (await rig.store.request(id))?.state === "opened");
    assert.equal(rig.link.sent.length, 1);
    await rig.dispose();
  });
});

describe("the address of a client", () => {
  it("comes from the trusted proxies, not from the client", async () => {
    const seen = async (trusted: string, forwarded: string | undefined) => {
      const rig = await Rig.make({ environment: { BOOM_BOX_WEB_TRUSTED_PROXIES: trusted } });
      const { browser } = await rig.colleague(await rig.gate());
      await rig.service.start();
      const id = randomUUID();
      await browser.post(path, { id }, { "x-forwarded-for": forwarded });
      const address = (await rig.store.request(id))?.address;
      await rig.dispose();
      return address;
    };
    assert.equal(await seen("0", "198.51.100.9"), "192.0.2.1");
    assert.equal(await seen("1", "203.0.113.5, 198.51.100.9"), "198.51.100.9");
    assert.equal(await seen("2", "203.0.113.5, 198.51.100.9"), "203.0.113.5");
    assert.equal(await seen("1", "::ffff:198.51.100.9"), "198.51.100.9");
    assert.equal(await seen("1", "203.0.113.9:51234"), "203.0.113.9");
    assert.equal(await seen("1", "[2001:DB8::1]:443"), "2001:db8::1");
    assert.equal(await seen("1", '"[2001:db8::1]"'), "2001:db8::1");
    assert.equal(await seen("1", "2001:db8::1:443"), "2001:db8::1:443");
    assert.equal(await seen("1", "203.0.113.9:51234, 203.0.113.10:1:2"), "unknown");
    assert.equal(await seen("1", undefined), "unknown");
    assert.equal(await seen("1", "nonsense"), "unknown");
  });

  it("has its own rate limit for sign-ins", async () => {
    const rig = await Rig.make();
    const begin = async (address: string) => {
      const browser = rig.browser(address);
      await browser.session();
      return browser.post("/api/sign-in/passkey/options");
    };
    for (let tries = 0; tries < 10; tries++) assert.equal((await begin("192.0.2.1")).status, 200);
    const refused = await begin("192.0.2.1");
    assert.equal(refused.headers.get("retry-after"), "6");
    assert.deepEqual(await problemOf(refused), [429, "rate-limited"]);
    assert.equal((await begin("192.0.2.2")).status, 200);
    rig.now += 6_000;
    assert.equal((await begin("192.0.2.1")).status, 200);
    await rig.dispose();
  });
});
