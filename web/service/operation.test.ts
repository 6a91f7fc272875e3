import assert from "node:assert/strict";
import { type SinonFakeTimers, useFakeTimers } from "sinon";
import { aRequest } from "../store/place.rig.ts";
import type { Assets } from "./assets.ts";
import { Rig, until } from "./service.rig.ts";

const token = "a-token-of-16-or-more";
const encode = (text: string) => new TextEncoder().encode(text);
const plain = { encoded: new Map(), isImmutable: false };
const script = { body: encode("1"), type: "text/javascript", etag: '"a"', isImmutable: true };
const encoded = new Map([
  ["br", encode("b")],
  ["gzip", encode("g")],
] as const);
const page = (text: string) => ({
  ...plain,
  ...{ body: encode(text), type: "text/html", etag: `"${text}"`, encoded: new Map() },
});
const assets: Assets = {
  files: new Map([["/app-1.js", { ...script, encoded }]]),
  documents: new Map([
    ["en", new Map([["/", page("<p>")]])],
    ["de", new Map([["/", page("<b>")]])],
  ]),
};

describe("operation", () => {
  let rig: Rig;

  afterEach(() => rig.dispose());

  it("reports whether it runs and whether it is ready", async () => {
    rig = await Rig.make();
    await rig.service.start();
    const browser = rig.browser();
    assert.equal((await browser.get("/healthz")).status, 200);
    const ready = await browser.get("/readyz");
    assert.equal(ready.status, 200);
    assert.deepEqual(await ready.json(), { isRunning: true, canWrite: true, isListening: true });

    rig.link.listening(false);
    assert.equal((await browser.get("/readyz")).status, 503);
    rig.link.listening(true);
    rig.service.refuse();
    const stopping = await browser.get("/readyz");
    assert.equal(stopping.status, 503);
    assert.match(await stopping.text(), /"isRunning":false/);
    assert.equal((await browser.get("/api/session")).status, 503);
    assert.equal((await browser.get("/healthz")).status, 200);
  });

  it("shows its metrics only with the token, and to nobody when no token is set", async () => {
    rig = await Rig.make({ environment: { BOOM_BOX_WEB_METRICS_TOKEN: token } });
    const browser = rig.browser();
    await browser.get("/api/gates");
    const ask = (authorization: string) =>
      browser.request("GET", "/metrics", undefined, { authorization });
    const answer = await ask(`Bearer ${token}`);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /boom_box_web_problems_total\{error="not-signed-in"\} 1/);
    assert.equal((await ask("Bearer another-one-not-it")).status, 404);
    assert.equal((await browser.get("/metrics")).status, 404);
    const without = await Rig.make();
    assert.equal((await without.browser().get("/metrics")).status, 404);
    await without.dispose();
  });

  it("serves the page, which is revalidated each time, and its files", async () => {
    rig = await Rig.make({ assets });
    const browser = rig.browser();
    const page = await browser.get("/");
    assert.equal(await page.text(), "<p>");
    assert.equal(page.headers.get("content-type"), "text/html");
    assert.equal(page.headers.get("cache-control"), "no-cache");
    const known = await browser.request("GET", "/", undefined, {
      "if-none-match": 'W/"<p>", "x"',
    });
    assert.deepEqual([known.status, await known.text()], [304, ""]);
    const script = await browser.get("/app-1.js");
    assert.equal(script.headers.get("cache-control"), "public, max-age=31536000, immutable");
    for (const path of ["/app-2.js", "/..%2fpackage.json", "/index.html", "//"]) {
      assert.equal((await browser.get(path)).status, 404, path);
    }
  });

  it("serves the page in the client's language, and tells caches that it differs", async () => {
    rig = await Rig.make({ assets });
    const browser = rig.browser();
    const ask = (language: string, etag?: string) =>
      browser.request("GET", "/", undefined, {
        "accept-language": language,
        "if-none-match": etag,
      });
    for (const [language, text] of [
      ["en", "<p>"],
      ["de", "<b>"],
    ] as const) {
      const answer = await ask(language);
      assert.equal(await answer.text(), text);
      assert.equal(answer.headers.get("content-language"), language);
      assert.equal(answer.headers.get("vary"), "Accept-Language, Cookie");
    }
    const english = (await ask("en")).headers.get("etag") ?? "";
    assert.equal((await ask("en", english)).status, 304);
    assert.equal((await ask("de", english)).status, 200);
  });

  it("compresses the page's files as the client prefers, each with an ETag of its own", async () => {
    rig = await Rig.make({ assets });
    const browser = rig.browser();
    for (const [accepted, encoding, text] of [
      ["gzip, deflate, br, zstd", "br", "b"],
      ["br;q=0.5, gzip", "gzip", "g"],
      ["GZIP", "gzip", "g"],
      ["*", "br", "b"],
      ["*, br;q=0", "gzip", "g"],
      ["br;q=0, gzip;q=0", null, "1"],
      ["identity", null, "1"],
      ["zstd", null, "1"],
      ["", null, "1"],
      [undefined, null, "1"],
    ] as const) {
      const ask = (etag?: string) =>
        browser.request("GET", "/app-1.js", undefined, {
          "accept-encoding": accepted,
          "if-none-match": etag,
        });
      const answer = await ask();
      const { headers } = answer;
      assert.equal(await answer.text(), text, accepted);
      assert.equal(headers.get("content-encoding"), encoding, accepted);
      assert.equal(headers.get("vary"), "Accept-Encoding");
      assert.equal(headers.get("etag"), encoding === null ? '"a"' : `"a-${encoding}"`);
      assert.equal(headers.get("content-type"), "text/javascript");
      const known = await ask(headers.get("etag") ?? "");
      assert.deepEqual([known.status, known.headers.get("vary")], [304, "Accept-Encoding"]);
      assert.equal((await ask('"a-zstd"')).status, 200);
    }
  });

  it("compresses long lists, but never an event stream or the session", async () => {
    rig = await Rig.make();
    const { browser } = await rig.administrator();
    const ask = (path: string) =>
      browser.request("GET", path, undefined, { "accept-encoding": "gzip, br" });
    for (const path of ["admin/people", "admin/grants", "admin/gates", "history", "history.csv"]) {
      const { headers } = await ask(`/api/${path}`);
      assert.equal(headers.get("content-encoding"), "gzip", path);
      assert.equal(headers.get("vary"), "Accept-Encoding");
      assert.equal(headers.get("cache-control"), "no-store");
    }
    for (const path of ["session", "events", "gates"]) {
      const { headers, body } = await ask(`/api/${path}`);
      assert.equal(headers.get("content-encoding"), null, path);
      await body?.cancel();
    }
  });

  it("removes records after the retention period", async () => {
    const clock: SinonFakeTimers = useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      rig = await Rig.make({ environment: { BOOM_BOX_WEB_RETENTION_DAYS: "30" } });
      await rig.service.start();
      const day = 24 * 3_600_000;
      await rig.store.recordRequest(aRequest({ state: "denied", at: rig.now - 30 * day - 1 }));
      await rig.store.recordRequest(aRequest({ state: "denied", at: rig.now - 30 * day }));
      clock.tick(3_600_000);
      await until(async () => (await rig.store.history({})).entries.length === 1);
    } finally {
      clock.restore();
    }
  });
});
