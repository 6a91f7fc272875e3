import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { CableEnd, UsbCable } from "../../host-sim/board/usb-cable.ts";
import { SetupApp } from "./app.ts";
import { buildPage } from "./page-files.ts";
import type { Ports } from "./ports.ts";
import { type SetupServer, startSetupServer } from "./server.ts";

/** A port of Web Serial whose other end is in the test's process: its calls and bytes go through a binding. */
const serialInPage = `
  const call = (what) => window.boardCall(what);
  const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
  const bytesOf = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  let source;
  const port = {
    readable: null,
    writable: null,
    async open({ baudRate }) {
      if (!(await call({ do: "open", baudRate }))) throw new DOMException("Failed to open serial port.", "NetworkError");
      const readable = () => new ReadableStream({
        start(controller) { source = controller; },
        cancel() { if (port.readable !== null) port.readable = readable(); },
      });
      port.readable = readable();
      port.writable = new WritableStream({ write: (bytes) => call({ do: "write", bytes: base64(bytes) }) });
    },
    async close() {
      port.readable = null;
      port.writable = null;
      await call({ do: "close" });
    },
    async setSignals(signals) { await call({ do: "signals", signals }); },
    getInfo: () => ({ usbVendorId: 0x10c4, usbProductId: 0xea60 }),
  };
  const serial = new EventTarget();
  // A browser remembers what was allowed.
  serial.requestPort = async () => { sessionStorage.allowed = "yes"; return port; };
  serial.getPorts = async () => (sessionStorage.allowed === "yes" ? [port] : []);
  Object.defineProperty(navigator, "serial", { value: serial });
  window.boardData = (text) => source?.enqueue(bytesOf(text));
  window.boardCut = () => {
    source?.error(new DOMException("The device has been lost.", "NetworkError"));
    port.readable = null;
    port.writable = null;
    serial.dispatchEvent(new Event("disconnect"));
  };
  window.boardBack = () => serial.dispatchEvent(new Event("connect"));
`;

/** No Web Serial, as in Firefox and Safari. */
const noSerial = 'Object.defineProperty(navigator, "serial", { value: undefined });';

type Call =
  | { readonly do: "open"; readonly baudRate: number }
  | { readonly do: "write"; readonly bytes: string }
  | { readonly do: "close" }
  | { readonly do: "signals"; readonly signals: { dataTerminalReady?: boolean } };

/** Gives the page a `navigator.serial` that leads to a board. */
async function connectSerial(page: Page, cable: UsbCable): Promise<void> {
  let end: CableEnd | undefined;
  let sent: Promise<unknown> = Promise.resolve();
  const inPage = (expression: string) => {
    sent = sent.then(() => page.evaluate(expression).catch(() => {}));
  };
  await page.exposeFunction("boardCall", (call: Call): boolean => {
    switch (call.do) {
      case "open":
        // A page that was loaded again has left it open.
        if (end !== undefined) cable.close(end);
        end = {
          baudRate: call.baudRate,
          onData: (bytes) => inPage(`boardData("${Buffer.from(bytes).toString("base64")}")`),
          onCut: () => inPage("boardCut()"),
        };
        return cable.open(end) === "open";
      case "write":
        if (end !== undefined) cable.write(end, Buffer.from(call.bytes, "base64"));
        return true;
      case "close":
        if (end !== undefined) cable.close(end);
        return true;
      case "signals":
        cable.setLines(call.signals);
        return true;
    }
  });
  await page.addInitScript(serialInPage);
}

export interface OpenedPage {
  readonly page: Page;
  readonly app: SetupApp;
  readonly server: SetupServer;
  /** what a browser's console says of faults */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export interface PageOptions {
  readonly certs: string;
  readonly packagePath: string;
  readonly ports: Ports;
  /** the board at the browser's port; undefined: the browser has no Web Serial */
  readonly cable?: UsbCable;
  readonly context?: BrowserContextOptions;
}

/** The whole command, and its page in a browser. */
export async function openSetup(
  browser: Browser,
  { certs, packagePath, ports, cable, context = {} }: PageOptions,
): Promise<OpenedPage> {
  const errors: string[] = [];
  const app = new SetupApp(
    { certs, packagePath, ports, standInHost: undefined, region: undefined, onLine: () => {} },
    (error) => errors.push(String(error)),
  );
  const server = await startSetupServer({
    files: await buildPage(),
    port: 0,
    onPage: (socket) => app.handlePage(socket),
  });
  await app.session.start();
  const opened = await browser.newContext({ locale: "en-GB", ...context });
  const page = await opened.newPage();
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.setDefaultTimeout(30_000);
  if (cable === undefined) await page.addInitScript(noSerial);
  else await connectSerial(page, cable);
  await page.goto(server.url);
  return {
    page,
    app,
    server,
    errors,
    close: async () => {
      await opened.close();
      await app.close();
      await server.close();
    },
  };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");

/** axe-core over the page as it is now, in light and dark, on a desktop and a phone. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axeSource);
  for (const colorScheme of ["light", "dark"] as const) {
    for (const viewport of [
      { width: 1000, height: 800 },
      { width: 360, height: 780 },
    ]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      const results: AxeResults = await page.evaluate(
        "axe.run({ resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })",
      );
      const found = results.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
      );
      assert.deepEqual(found, [], `${what}, ${colorScheme}, ${viewport.width}`);
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      assert.equal(overflow, 0, `${what} is wider than ${viewport.width}`);
    }
  }
}
