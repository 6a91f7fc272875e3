/** The page with the real service and simulated boxes, for one suite of tests. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { freePort } from "../../host-sim/free-port.rig.ts";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { pageAssets } from "../assets.ts";
import type { Person } from "../domain/entities.ts";
import { serve } from "../service/server.ts";
import { Rig } from "../service/service.rig.ts";
import { hasChromium, launchChromium, phone } from "./browser.rig.ts";

/** The service on loopback, with boxes that a test speaks for. */
export interface ServedRig {
  readonly rig: Rig;
  readonly origin: string;
  stop(): Promise<void>;
}

export async function serveRig(): Promise<ServedRig> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const rig = await Rig.make({
    environment: {
      BOOM_BOX_WEB_ORIGIN: origin,
      BOOM_BOX_WEB_CONTACT: "Front desk, 030 1234",
      BOOM_BOX_WEB_WEBHOOK_PRIVATE_HOSTS: "127.0.0.1",
    },
    assets: await pageAssets(),
  });
  rig.now = Date.now();
  const server = await serve(rig.service, { host: "127.0.0.1", port, stopLimitMs: 0 });
  await rig.service.start();
  return {
    rig,
    origin,
    async stop() {
      await server.stop();
      await rig.place.remove();
    },
  };
}

export interface ServiceRig {
  readonly rig: Rig;
  readonly origin: string;
  /** A browser in which nobody is signed in. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
  /** The page of a person who is already signed in. The sign-in has its own tests. */
  pageOf(person: Person, options?: BrowserContextOptions): Promise<Page>;
}

/** All tests of the suite share one service, in Chromium. Its clock stands still unless a test sets it. */
export function serviceRig(): ServiceRig {
  let browser: Browser;
  let served: ServedRig;

  before(async function () {
    skipWithout(this, "chromium", hasChromium, "Debian's package chromium");
    browser = await launchChromium();
    served = await serveRig();
  });

  after(async () => {
    await browser?.close();
    await served?.stop();
  });

  async function newPage(options: BrowserContextOptions = phone): Promise<Page> {
    const context = await browser.newContext({ locale: "en-GB", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    return page;
  }

  return {
    get rig() {
      return served.rig;
    },
    get origin() {
      return served.origin;
    },
    newPage,
    async pageOf(person, options) {
      const { origin } = served;
      const { cookies } = await served.rig.signedIn(person);
      const page = await newPage(options);
      const all = [...cookies].map(([name, value]) => ({ name, value, url: origin }));
      await page.context().addCookies(all);
      await page.goto(origin);
      return page;
    },
  };
}
