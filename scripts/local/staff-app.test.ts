import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import {
  addAuthenticator,
  hasChromium,
  launchChromium,
  phone,
  slide,
} from "../../web/page/browser.rig.ts";
import { readIdentity } from "../certs/identity.ts";
import { serviceIdentity } from "../certs/paths.ts";
import { type LocalSystem, startLocalSystem } from "./system.ts";
import { type LocalWeb, startLocalWeb } from "./web.ts";

/** Everything that `npm start` runs, used through an emulated phone. */
describe("the staff app, from the page to the pin", function () {
  this.timeout(90_000);
  const directory = mkdtempSync(join(tmpdir(), "boom-box-staff-app-"));
  const certs = join(directory, "certs");
  let browser: Browser;
  let system: LocalSystem;
  let web: LocalWeb;
  let page: Page;

  before(async function () {
    skipWithout(this, "chromium", hasChromium, "Debian's package chromium");
    const options = { thing: "lot-1", port: 0, certs };
    system = await startLocalSystem(options, { log: () => {}, onRecord: () => {} });
    web = await startLocalWeb({
      box: system.settings,
      certs,
      port: 0,
      log: () => {},
      identity: await readIdentity(certs, serviceIdentity),
    });
    browser = await launchChromium();
    page = await (await browser.newContext({ ...phone, locale: "en-GB" })).newPage();
    page.setDefaultTimeout(20_000);
    await addAuthenticator(page);
  });
  after(async () => {
    await browser?.close();
    await web?.stop();
    await system?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const pulses = () => system.box.device.gatePin.edges.filter(({ value }) => value === 1).length;
  const ready = () => page.locator('.slide[data-control="ready"]').waitFor();

  it("signs the first administrator in with the printed link and a passkey", async () => {
    await page.goto(web.invitationUrl ?? "");
    await page.getByRole("button", { name: "Create a passkey" }).click();
    await ready();
    assert.equal(pulses(), 0);
  });

  it("opens on one slide: one pulse, and the page shows the box's report", async () => {
    await slide(page);
    await page.getByText("The box pressed the button for 0.5 s.").waitFor();
    assert.equal(pulses(), 1);
  });

  it("does not open when a slide stops halfway", async () => {
    await ready();
    await slide(page, 0.5);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(pulses(), 1);
  });

  it("shows that the box refused during the cooldown, and the pin stays LOW", async () => {
    // First an open from the terminal, then one from the page.
    const others = await system.open();
    if (others?.outcome === "refused") {
      await new Promise((resolve) => setTimeout(resolve, system.settings.cooldownMs));
      await system.open();
    }
    const before = pulses();
    await slide(page);
    await page.getByText("The box waits briefly between two presses.").waitFor();
    assert.equal(pulses(), before);
  });

  it("hides the control while the box is offline, and shows it when the box is back", async () => {
    system.faults.apply({ fault: "broker-down" });
    await page.locator('.slide:not([data-control="ready"])').waitFor();
    const before = pulses();
    await slide(page).catch(() => {});
    system.faults.apply({ fault: "broker-up" });
    await page.locator('.slide[data-control="ready"]').waitFor({ timeout: 60_000 });
    assert.equal(pulses(), before);
    await slide(page);
    await page.getByText("The box pressed the button for 0.5 s.").waitFor();
    assert.equal(pulses(), before + 1);
  });
});
