/** The page in its languages, and in pseudo-languages that are longer and mirrored. */
import assert from "node:assert/strict";
import type { BrowserContextOptions, Page } from "playwright-core";
import { webhookEventTypes } from "../input-limits.ts";
import { administration } from "../words/administration.ts";
import { type Language, languageNames, languages } from "../words/languages.ts";
import { words } from "../words/page.ts";
import { longer, mirrored, type PseudoLanguage, pseudo } from "../words/pseudo.rig.ts";
import type { AdministrationWords, PageWords, SignInWords } from "../words/shape.ts";
import { signInWords } from "../words/sign-in.ts";
import { translations } from "../words/translations.ts";
import { axeViolations } from "./axe.rig.ts";
import { desktop, phone, slide } from "./browser.rig.ts";
import { cutOff, overlaps, type Place, places, settled } from "./layout.rig.ts";
import { adminGate, off, otherCommand, pageRig, ready } from "./page.rig.ts";
import { pseudoPage } from "./pseudo-page.rig.ts";
import { type FakeService, gateView, guestView, newPerson, request } from "./service.fake.ts";

/** Not sentences: data of the tests, names of languages, and what Intl and protocols have as words. */
const data =
  /English|Ada Kowalski|Ben Okafor|Main gate|Delivery yard|Max Stein|Berlin|Christmas|box-\w+|Europe\/\w+|yard|plate-reader|cron|inner|Front desk|http\S+|ben@example\.com|\d+\.\d+\.\d+|UTC/g;
const fromIntl =
  /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|days?|hrs?|mins?|secs?)\b/g;

/** Everything that a person can read or hear on the page and that did not come from web/words. */
async function untranslated(page: Page): Promise<readonly string[]> {
  const texts = await page.evaluate(() => {
    const found: string[] = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const isName = node.parentElement?.closest("[lang], datalist, noscript") !== null;
      if (!isName) found.push(node.textContent ?? "");
    }
    for (const element of document.querySelectorAll("body *")) {
      for (const name of ["aria-label", "title", "placeholder", "alt"]) {
        found.push(element.getAttribute(name) ?? "");
      }
    }
    return found;
  });
  return texts.filter((text) => {
    let rest = text;
    for (let before = ""; before !== rest; ) {
      before = rest;
      rest = rest.replace(/⟦[^⟦⟧]*⟧/g, "");
    }
    return /\p{L}/u.test(rest.replace(data, "").replace(fromIntl, ""));
  });
}

function fill(service: FakeService, message: string): void {
  service.contact = "Front desk";
  service.people.set("ben", { ...newPerson("ben", "Ben Okafor"), passkeys: 2 });
  service.gates.set("yard", gateView("yard", "Delivery yard"));
  service.adminGates.set("main", adminGate("main", "Main gate"));
  service.adminGates.set("yard", {
    ...adminGate("yard", "Delivery yard", { isActive: false, isAtBox: false, output: "inner" }),
  });
  service.gateEvents.set("yard", [
    { event: "left-open", at: Date.now() },
    { event: "did-not-open", at: Date.now() - 400 * 86_400_000 },
  ]);
  const hours = { days: [1, 2, 3, 5] as const, fromMinute: 1_320, toMinute: 300 };
  const startsAt = Date.UTC(2029, 11, 24);
  service.grants.set("1", {
    ...{ id: "1", person: "ben", gate: "main", ...hours },
    ...{ startsAt, endsAt: Date.UTC(2030, 0, 2), onHolidays: false },
  });
  service.tokens = [
    {
      ...{ id: "2", person: "ben", gate: "main", ...hours, endsAt: null, name: "plate-reader" },
      ...{ perMinute: 10, createdAt: 0, lastUsedAt: Date.now() },
    },
  ];
  service.history = (["opened", "refused", "unanswered", "denied"] as const).map((state) => ({
    ...request("main", state, { state, reason: state === "refused" ? "cooldown" : null }),
    ...{ pulseMs: state === "opened" ? 501 : null, person: null, gateName: "Main gate" },
    ...{ address: "192.0.2.1", sentAt: null, endedAt: null, via: "plate-reader" },
    guest:
      state === "denied" ? { id: "max", name: "Max Stein", inviterName: "Ada Kowalski" } : null,
  }));
  service.guests = (["upcoming", "valid", "used-up", "ended", "revoked"] as const).map((state) =>
    guestView(state, "Max Stein", { state, note: "yard", isInviterActive: state !== "upcoming" }),
  );
  const days = [{ date: "2026-12-25", name: "Christmas" }];
  service.holidays = [{ id: "1", name: "Berlin", gate: null, days }];
  const webhook = { gate: null, createdAt: 0, dead: 2 };
  service.webhooks = [
    {
      id: "1",
      url: "https://example.com/hook",
      ...webhook,
      events: webhookEventTypes,
      isActive: true,
      lastTry: null,
    },
    {
      ...{
        id: "2",
        url: "https://example.org/",
        ...webhook,
        events: ["gate.opened"],
        isActive: false,
      },
      lastTry: { at: Date.now(), status: null, problem: "private-address" },
    },
  ];
  service.otherCommands = [
    otherCommand({ by: null }),
    otherCommand({ by: "button" }),
    otherCommand({ by: "cron", outcome: "refused", reason: "busy", pulseMs: null }),
  ];
  const position = { state: "left-open", since: Date.now(), message } as const;
  service.gates.set("main", { ...gateView("main", "Main gate"), position });
}

