/** The page in Chromium with a fake service, for one suite of tests. */
import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { healthyStatus } from "../../device/messages/status.vectors.ts";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import type { AdminGateView, OtherCommand } from "../api.ts";
import { hasChromium, launchChromium, phone } from "./browser.rig.ts";
import { FakeService, gateView, newPerson, request } from "./service.fake.ts";

export interface PageRig {
  readonly service: FakeService;
  /** @param personId who is already signed in; null: nobody */
  open(personId?: string | null, options?: BrowserContextOptions, path?: string): Promise<Page>;
}

/** Each test starts with the people Ada (an administrator) and Ben, one gate, and a box that opens it. */
export function pageRig(): PageRig {
  let browser: Browser;
  let service: FakeService;
  let errors: string[];

  before(async function () {
    skipWithout(this, "chromium", hasChromium, "Debian's package chromium");
    browser = await launchChromium();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    errors = [];
    service = await FakeService.start();
    service.people.set("ada", { ...newPerson("ada", "Ada Kowalski"), isAdministrator: true });
    service.people.set("ben", newPerson("ben", "Ben Okafor"));
    service.gates.set("main", gateView("main", "Main gate"));
    service.openScript = (gate, id) => ({
      type: "answer",
      request: request(gate.id, id),
      later: [
        request(gate.id, id, { state: "sent" }),
        request(gate.id, id, { state: "opened", pulseMs: 501 }),
      ],
    });
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
    await service.stop();
    // A CSP violation, an exception or an unhandled rejection fails the test, whatever the page shows.
    assert.deepEqual(errors, []);
  });

  return {
    get service() {
      return service;
    },
    async open(personId = "ben", options = phone, path = "/") {
      const context = await browser.newContext({ locale: "en-GB", ...options });
      if (personId !== null) await context.addCookies([service.cookieFor(personId)]);
      const page = await context.newPage();
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => {
        const isFault = message.type() === "error" && !message.text().startsWith("Failed to load");
        if (isFault) errors.push(message.text());
      });
      page.setDefaultTimeout(8_000);
      await page.clock.install();
      await page.goto(`${service.origin}${path}`);
      return page;
    },
  };
}

/** Waits until the control can be used. */
export const ready = (page: Page) => page.locator('.slide[data-control="ready"]').waitFor();
/** Waits until the control is off. */
export const off = (page: Page) => page.locator('.slide[data-control="off"]').waitFor();

/** A gate as administrators see it, with a healthy box. */
/** What somebody did without the app. */
export function otherCommand(changes: Partial<OtherCommand>): OtherCommand {
  return {
    thingName: "lot-1",
    output: null,
    gateName: "Main gate",
    by: null,
    outcome: "opened",
    reason: null,
    at: Date.UTC(2026, 10, 28, 7, 30),
    pulseMs: 500,
    ...changes,
  };
}

export function adminGate(
  id: string,
  name: string,
  more: Partial<AdminGateView> = {},
): AdminGateView {
  return {
    id,
    name,
    thingName: `box-${id}`,
    output: null,
    timeZone: "Europe/Berlin",
    isActive: true,
    isAtBox: true,
    box: {
      ...healthyStatus,
      clockDifferenceMs: null,
      lastSeenAt: Date.now(),
      uptimeMs: 7_200_000,
      address: null,
      certificateEndsAt: Date.now() + 30 * 24 * 3_600_000,
      opened: 4,
      refused: 1,
    },
    ...more,
  };
}
