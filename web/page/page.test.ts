import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  accessibleNodes,
  addAuthenticator,
  desktop,
  launchWithProfile,
  phone,
  slide,
} from "./browser.rig.ts";
import { adminGate, off, pageRig, ready } from "./page.rig.ts";
import { type FakeService, gateView, newPerson, request } from "./service.fake.ts";

describe("the page in Chromium", function () {
  this.timeout(30_000);
  const rig = pageRig();
  const { open } = rig;
  let service: FakeService;
  beforeEach(() => {
    service = rig.service;
  });

  it("creates a passkey from an invitation, opens by a slide, and signs in with the passkey", async () => {
    const page = await open(null);
    await addAuthenticator(page);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.goto(service.invitationFor("ben"));
    await page.getByRole("heading", { name: "Welcome, Ben Okafor" }).waitFor();
    assert.ok(!page.url().includes("invitation"), "the token stays in the address");
    await page.getByRole("button", { name: "Create a passkey" }).click();
    await ready(page);
    await slide(page);
    await page.getByText("The box pressed the button for 0.5 s.").waitFor();
    assert.equal(service.posts.length, 1);

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await ready(page);
  });

  it("says when an invitation is over, and when the device has no passkey", async () => {
    const page = await open(null);
    await addAuthenticator(page);
    await page.goto(`${service.origin}/#invitation=used`);
    await page.getByText("has already been used").waitFor();
    await page.getByRole("button", { name: "Sign in instead" }).click();
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByText("Your device did not provide a passkey").waitFor();
  });

  it("links to the provider when there is one", async () => {
    service.methods = { passkey: false, oidc: { name: "Example Ltd", url: "/api/sign-in/oidc" } };
    const page = await open(null);
    const link = page.getByRole("link", { name: "Sign in with Example Ltd" });
    assert.equal(await link.getAttribute("href"), "/api/sign-in/oidc");
  });

  it("ignores a tap and a slide that ends too soon", async () => {
    const page = await open();
    await ready(page);
    await page.locator(".slide-knob").tap();
    await page.locator(".slide").tap({ position: { x: 300, y: 40 } });
    await slide(page, 0.6);
    await page.locator('.slide[data-sliding="false"]').waitFor();
    assert.deepEqual(service.posts, []);
  });

  it("sends one request for two slides, with a UUID", async () => {
    service.openScript = (gate, id) => ({
      type: "answer",
      request: request(gate.id, id, { state: "sent" }),
    });
    const page = await open();
    await ready(page);
    await slide(page);
    await slide(page);
    await page.getByText("Accepted. Waiting for the box…").waitFor();
    assert.equal(service.posts.length, 1);
    assert.match(service.posts[0]?.id ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
  });

  it("shows the reason when the box refuses or the service denies a request", async () => {
    service.openScript = (gate, id) => ({
      type: "answer",
      request: request(gate.id, id),
      later: [request(gate.id, id, { state: "refused", reason: "cooldown" })],
    });
    const page = await open();
    await ready(page);
    await slide(page);
    await page.getByText("Refused by the box").waitFor();
    await page.getByText("The box waits briefly between two presses.").waitFor();

    service.openScript = (gate, id) => ({
      type: "problem",
      status: 403,
      problem: {
        error: "not-now",
        message: "No.",
        request: request(gate.id, id, { state: "denied", reason: "not-now" }),
      },
    });
    await page.clock.fastForward(3_000);
    await ready(page);
    await slide(page);
    await page.getByText("You do not have access at this time.").waitFor();
  });

  it("says whom to ask when the box is offline, on a refusal, and when the outcome is unknown", async () => {
    service.contact = "Front desk, 030 1234";
    const page = await open();
    const help = page.getByText("For help: Front desk, 030 1234");
    await ready(page);
    assert.equal(await help.count(), 0, "not while nothing is wrong");
    for (const [state, shown] of [
      ["refused", "Refused by the box"],
      ["unanswered", "No answer from the box"],
      ["failed", "Not sent"],
    ] as const) {
      service.openScript = (gate, id) => ({
        type: "answer",
        request: request(gate.id, id, { state, reason: state === "unanswered" ? null : "busy" }),
      });
      await slide(page);
      await page.getByText(shown, { exact: true }).waitFor();
      await help.waitFor();
      await page.clock.fastForward(3_000);
      await ready(page);
    }
    await page.clock.fastForward(61_000);
    await help.waitFor({ state: "detached" });
    service.say({ event: "gate", data: { ...gateView("main", "Main gate"), box: "offline" } });
    await help.waitFor();
  });

  it("turns the control off while the box is offline or access is denied, and says until when", async () => {
    const opensAt = new Date().setHours(24 + 6, 0, 0, 0);
    service.gates.set("main", { ...gateView("main", "Main gate"), box: "offline" });
    const page = await open();
    await off(page);
    await page.getByText("The box at the gate is offline.").waitFor();
    await slide(page);
    service.say({ event: "gate", data: gateView("main", "Main gate") });
    await ready(page);
    const may = { open: false, why: "not-now", opensAt } as const;
    service.say({ event: "gate", data: { ...gateView("main", "Main gate"), may } });
    await page.getByText(/You can open it again from .*06:00/).waitFor();
    await slide(page);
    assert.deepEqual(service.posts, []);
  });

  it("says where the gate is if a contact proves it, and no longer when the stream is broken", async () => {
    const page = await open();
    await ready(page);
    const shown = page.locator(".position");
    assert.equal(await shown.count(), 0);
    const message = "The gate has been left open";
    const position = { state: "left-open", since: Date.now(), message } as const;
    service.say({ event: "gate", data: { ...gateView("main", "Main gate"), position } });
    await page.getByText(/^The gate has been left open · \d\d:\d\d$/).waitFor();
    service.refusesStreams = true;
    service.breakStreams();
    await page.clock.fastForward(4_000);
    await off(page);
    assert.equal(await shown.count(), 0);
  });

  it("turns the control off when the stream has been broken for a few seconds, then recovers", async () => {
    const page = await open();
    await ready(page);
    service.refusesStreams = true;
    service.breakStreams();
    await page.clock.fastForward(4_000);
    await off(page);
    await page.getByText("The connection to the service is lost").waitFor();
    service.refusesStreams = false;
    await page.clock.fastForward(16_000);
    await ready(page);
  });

  it("turns the control off soon after the phone has lost the network", async () => {
    const page = await open();
    await ready(page);
    await page.context().setOffline(true);
    await page.clock.fastForward(4_000);
    await off(page);
    await page.context().setOffline(false);
    await ready(page);
  });

  it("posts the same id again after a network error, then says that the outcome is unknown", async () => {
    service.openScript = () => ({ type: "hang-up" });
    const page = await open();
    await ready(page);
    await slide(page);
    await page.getByText("Trying once more").waitFor();
    await page.clock.fastForward(1_000);
    await page.getByText("Outcome unknown", { exact: true }).waitFor();
    const ids = new Set(service.posts.map(({ id }) => id));
    assert.equal(ids.size, 1);
    // Chromium itself repeats a post whose connection broke, so that only the ages tell them apart.
    const ages = new Set(service.posts.map(({ ageMs }) => ageMs >= 1_000));
    assert.deepEqual([...ages], [false, true], "the service learns the age of the slide");
  });

  it("does not post again after the lifetime of a command in the service's settings", async () => {
    service.commandLifetimeMs = 1_000;
    service.openScript = () => ({ type: "hang-up" });
    const page = await open();
    await ready(page);
    await slide(page);
    await page.getByText("Outcome unknown", { exact: true }).waitFor();
    await page.clock.fastForward(20_000);
    assert.ok(service.posts.every(({ ageMs }) => ageMs < 1_000));
  });

  it("asks for a sign-in as soon as the session ends", async () => {
    const page = await open();
    await ready(page);
    service.withdraw();
    await page.clock.fastForward(1_000);
    await page.getByText("You have been signed out.").waitFor();
  });

  it("works with the keyboard: holding Enter opens, pressing it does not", async () => {
    const page = await open("ben", desktop);
    await ready(page);
    const knob = page.getByRole("button", { name: "Open Main gate: slide, or hold Enter" });
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press("Tab");
      if (await knob.evaluate((element) => element === document.activeElement)) break;
    }
    await page.keyboard.press("Enter");
    await page.clock.pauseAt(Date.now() + 2_000);
    await page.keyboard.down("Enter");
    await page.getByText("Keep holding").waitFor();
    assert.deepEqual(service.posts, []);
    await page.clock.fastForward(800);
    await page.keyboard.up("Enter");
    await page.getByText("for 0.5 s").waitFor();
    assert.equal(service.posts.length, 1);
    assert.ok(await knob.evaluate((element) => element === document.activeElement));
  });

  it("opens in two steps without sliding or holding", async () => {
    const page = await open();
    await ready(page);
    await page.getByRole("button", { name: "Open without sliding" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Open without sliding" }).click();
    await page.clock.fastForward(8_000);
    await page.getByRole("button", { name: "Yes, open" }).waitFor({ state: "detached" });
    assert.deepEqual(service.posts, []);
    await page.getByRole("button", { name: "Open without sliding" }).click();
    await page.getByRole("button", { name: "Yes, open" }).click();
    await page.getByText("for 0.5 s").waitFor();
  });

  it("exposes names, states and outcomes to a screen reader", async () => {
    service.gates.set("yard", gateView("yard", "Delivery yard"));
    const page = await open();
    await ready(page);
    const nodes = await accessibleNodes(page);
    for (const node of [
      "tab: Main gate",
      "tab: Delivery yard",
      "tabpanel: Main gate",
      "heading: Main gate",
      "button: Open Main gate: slide, or hold Enter",
      "button: Open without sliding",
      "navigation: Main menu",
    ]) {
      assert.ok(nodes.includes(node), `${node}, in\n${nodes.join("\n")}`);
    }
    const nameless = nodes.filter((node) =>
      /^(button|link|tab|textbox|combobox|heading): $/.test(node),
    );
    assert.deepEqual(nameless, []);
    await slide(page);
    const live = page.locator('.outcome[role="status"]');
    await live.getByText("Button pressed").waitFor();
    const knob = page.getByRole("button", { name: "Open Main gate: slide, or hold Enter" });
    assert.equal(await knob.getAttribute("aria-disabled"), "true");
  });

  it("fits 320 px without horizontal scrolling, in every part", async () => {
    service.gates.set("yard", gateView("yard", "Delivery yard at the very back of the premises"));
    const page = await open("ada", { ...phone, viewport: { width: 320, height: 568 } });
    await ready(page);
    for (const part of ["Open", "History", "People", "Gates"]) {
      await page.getByRole("link", { name: part, exact: true }).click();
      await page.getByText("Loading…").waitFor({ state: "detached" });
      await page.getByRole("heading", { level: 1 }).waitFor();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 320, `${part}: ${width} px`);
    }
  });

  it("shows the whole control on a phone in landscape", async () => {
    const page = await open("ben", { ...phone, viewport: { width: 667, height: 375 } });
    await ready(page);
    const track = await page.locator(".slide").boundingBox();
    assert.ok(track !== null && track.y >= 0 && track.y + track.height <= 375);
  });

  it("can be installed in Chromium without a service worker", async () => {
    const folder = await mkdtemp(join(tmpdir(), "boom-box-profile-"));
    const context = await launchWithProfile(folder);
    try {
      const page = await context.newPage();
      await page.goto(service.origin);
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      const session = await context.newCDPSession(page);
      assert.deepEqual((await session.send("Page.getAppManifest")).errors, []);
      const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
      assert.deepEqual(installabilityErrors, []);
      assert.equal(context.serviceWorkers().length, 0);
    } finally {
      await context.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("follows the preferences for a dark color scheme and for reduced motion", async () => {
    const page = await open("ben", { ...phone, colorScheme: "dark", reducedMotion: "reduce" });
    await ready(page);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(background, "rgb(20, 23, 26)");
    const knob = page.locator(".slide-knob");
    assert.equal(await knob.evaluate((it) => getComputedStyle(it).transitionDuration), "0s");
  });

  it("lets an administrator add a person, grant access and create an invitation link", async () => {
    service.adminGates.set("main", adminGate("main", "Main gate"));
    const page = await open("ada", desktop);
    await page.getByRole("link", { name: "People" }).click();
    await page.getByRole("button", { name: "Add a person" }).click();
    await page.getByLabel("Name").fill("Chiara Rossi");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Chiara Rossi" }).waitFor();
    const link = page.getByRole("textbox", { name: "Invitation link" });
    const first = await link.inputValue();
    await page.getByRole("button", { name: "Grant access" }).click();
    await page.getByLabel("Last day").fill("2026-12-31");
    await page.getByRole("button", { name: "Grant access" }).click();
    await page.getByText("Mon–Fri, 06:00–20:00, until 31 Dec 2026").waitFor();
    const [grant] = service.grants.values();
    assert.deepEqual(grant?.days, [1, 2, 3, 4, 5]);
    assert.equal(grant?.endsAt, Date.UTC(2026, 11, 31, 23));
    await page.getByRole("button", { name: "New invitation link" }).click();
    await page.waitForFunction((before) => {
      const input = document.querySelector<HTMLInputElement>(".invitation input");
      return input !== null && input.value !== before;
    }, first);
    assert.match(await link.inputValue(), /#invitation=/);
    await page.getByRole("link", { name: "Gates" }).click();
    await page.getByText("Renew the certificate").waitFor();
    await page.getByRole("link", { name: "Main gate" }).click();
    await page.getByText("-61 dBm").waitFor();
    // The certificate expires within two months.
    await page.getByText(/^\d+ \w+ 20\d\d: renew now$/).waitFor();
  });

  it("lets an administrator lock a person out, and remove the passkeys of a lost phone", async () => {
    service.people.set("ben", { ...newPerson("ben", "Ben Okafor"), passkeys: 1 });
    const page = await open("ada", desktop);
    await page.getByRole("link", { name: "People" }).click();
    await page.getByRole("link", { name: "Ben Okafor" }).click();
    for (const act of ["Remove passkeys (lost phone)", "Lock out"]) {
      await page.getByRole("button", { name: act }).click();
      await page.getByRole("button", { name: act }).click();
    }
    await page.getByText("Cannot sign in: no passkey").waitFor();
    await page.getByRole("button", { name: "Restore access" }).waitFor();
    assert.equal(service.people.get("ben")?.isActive, false);
  });

  it("hides administration from other people", async () => {
    const page = await open("ben");
    await ready(page);
    assert.equal(await page.getByRole("link", { name: "People" }).count(), 0);
    await page.goto(`${service.origin}/#/people`);
    assert.equal(await page.getByRole("heading", { name: "People" }).count(), 0);
  });
});