/** The connection may break while the clock is put forward, and the control is off then: try again. */
async function holdEnter(page: Page, service: FakeService): Promise<void> {
  const before = service.posts.length;
  for (let attempt = 0; attempt < 10 && service.posts.length === before; attempt++) {
    await ready(page);
    await page.locator(".slide-knob").focus();
    await page.keyboard.down("Enter");
    await page.clock.runFor(1_000);
    await page.keyboard.up("Enter");
    await page.waitForTimeout(100);
  }
  assert.equal(service.posts.length, before + 1);
}

/** The words that the tour looks for. */
interface Words {
  readonly page: PageWords;
  readonly administration: AdministrationWords;
  readonly signIn: SignInWords;
}

function pseudoWords({ direction }: PseudoLanguage): Words {
  return {
    page: pseudo(words, direction),
    administration: pseudo(administration, direction),
    signIn: pseudo(signInWords, direction),
  };
}

async function wordsOf(language: Language): Promise<Words> {
  const folder = `../words/${translations[language].folder}`;
  const { page }: { page: PageWords } = await import(`${folder}/page.ts`);
  const { signIn }: { signIn: SignInWords } = await import(`${folder}/sign-in.ts`);
  const { administration: admin }: { administration: AdministrationWords } = await import(
    `${folder}/administration.ts`
  );
  return { page, administration: admin, signIn };
}

/** Letters in another order are up to 4 px wider or narrower. */
function differences(one: readonly Place[], other: readonly Place[]): readonly string[] {
  const isSame = (a: Place, b: Place | undefined) =>
    a.name === b?.name && Math.abs(a.start - b.start) <= 4 && Math.abs(a.width - b.width) <= 4;
  return one.flatMap((place, index) =>
    isSame(place, other[index]) ? [] : [JSON.stringify([place, other[index]])],
  );
}

