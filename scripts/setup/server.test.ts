import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { WebSocket } from "ws";
import { type SetupServer, startSetupServer } from "./server.ts";

const text = (body: string, type: string) => ({ body: new TextEncoder().encode(body), type });

describe("the server of the setup page", () => {
  let server: SetupServer;
  let pages: number;

  beforeEach(async () => {
    pages = 0;
    server = await startSetupServer({
      files: new Map([
        ["", text("<!doctype html>", "text/html; charset=utf-8")],
        ["page.js", text("export {};", "text/javascript; charset=utf-8")],
      ]),
      port: 0,
      onPage: (socket) => {
        pages += 1;
        socket.send("hello");
      },
    });
  });
  afterEach(() => server.close());

  /** Asks for a path, with any name of the host. */
  async function ask(path: string, headers: Record<string, string> = {}, method = "GET") {
    const { port } = new URL(server.url);
    const asked = request({ host: "127.0.0.1", port, path, headers, method }).end();
    const [response] = await once(asked, "response");
    response.resume();
    await once(response, "end");
    return { status: response.statusCode as number, headers: response.headers };
  }

  const path = () => new URL(server.url).pathname;

  it("is on loopback, and gives its files to who has the link", async () => {
    assert.equal(new URL(server.url).hostname, "127.0.0.1");
    const { status, headers } = await ask(path());
    assert.equal(status, 200);
    const policy = String(headers["content-security-policy"]);
    assert.match(policy, /default-src 'none'; script-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.match(String(headers["permissions-policy"]), /serial=\(self\)/);
    assert.equal((await ask(`${path()}page.js`)).status, 200);
  });

  it("gives nothing without the secret, and nothing else with it", async () => {
    const secret = path();
    const other = `/${"A".repeat(secret.length - 2)}/`;
    for (const wrong of ["/", "/page.js", other, `${other}page.js`, secret.slice(0, -1)]) {
      assert.equal((await ask(wrong)).status, 404, wrong);
    }
    for (const wrong of ["../package.json", "%2e%2e/package.json", "nothing", "socket"]) {
      assert.equal((await ask(secret + wrong)).status, 404, wrong);
    }
    assert.equal((await ask(secret, {}, "POST")).status, 404);
  });

  it("answers to no other name: a page of another site could have it lead here", async () => {
    const { port } = new URL(server.url);
    for (const host of ["evil.example", `evil.example:${port}`, `localhost:${port}`, "127.0.0.1"]) {
      assert.equal((await ask(path(), { host })).status, 421, host);
    }
  });

  /** @returns the status of a refusal, or what the server says first */
  async function connect(
    url: string,
    headers: Record<string, string>,
  ): Promise<string | number | undefined> {
    const socket = new WebSocket(url, { headers });
    return new Promise((resolve) => {
      socket.once("unexpected-response", (_, { statusCode }) => {
        resolve(statusCode);
        socket.terminate();
      });
      socket.once("message", (data) => {
        resolve(String(data));
        socket.terminate();
      });
      socket.on("error", () => resolve(undefined));
    });
  }

  it("opens a WebSocket for its own page alone", async () => {
    const { host, pathname } = new URL(server.url);
    const own = `ws://${host}${pathname}socket`;
    const origin = `http://${host}`;
    assert.equal(await connect(own, { origin }), "hello");
    const { port } = new URL(server.url);
    for (const [url, headers] of [
      [own, {}],
      [own, { origin: "http://evil.example" }],
      [own, { origin: "null" }],
      [own, { origin: `http://localhost:${port}` }],
      [own, { origin: `https://${host}` }],
      [own, { origin, host: "evil.example" }],
      [`ws://${host}/socket`, { origin }],
      [`ws://${host}${pathname}other`, { origin }],
    ] as const) {
      assert.equal(await connect(url, headers), 403, JSON.stringify([url, headers]));
    }
    assert.equal(pages, 1);
  });

  it("has another secret each time", async () => {
    const second = await startSetupServer({ files: new Map(), port: 0, onPage: () => {} });
    const [a, b] = [path(), new URL(second.url).pathname];
    await second.close();
    assert.notEqual(a, b);
    assert.ok(a.length >= 32);
  });
});
