/** What the page must do in every browser, with the real service. */
import assert from "node:assert/strict";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import type { InvitationView, NewGuestView } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import type { Browser as Client } from "../service/browser.rig.ts";
import type { BrowserKind } from "./browsers.rig.ts";
import { Hands } from "./hands.rig.ts";
import type { RemoteBrowser } from "./webdriver.rig.ts";
import { type ServedRig, serveRig } from "./with-service.rig.ts";

const pressed = "The box pressed the button for 0.5 s.";
const knob = 'document.querySelector(".slide-knob")';

export function pageContract(kind: BrowserKind): void {
  describe(`the page in ${kind.name}`, function () {
    this.timeout(60_000);
    let browser: RemoteBrowser;
    let hands: Hands;
    let served: ServedRig;
    let admin: Client;
    let ann: Person;
    let ada: Person;

    before(async function () {
      skipWithout(this, kind.optional, kind.isThere, kind.needed);
      served = await serveRig();
      browser = await kind.start();
      hands = new Hands(browser);
      const { rig } = served;
      const gate = await rig.gate({ id: "main", name: "Main gate", thingName: "lot-1" });
      ann = (await rig.colleague(gate, { name: "Ann" })).person;
      const administrator = { name: "Ada", isAdministrator: true };
      ({ person: ada, browser: admin } = await rig.colleague(gate, administrator));
      await admin.session();
      rig.link.onCommand = ({ id, thingName, by }) =>
        rig.link.event(thingName, { id, by, pulseMs: 501 });
    });

    after(async () => {
      await browser?.close();
      await served?.stop();
    });

    /** A browser that was never here, and a box that is ready. */
    beforeEach(async () => {
      const { rig, origin } = served;
      // The tests do not wait for the rest between two presses.
      rig.now = Math.max(Date.now(), rig.now + 120_000);
      rig.link.online("lot-1");
      await browser.goTo(origin);
      await browser.deleteCookies();
      await browser.evaluate("localStorage.clear()");
      await browser.goTo("about:blank");
    });

    const commands = () => served.rig.link.sent.length;

    async function enter(person: Person): Promise<void> {
      const { rig, origin } = served;
      await browser.goTo(origin);
      const { cookies } = await rig.signedIn(person);
      for (const [name, value] of cookies) await browser.setCookie(name, value);
      await browser.goTo(`${origin}/?again`);
      await hands.ready();
    }

    /** Exactly one command for this, and the page shows the outcome. */
    async function opens(act: () => Promise<void>): Promise<void> {
      const before = commands();
      await act();
      await hands.sees(pressed);
      assert.equal(commands(), before + 1);
    }

    it("registers with an invitation, and signs in with the passkey", async function () {
      if (!(await browser.addAuthenticator())) {
        assert.ok(!kind.hasAuthenticator, "no virtual authenticator");
        this.skip();
      }
      const { rig, origin } = served;
      const person = await rig.person({ name: "New" });
      const invited = await admin.post(`/api/admin/people/${person.id}/invitation`);
      const { url } = (await invited.json()) as InvitationView;
      await browser.goTo(url);
      await hands.press("Create a passkey");
      await hands.sees("You do not have access to any gate yet.");
      assert.equal(await browser.evaluate("location.hash"), "");
      await hands.press("Sign out");
      await hands.press("Sign in with a passkey");
      await hands.sees("You do not have access to any gate yet.");
      assert.equal(new URL(String(await browser.evaluate("location.href"))).origin, origin);
    });

    it("shows who is invited, and tells a browser without passkeys so", async function () {
      if (kind.hasAuthenticator) this.skip();
      const person = await served.rig.person({ name: "Newer" });
      const invited = await admin.post(`/api/admin/people/${person.id}/invitation`);
      const { url } = (await invited.json()) as InvitationView;
      await browser.goTo(url);
      await hands.sees("Welcome, Newer");
      await hands.until("!location.hash.includes('invitation')");
      await hands.sees("This browser does not support passkeys.");
    });

    for (const pointerType of ["mouse", "touch"] as const) {
      it(`opens by a slide with ${pointerType}, and not by half of one`, async function () {
        if (pointerType === "touch" && !kind.hasTouch) this.skip();
        const seen = `addEventListener("pointerdown", (event) => {
          document.body.dataset.pointer = event.pointerType;
        })`;
        await enter(ann);
        await browser.evaluate(seen);
        const before = commands();
        await hands.slide(pointerType, 0.5);
        assert.equal(await browser.evaluate("document.body.dataset.pointer"), pointerType);
        await hands.until(
          `${knob}.getBoundingClientRect().left - document.querySelector(".slide").getBoundingClientRect().left < 20`,
        );
        assert.equal(commands(), before);
        await opens(() => hands.slide(pointerType));
      });
    }

    for (const key of ["Enter", "Space"] as const) {
      it(`opens when ${key} is held, and not when it is only pressed`, async () => {
        await enter(ann);
        const before = commands();
        await browser.evaluate(`${knob}.focus()`);
        await hands.hold(key, 50);
        await hands.ready();
        assert.equal(commands(), before);
        await opens(() => hands.hold(key, 1_500));
      });
    }

    it("opens by two buttons", async () => {
      await enter(ann);
      const before = commands();
      await hands.press("Open without sliding");
      assert.equal(commands(), before);
      await opens(() => hands.press("Yes, open"));
    });

    it("shows what another session or a box changes, by the stream, without being loaded again", async () => {
      const questions = `performance.getEntriesByType("resource")
        .filter(({ name }) => new URL(name).pathname.startsWith("/api/")).length`;
      await enter(ann);
      const before = await browser.evaluate(questions);
      await browser.evaluate("window.isSamePage = true");
      served.rig.link.offline("lot-1");
      await hands.sees("The box at the gate is offline.");
      served.rig.link.online("lot-1");
      await hands.ready();
      await admin.request("PATCH", "/api/admin/gates/main", { isActive: false });
      await hands.sees("Out of service");
      await admin.request("PATCH", "/api/admin/gates/main", { isActive: true });
      await hands.ready();
      assert.equal(await browser.evaluate("window.isSamePage"), true);
      assert.equal(await browser.evaluate(questions), before, "the page has asked the service");
    });

    it("tells somebody who is locked out so, while the page is open", async () => {
      const gate = await served.rig.store.gate("main");
      const { person } = await served.rig.colleague(gate, { name: "Out" });
      await enter(person);
      await admin.request("PATCH", `/api/admin/people/${person.id}`, { isActive: false });
      await hands.sees("You are locked out.");
      await hands.until(`document.querySelector(".slide") === null`);
    });

    it("lets a guest open with a link, as often as it says", async () => {
      const { now } = served.rig;
      const times = { startsAt: now, endsAt: now + 3_600_000, openings: 1 };
      const response = await admin.post("/api/admin/guests", {
        ...{ gate: "main", name: "Max Stein", ...times },
      });
      const { url } = (await response.json()) as NewGuestView;
      await browser.goTo(url);
      await hands.sees("1 opening left");
      await hands.until("location.hash === ''");
      await hands.ready();
      await opens(() => hands.slide("mouse"));
      await hands.sees("0 openings left");
    });

    it("has room for a date with its time on a phone", async () => {
      await enter(ada);
      await browser.goTo(`${served.origin}/#/guests`);
      await hands.press("Add a guest");
      await hands.sees("Valid until");
      const tooNarrow = await browser.evaluate(`(() => {
        document.body.style.width = "375px";
        return [...document.querySelectorAll("input[type='datetime-local']")].flatMap((input) => {
          const has = input.getBoundingClientRect().width;
          input.style.width = "max-content";
          const needs = input.getBoundingClientRect().width;
          return needs > has ? [input.name + ": " + has + " of " + needs + " px"] : [];
        });
      })()`);
      assert.deepEqual(tooNarrow, []);
    });

    it("speaks another language that is chosen in the menu", async () => {
      await enter(ann);
      await hands.pressAt(`document.querySelector(".languages summary")`);
      await hands.press("Deutsch");
      await hands.sees("Zum Öffnen schieben");
      await hands.ready();
      await hands.slide("mouse");
      await hands.sees("Die Box hat die Taste 0,5 s lang gedrückt.");
      await browser.goTo(`${served.origin}/?later`);
      await hands.sees("Zum Öffnen schieben");
    });
  });
}