describe("the page in other languages, in Chromium", function () {
  this.timeout(120_000);
  const rig = pageRig();

  /** Shows every part of the page, and calls `visit` at each. */
  async function tour(
    { page: said, administration: admin, signIn }: Words,
    viewport: BrowserContextOptions,
    visit: (page: Page, name: string) => Promise<void>,
  ): Promise<void> {
    const { service } = rig;
    fill(service, admin.gates.positions["left-open"]);
    const press = (page: Page, name: string) =>
      page.getByRole("button", { name, exact: true }).first().click();

    const stranger = await rig.open(null, viewport);
    await stranger.getByRole("heading", { name: signIn.page.title }).waitFor();
    await visit(stranger, "sign-in");
    await stranger.locator(".languages summary").click();
    await visit(stranger, "sign-in with the menu");
    await stranger.goto(service.invitationFor("ben"));
    await stranger.getByRole("button", { name: signIn.invitation.make }).waitFor();
    await visit(stranger, "invitation");
    await stranger.context().close();
    await tourOfGuest(said, viewport, visit);

    const page = await rig.open("ada", viewport);
    await ready(page);
    await page.locator("header .languages").waitFor();
    await visit(page, "gate");
    await page.locator(".languages summary").click();
    await visit(page, "gate with the menu");
    await page.keyboard.press("Escape");
    await press(page, said.control.twoStep);
    await visit(page, "question");
    await press(page, said.control.no);
    for (const [name, state] of [
      ["sent", { state: "sent" }],
      ["refused", { state: "refused", reason: "clock-unset" }],
      ["unanswered", { state: "unanswered" }],
      ["failed", { state: "failed", reason: "service-busy" }],
      ["opened", { state: "opened", pulseMs: 501 }],
    ] as const) {
      service.openScript = (gate, id) => ({ type: "answer", request: request(gate.id, id, state) });
      await page.clock.fastForward(15_000);
      await holdEnter(page, service);
      await page.waitForTimeout(50);
      await visit(page, name);
    }
    const may = { open: false, why: "not-now", opensAt: Date.now() + 60_000 } as const;
    service.say({ event: "gate", data: { ...gateView("main", "Main gate"), may } });
    await off(page);
    await visit(page, "denied");
    service.say({ event: "gate", data: { ...gateView("main", "Main gate"), box: "offline" } });
    await page.getByText(said.control.offlineLong).waitFor();
    await visit(page, "offline");

    await page.locator('nav a[href="#/history"]').click();
    await page.getByText(admin.otherCommands.button).waitFor();
    if (viewport.isMobile) await page.locator("summary").last().click();
    await visit(page, "history");
    await page.locator('nav a[href="#/people"]').click();
    await press(page, admin.people.add);
    await press(page, admin.people.save);
    await visit(page, "people");
    await page.getByRole("link", { name: "Ben Okafor" }).click();
    await press(page, admin.people.invite);
    await page.getByRole("textbox", { name: admin.people.link }).waitFor();
    await press(page, admin.people.lockOut);
    await press(page, admin.grants.add);
    await page.locator('input[name="day"]').first().waitFor();
    for (const day of [1, 2, 3, 4, 5])
      await page.locator(`input[name="day"][value="${day}"]`).uncheck();
    await press(page, admin.grants.add);
    await press(page, admin.tokens.add);
    await visit(page, "a person");
    await page.locator('nav a[href="#/gates"]').click();
    await press(page, admin.gates.add);
    await press(page, admin.gates.save);
    await visit(page, "gates");
    await page.getByRole("link", { name: "Delivery yard" }).click();
    await page.getByText(admin.gates.events["left-open"]).waitFor();
    await press(page, admin.gates.edit);
    await visit(page, "a gate for administrators");
    await page.locator('nav a[href="#/guests"]').click();
    await page.getByText(admin.guests.stopped("Ada Kowalski")).waitFor();
    await visit(page, "guests");
    await press(page, admin.guests.add);
    await press(page, admin.guests.add);
    await page.getByText(admin.fields.required).first().waitFor();
    await visit(page, "a new guest");
    await page.getByLabel(admin.guests.name).fill("Max Stein");
    await press(page, admin.guests.add);
    await page.getByRole("img", { name: admin.guests.qr("Max Stein") }).waitFor();
    await visit(page, "a guest link");
    await page.goto(`${service.origin}/#/access/main`);
    await press(page, admin.many.check);
    await page.getByText(admin.many.noPeople).waitFor();
    await visit(page, "access for several people");
    await page.getByRole("searchbox", { name: admin.many.people }).fill("ben");
    await press(page, admin.picker.choose("Ben Okafor"));
    await press(page, admin.many.check);
    await page.getByRole("heading", { name: admin.many.summary(1, 1) }).waitFor();
    await visit(page, "a summary of access");
    await page.goto(`${service.origin}/#/holidays`);
    await page.getByText("Berlin").waitFor();
    await press(page, admin.holidays.add);
    await press(page, admin.holidays.check);
    await visit(page, "holidays");
    await page.goto(`${service.origin}/#/webhooks`);
    await page.getByText("https://example.com/hook").first().waitFor();
    await press(page, admin.webhooks.add);
    await visit(page, "webhooks");
    await page.goto(`${service.origin}/#/people/nobody`);
    await page.getByText(admin.people.missing).waitFor();
    await visit(page, "nobody");
    await page.context().close();
  }

  /** What somebody with a guest link sees. */
  async function tourOfGuest(
    said: PageWords,
    viewport: BrowserContextOptions,
    visit: (page: Page, name: string) => Promise<void>,
  ): Promise<void> {
    const { service } = rig;
    const before = service.gates.get("main");
    assert.ok(before !== undefined);
    service.guest = { id: "max", name: "Max Stein", inviterName: "Ada Kowalski" };
    const pass = { startsAt: Date.now(), endsAt: Date.now() + 3_600_000, left: 0 };
    const may = { open: false, why: "used-up", opensAt: null } as const;
    service.gates.set("main", { ...before, pass, may });
    const page = await rig.open(null, viewport);
    await page.getByText(said.control.askInviter("Ada Kowalski")).waitFor();
    await page.locator("header .languages").waitFor();
    await visit(page, "gate of a guest");
    await page.context().close();
    service.guest = null;
    service.gates.set("main", before);
    service.isGuestOver = true;
    const late = await rig.open(null, viewport);
    await late.locator('.door [role="status"] .notice').waitFor();
    await visit(late, "a guest link that is over");
    await late.context().close();
    service.isGuestOver = false;
  }

  for (const [size, viewport] of [
    ["a phone", { ...phone, viewport: { width: 375, height: 780 } }],
    ["a desktop", desktop],
  ] as const) {
    it(`has room for longer sentences, no other ones, and can be mirrored, on ${size}`, async () => {
      const problems: string[] = [];
      const fromLeft = new Map<string, readonly Place[]>();
      for (const language of [longer, mirrored]) {
        rig.service.translated = await pseudoPage(language);
        await tour(pseudoWords(language), viewport, async (page, name) => {
          await settled(page);
          const mirror = await places(page);
          if (language === longer) fromLeft.set(name, mirror);
          const findings = {
            "not translated": await untranslated(page),
            "cut off": await cutOff(page),
            overlap: await overlaps(page),
            "not mirrored": differences(mirror, fromLeft.get(name) ?? []),
            axe: size === "a phone" ? await axeViolations(page) : [],
          };
          for (const [what, found] of Object.entries(findings)) {
            problems.push(...found.map((each) => `${language.tag}, ${name}: ${what}: ${each}`));
          }
        });
      }
      assert.deepEqual(problems, []);
    });
  }

  for (const language of languages) {
    it(`has room for ${languageNames[language]} on a small phone`, async () => {
      const cookie = { name: "boom-box-language", value: language, domain: "localhost", path: "/" };
      const flags = { expires: -1, httpOnly: true, secure: false, sameSite: "Lax" } as const;
      const storageState = { cookies: [{ ...cookie, ...flags }], origins: [] };
      const small = { ...phone, viewport: { width: 320, height: 700 }, storageState };
      const problems: string[] = [];
      await tour(await wordsOf(language), small, async (page, name) => {
        for (const found of [...(await cutOff(page)), ...(await overlaps(page))]) {
          problems.push(`${name}: ${found}`);
        }
      });
      assert.deepEqual(problems, []);
    });
  }

  it("opens by a slide from right to left, and not by one from left to right", async () => {
    const { service } = rig;
    service.translated = await pseudoPage(mirrored);
    const page = await rig.open("ben");
    await ready(page);
    const knob = await page.locator(".slide-knob").boundingBox();
    const track = await page.locator(".slide").boundingBox();
    assert.ok(knob !== null && track !== null && knob.x > track.x + track.width / 2);
    await slide(page, 0.5);
    await slide(page, -1);
    assert.deepEqual(service.posts, []);
    await slide(page);
    await page.getByText(pseudo(words, "rtl").outcome.opened).waitFor();
    assert.equal(service.posts.length, 1);
  });

  it("moves between gates with the arrow keys in the direction of the writing", async () => {
    const { service } = rig;
    service.gates.set("yard", gateView("yard", "Delivery yard"));
    for (const [language, next] of [
      [longer, "ArrowRight"],
      [mirrored, "ArrowLeft"],
    ] as const) {
      service.translated = await pseudoPage(language);
      const page = await rig.open("ben");
      await ready(page);
      await page.getByRole("tab", { name: "Main gate" }).focus();
      await page.keyboard.press(next);
      const isSelected = page.locator('[aria-selected="true"]', { hasText: "Delivery yard" });
      await isSelected.waitFor();
      await page.context().close();
    }
  });

  it("keeps the language that is chosen with the keyboard, and loads no other one", async () => {
    const page = await rig.open();
    await ready(page);
    const summary = page.locator(".languages summary");
    assert.equal(await summary.getAttribute("aria-label"), "Language: English");
    await summary.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await page.locator(".languages:not([open])").waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").textContent(), "English");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Zum Öffnen schieben").waitFor();
    await page.reload();
    await page.getByText("Zum Öffnen schieben").waitFor();
    const scripts = await page.evaluate(() =>
      performance.getEntriesByType("resource").map(({ name }) => name),
    );
    for (const url of scripts.filter((each) => each.endsWith(".js"))) {
      assert.doesNotMatch(await (await fetch(url)).text(), /Slide to open|Sign out|Faites/);
    }
    assert.equal(await page.locator("html").getAttribute("lang"), "de");
    await slide(page);
    await page.getByText("Die Box hat die Taste 0,5 s lang gedrückt.").waitFor();
  });

  it("lets an invited person choose the language first", async () => {
    const { service } = rig;
    const page = await rig.open(null);
    await page.goto(service.invitationFor("ben"));
    await page.getByRole("heading", { name: "Welcome, Ben Okafor" }).waitFor();
    await page.locator(".languages summary").click();
    await page.getByRole("button", { name: languageNames.fr }).click();
    await page.getByRole("heading", { name: "Bienvenue, Ben Okafor" }).waitFor();
    assert.ok(!page.url().includes("invitation"), "the token stays in the address");
  });

  it("says so when the language could not be kept", async () => {
    const page = await rig.open();
    await ready(page);
    await page.route("**/api/language", (route) => route.abort());
    await page.locator(".languages summary").click();
    await page.getByRole("button", { name: languageNames.nl }).click();
    await page.getByText("The service did not respond.").waitFor();
  });
});
