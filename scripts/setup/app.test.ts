import assert from "node:assert/strict";
import { once } from "node:events";
import { type RawData, WebSocket } from "ws";
import { closeCodes, SetupApp } from "./app.ts";
import { type SetupServer, startSetupServer } from "./server.ts";
import type { PageMessage, PortRequest, ServerMessage } from "./view.ts";

/** A page without a browser. */
class FakePage {
  readonly socket: WebSocket;
  readonly #seen: Seen[] = [];
  #wake: () => void = () => {};

  constructor(url: string) {
    const { host, pathname } = new URL(url);
    this.socket = new WebSocket(`ws://${host}${pathname}socket`, {
      headers: { origin: `http://${host}` },
    });
    this.socket.on("message", (data: RawData, isBinary) => {
      const bytes = data as Buffer;
      this.#seen.push(isBinary ? bytes : (JSON.parse(String(bytes)) as ServerMessage));
      this.#wake();
    });
  }

  send(message: PageMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The first message, past or future, that fits. */
  async until<T extends Seen>(fits: (message: Seen) => message is T): Promise<T> {
    for (;;) {
      const at = this.#seen.findIndex(fits);
      if (at >= 0) return this.#seen.splice(at, 1)[0] as T;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  view() {
    return this.until(isView);
  }

  /** The first view with a failure. */
  async failure() {
    for (;;) {
      const { failure } = (await this.view()).view;
      if (failure !== null) return failure;
    }
  }

  /** What the port is told to do. */
  order() {
    return this.until(isOrder);
  }
}

type Seen = ServerMessage | Buffer;
type View = Extract<ServerMessage, { readonly type: "view" }>;
const isView = (seen: Seen): seen is View => !Buffer.isBuffer(seen) && seen.type === "view";
const isOrder = (seen: Seen): seen is PortRequest => !Buffer.isBuffer(seen) && seen.type === "port";
const isBytes = (seen: Seen): seen is Buffer => Buffer.isBuffer(seen);

describe("a setup page and its process", () => {
  let server: SetupServer;
  let app: SetupApp;
  const pages: FakePage[] = [];

  beforeEach(async () => {
    app = new SetupApp(
      {
        certs: "nowhere",
        packagePath: "nowhere",
        standInHost: undefined,
        region: undefined,
        ports: { list: async () => [], choose: async () => assert.fail() },
        onLine: () => {},
      },
      (error) => assert.fail(String(error)),
    );
    server = await startSetupServer({
      files: new Map(),
      port: 0,
      onPage: (socket) => app.handlePage(socket),
    });
    await app.session.start();
  });
  afterEach(async () => {
    for (const { socket } of pages.splice(0)) socket.terminate();
    await app.close();
    await server.close();
  });

  function open(): FakePage {
    const page = new FakePage(server.url);
    pages.push(page);
    return page;
  }

  it("shows a page where it is, and the newest page is in use", async () => {
    const first = open();
    assert.equal((await first.view()).type, "view");
    const second = open();
    const [code] = await once(first.socket, "close");
    assert.equal(code, closeCodes.replaced);
    await second.view();
    second.send({ type: "command", command: { type: "refresh-ports" } });
    await second.view();
  });

  for (const [what, message] of [
    ["no JSON", "hello"],
    ["an unknown command", '{"type":"command","command":{"type":"erase"}}'],
    [
      "a path that is too long",
      JSON.stringify({ type: "command", command: { type: "choose-port", path: "x".repeat(300) } }),
    ],
    ["a surplus field", '{"type":"port-gone","more":1}'],
  ] as const) {
    it(`ends the connection of a page that sends ${what}`, async () => {
      const page = open();
      await page.view();
      page.socket.send(message);
      const [code] = await once(page.socket, "close");
      assert.equal(code, closeCodes.unknownMessage);
    });
  }

  it("ends the connection of a page that sends too much", async () => {
    const page = open();
    await page.view();
    page.socket.send("x".repeat(1_000_000));
    const [code] = await once(page.socket, "close");
    assert.equal(code, 1009);
  });

  it("works with the page's port, and notices that it is gone", async () => {
    const page = open();
    await page.view();
    page.send({ type: "port-ready", usbVendorId: 0x10c4, usbProductId: 0xea60 });
    page.send({ type: "command", command: { type: "use-browser-port" } });
    const { id, ...order } = await page.order();
    assert.deepEqual(order, { type: "port", do: "open", baudRate: 115_200 });
    page.send({ type: "port-done", id, error: null });
    const lines = await page.order();
    assert.equal(lines.do, "signals");
    page.send({ type: "port-done", id: lines.id, error: null });
    const asked = await page.until(isBytes);
    assert.equal(asked.subarray(5, 11).toString(), "IMPROV");
    page.send({ type: "port-gone" });
    assert.match((await page.failure()).cause, /browser's port is gone/);
  });

  it("says in the page's words that the browser cannot open the port", async () => {
    const page = open();
    await page.view();
    page.send({ type: "port-ready", usbVendorId: null, usbProductId: null });
    page.send({ type: "command", command: { type: "use-browser-port" } });
    const { id } = await page.order();
    page.send({ type: "port-done", id, error: "Failed to open serial port." });
    const { cause, wayOut } = await page.failure();
    assert.match(cause, /Failed to open serial port/);
    assert.match(wayOut, /Close other programs/);
  });
});
