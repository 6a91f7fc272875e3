/** The page where a proxy holds back events, in many tabs, and after a long sleep. */
import assert from "node:assert/strict";
import { createServer, request as forward, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { BrowserContext, Page } from "playwright-core";
import type { Person } from "../domain/entities.ts";
import { phone, slide } from "./browser.rig.ts";
import { serviceRig } from "./with-service.rig.ts";

const said = "Live updates do not get through.";

describe("the page without a stream, in Chromium", function () {
  this.timeout(90_000);
  const at = serviceRig();
  let person: Person;
  let proxy: Server | undefined;

  before(async () => {
    const gate = await at.rig.gate({ id: "main", name: "Main gate", thingName: "lot-1" });
    person = (await at.rig.colleague(gate)).person;
    at.rig.link.online("lot-1");
    at.rig.link.onCommand = ({ id, thingName, by }) =>
      at.rig.link.event(thingName, { id, by, pulseMs: 501 });
  });
  beforeEach(() => {
    at.rig.now = Date.now();
  });
  afterEach(() => {
    proxy?.closeAllConnections();
    proxy?.close();
    proxy = undefined;
  });

  const ready = (page: Page) => page.locator('.slide[data-control="ready"]').waitFor();

  /** A tab of a browser in which the person is signed in. */
  async function tab(context: BrowserContext, origin = at.origin): Promise<Page> {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(origin);
    return page;
  }

  async function signedIn(origin = at.origin): Promise<BrowserContext> {
    const context = (await at.newPage(phone)).context();
    const { cookies } = await at.rig.signedIn(person);
    const all = [...cookies].map(([name, value]) => ({ name, value, url: origin }));
    await context.addCookies(all);
    return context;
  }

  /** Passes everything on, but an answer only when it is complete: the events never are. */
  async function holdBack(hasHeaders: boolean): Promise<string> {
    const { hostname, port } = new URL(at.origin);
    proxy = createServer((incoming, outgoing) => {
      const { method, url, headers } = incoming;
      // The page's origin is the proxy's.
      const origin = headers.origin === undefined ? {} : { origin: at.origin };
      const own = { ...headers, ...origin, host: `${hostname}:${port}` };
      const sent = forward({ hostname, port, method, path: url, headers: own }, (answer) => {
        if (hasHeaders && url === "/api/events") {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
        }
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => {
          if (!outgoing.headersSent) outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          outgoing.end(Buffer.concat(parts));
        });
      });
      sent.on("error", () => outgoing.destroy());
      outgoing.on("close", () => sent.destroy());
      incoming.pipe(sent);
    });
    await new Promise<void>((resolve) => proxy?.listen(0, "127.0.0.1", resolve));
    return `http://localhost:${(proxy.address() as AddressInfo).port}`;
  }

  for (const answersHeaders of [false, true]) {
    const what = answersHeaders ? "the events" : "the whole answer";
    it(`asks instead, says so, and opens, when a proxy holds back ${what}`, async () => {
      const origin = await holdBack(answersHeaders);
      const page = await tab(await signedIn(origin), origin);
      await ready(page);
      await page.getByText(said, { exact: false }).waitFor();
      await slide(page);
      await page.getByText("The box pressed the button for 0.5 s.").waitFor();
      at.rig.link.offline("lot-1");
      await page.getByText("The box at the gate is offline.", { exact: false }).waitFor();
      at.rig.link.online("lot-1");
      await ready(page);
      // Longer than an attempt to open a stream takes.
      await page.waitForTimeout(9_000);
      await ready(page);
    });
  }

  it("works in seven tabs of a browser that has six connections", async () => {
    const context = await signedIn();
    const tabs: Page[] = [];
    for (let count = 0; count < 7; count++) tabs.push(await tab(context));
    for (const page of tabs) await ready(page);
    at.rig.link.offline("lot-1");
    for (const page of tabs) {
      await page.getByText("The box at the gate is offline.", { exact: false }).waitFor();
    }
    at.rig.link.online("lot-1");
    for (const page of tabs) await ready(page);
    const last = tabs.at(-1) as Page;
    await last.bringToFront();
    await slide(last);
    await last.getByText("The box pressed the button for 0.5 s.").waitFor();
  });

  it("trusts nothing after a sleep of half an hour, until it is told anew", async () => {
    const context = await signedIn();
    const page = await tab(context);
    await ready(page);
    const session = await context.newCDPSession(page);
    await session.send("Page.setWebLifecycleState", { state: "frozen" });
    await session.send("Page.setWebLifecycleState", { state: "active" });
    let answer: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await context.route("**/api/**", async (route) => {
      await held;
      await route.continue();
    });
    // With what the device's clock says after such a sleep.
    const controls = await page.evaluate(`(async () => {
      const own = Date.now.bind(Date);
      Date.now = () => own() + 1_800_000;
      dispatchEvent(new Event("online"));
      const control = () => document.querySelector(".slide").dataset.control;
      const atOnce = control();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return [atOnce, control()];
    })()`);
    assert.deepEqual(controls, ["off", "off"]);
    answer();
    await ready(page);
  });
});
