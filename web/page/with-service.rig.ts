/** The page in Chromium with the real service and simulated boxes, for one suite of tests. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { pageAssets } from "../assets.ts";
import type { Person } from "../domain/entities.ts";
import { type RunningServer, serve } from "../service/server.ts";
import { Rig } from "../service/service.rig.ts";
import { hasChromium, launchChromium, phone } from "./browser.rig.ts";

export interface ServiceRig {
  readonly rig: Rig;
  readonly origin: string;
  /** A browser in which nobody is signed in. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
  /** The page of a person who is already signed in. The sign-in has its own tests. */
  pageOf(person: Person, options?: BrowserContextOptions): Promise<Page>;
}

/** All tests of the suite share one service. Its clock stands still unless a test sets it. */
export function serviceRig(): ServiceRig {
  let browser: Browser;
  let rig: Rig;
  let server: RunningServer;
  let origin: string;

  before(async function () {
    skipWithout(this, "chromium", hasChromium, "Debian's package chromium");
    browser = await launchChromium();
    const port = await freePort();
    origin = `http://localhost:${port}`;
    rig = await Rig.make({
      environment: {
        BOOM_BOX_WEB_ORIGIN: origin,
        BOOM_BOX_WEB_CONTACT: "Front desk, 030 1234",
        BOOM_BOX_WEB_WEBHOOK_PRIVATE_HOSTS: "127.0.0.1",
      },
      assets: await pageAssets(),
    });
    rig.now = Date.now();
    server = await serve(rig.service, { host: "127.0.0.1", port, stopLimitMs: 0 });
    await rig.service.start();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
    await rig?.place.remove();
  });

  async function newPage(options: BrowserContextOptions = phone): Promise<Page> {
    const context = await browser.newContext({ locale: "en-GB", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    return page;
  }

  return {
    get rig() {
      return rig;
    },
    get origin() {
      return origin;
    },
    newPage,
    async pageOf(person, options) {
      const { cookies } = await rig.signedIn(person);
      const page = await newPage(options);
      const all = [...cookies].map(([name, value]) => ({ name, value, url: origin }));
      await page.context().addCookies(all);
      await page.goto(origin);
      return page;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
