/** Guests at a phone, and what administrators do with guests, access and holidays. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { NewGuestView } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import { type Browser, json } from "../service/browser.rig.ts";
import { everyDay } from "../service/service.rig.ts";
import { aGrant } from "../store/place.rig.ts";
import { desktop, slide } from "./browser.rig.ts";
import { scan } from "./qr.rig.ts";
import { serviceRig } from "./with-service.rig.ts";

const hourMs = 3_600_000;

describe("guests, access and holidays in Chromium", function () {
  this.timeout(60_000);
  const at = serviceRig();
  let admin: { readonly person: Person; readonly browser: Browser };

  before(async () => {
    at.rig.now = Date.now();
    await at.rig.gate({ id: "main", name: "Main gate", thingName: "lot-1" });
    await at.rig.gate({ id: "yard", name: "Yard", thingName: "lot-2", timeZone: "UTC" });
    admin = await at.rig.administrator();
    at.rig.link.online("lot-1");
    at.rig.link.onCommand = ({ id, thingName, by }) =>
      at.rig.link.event(thingName, { id, by, pulseMs: 501 });
  });
  beforeEach(() => {
    at.rig.now = Date.now();
  });

  const ready = (page: Page) => page.locator('.slide[data-control="ready"]').waitFor();
  const press = (page: Page, name: string) =>
    page.getByRole("button", { name, exact: true }).click();
  const go = (page: Page, name: string) => page.getByRole("link", { name }).click();

  async function invite(changes: object = {}): Promise<NewGuestView> {
    const now = at.rig.now;
    const times = { startsAt: now, endsAt: now + 8 * hourMs, openings: 1 };
    const body = { gate: "main", name: "Eve Adler", ...times, ...changes };
    return json(await admin.browser.post("/api/admin/guests", body), 201);
  }

  async function enter({ url }: NewGuestView): Promise<Page> {
    const page = await at.newPage();
    await page.goto(url);
    return page;
  }

  it("lets an administrator invite, and the guest open as often as the link says", async () => {
    const desk = await at.pageOf(admin.person, desktop);
    await go(desk, "Guests");
    await press(desk, "Add a guest");
    await desk.getByLabel("Name of the guest").fill("Max Stein");
    await desk.getByLabel("Openings").fill("2");
    await desk.getByLabel("Note").fill("Delivery of chairs");
    await press(desk, "Add a guest");
    const url = await desk.getByRole("textbox", { name: "Guest link" }).inputValue();
    assert.match(url, /\/#guest=[\w-]{43}$/);
    const code = desk.getByRole("img", { name: "QR code with the link for Max Stein" });
    assert.equal(await scan(await code.screenshot(), await at.newPage()), url);
    await desk.getByText("0 of 2 openings used · invited by Ada · Delivery of chairs").waitFor();

    const phone = await at.newPage();
    await phone.goto(url);
    await phone.getByRole("heading", { name: "Main gate" }).waitFor();
    await phone.getByText("2 openings left").waitFor();
    assert.equal(new URL(phone.url()).hash, "", "the token is in no address");
    assert.equal(await phone.getByRole("navigation").count(), 0);
    for (const left of ["1 opening left", "0 openings left"]) {
      await ready(phone);
      await slide(phone);
      await phone.getByText("The box pressed the button for 0.5 s.").waitFor();
      await phone.getByText(left).waitFor();
    }
    await phone.locator('.slide[data-control="off"]').waitFor();
    await phone.getByText("Ask Ada, who invited you, for a new link.").waitFor();
    await phone.reload();
    await phone.getByText("Ask Ada, who invited you, for a new link.").waitFor();
    const last = at.rig.link.sent.at(-1);
    assert.equal(last?.by, "guest Max Stein, invited by Ada");

    await go(desk, "History");
    await desk.getByText("Guest Max Stein, invited by Ada").first().waitFor();
    await go(desk, "Guests");
    await desk.locator(".list").getByText("Used up").waitFor();
    assert.equal(await desk.getByRole("textbox", { name: "Guest link" }).count(), 0);
  });

  it("shares the link by the device's own dialog where there is one", async () => {
    const page = await at.pageOf(admin.person);
    const content = `navigator.share = async (data) =>
      document.body.setAttribute("data-shared", JSON.stringify(data));`;
    await page.addInitScript({ content });
    await page.reload();
    await go(page, "Guests");
    await press(page, "Add a guest");
    await page.getByLabel("Name of the guest").fill("Sam Shared");
    await press(page, "Add a guest");
    const url = await page.getByRole("textbox", { name: "Guest link" }).inputValue();
    await press(page, "Share");
    const shared = (await page.locator("body[data-shared]").getAttribute("data-shared")) ?? "";
    assert.deepEqual(JSON.parse(shared), { title: "Open Main gate", url });
  });

  it("tells a guest who is too early from when the link is valid", async () => {
    const page = await enter(await invite({ startsAt: at.rig.now + hourMs }));
    await page.locator('.slide[data-control="off"]').waitFor();
    await page.getByText("Not yet").first().waitFor();
    await page.getByText(/^You can open it from \d\d:\d\d\.|^You can open it from \w+/).waitFor();
  });

  it("ends the page of a guest at once when an administrator revokes the link", async () => {
    const page = await enter(await invite({ name: "Rita Revoked" }));
    await ready(page);
    const desk = await at.pageOf(admin.person, desktop);
    await go(desk, "Gates");
    await go(desk, "Main gate");
    await go(desk, "Guests of this gate");
    await desk.getByLabel("State").selectOption("Valid");
    await press(desk, "Revoke the link of Rita Revoked");
    await press(desk, "Revoke");
    await desk.getByText("Rita Revoked", { exact: true }).waitFor({ state: "detached" });
    await page.getByText("This guest link is not valid any more.").waitFor();
    await page.getByText("For help: Front desk, 030 1234").waitFor();
    await page.reload();
    await page.getByText("This guest link is not valid any more.").waitFor();
    await press(page, "Sign in instead");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  it("says that a link has ended or never existed", async () => {
    const ended = await invite({ endsAt: at.rig.now + 1 });
    at.rig.now += 1;
    for (const url of [
      ended.url,
      `${at.origin}/#guest=${"A".repeat(43)}`,
      `${at.origin}/#guest=x`,
    ]) {
      const page = await at.newPage();
      await page.goto(url);
      await page.getByText("This guest link is not valid any more.").waitFor();
    }
  });

  it("asks a person who is signed in before the guest link signs the person out", async () => {
    const { person } = await at.rig.colleague(await at.rig.store.gate("main"), { name: "Ben" });
    const page = await at.pageOf(person);
    await ready(page);
    const { url } = await invite();
    await page.goto(url);
    await page.getByText("You are signed in as Ben.").waitFor();
    await press(page, "Stay signed in");
    await ready(page);
    await page.getByText("Ben", { exact: true }).waitFor();
    await page.goto(url);
    await press(page, "Use the guest link");
    await page.getByText("Eve Adler").waitFor();
    await ready(page);
    await press(page, "Sign out");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  it("grants access to several people at several gates after a summary, and changes it", async () => {
    for (const name of ["Clara Many", "Dora Many"]) await at.rig.person({ name });
    const page = await at.pageOf(admin.person, desktop);
    await go(page, "Gates");
    await go(page, "Main gate");
    await go(page, "Grant access");
    await press(page, "Check");
    await page.getByText("Choose at least one person.").waitFor();
    const people = page.getByRole("searchbox", { name: "People" });
    await people.fill("clara");
    await page.getByRole("button", { name: "Add Clara Many" }).click();
    await people.fill("many");
    await page.getByRole("button", { name: "Add Dora Many" }).waitFor();
    await people.press("Enter");
    await page.getByRole("button", { name: "Remove Dora Many" }).waitFor();
    await page.getByRole("button", { name: "Add Yard" }).click();
    await page.getByLabel("First day").fill("2030-03-01");
    await page.getByLabel("Last day").fill("2030-02-01");
    await press(page, "Check");
    await page.getByText("The first day must not be later than the last day.").waitFor();
    await page.getByLabel("Last day").fill("2030-03-31");
    await page.getByLabel("Also on holidays").uncheck();
    await press(page, "Check");
    await page.getByRole("heading", { name: "2 people at 2 gates: 4 grants" }).waitFor();
    const times = "Mon–Fri, 06:00–20:00, from 1 Mar 2030, until 31 Mar 2030, not on holidays";
    await page.getByText(`Main gate: ${times}`).waitFor();
    assert.equal((await at.rig.store.grants({ gateId: "yard" })).length, 0);
    await press(page, "Change");
    await press(page, "Check");
    await press(page, "Make 4 grants");
    await page.getByText("4 grants were made.").waitFor();
    const [yard] = await at.rig.store.grants({ gateId: "yard" });
    const begins = Date.UTC(2030, 2, 1);
    assert.deepEqual([yard?.startsAt, yard?.endsAt], [begins, Date.UTC(2030, 3, 1)]);
    const grants = await at.rig.store.grants({ gateId: "main" });
    assert.ok(
      grants.some(({ startsAt }) => startsAt === begins - hourMs),
      "in Berlin, an hour earlier",
    );

    await go(page, "Gates");
    await go(page, "Main gate");
    await go(page, "Clara Many");
    await page.getByRole("button", { name: "Edit access to Yard" }).click();
    assert.equal(await page.getByLabel("First day").inputValue(), "2030-03-01");
    await page.getByLabel("First day").fill("");
    await page.getByLabel("Also on holidays").check();
    await page.getByLabel("To", { exact: true }).fill("22:30");
    await press(page, "Save");
    await page.getByText("Mon–Fri, 06:00–22:30, until 31 Mar 2030").waitFor();
  });

  it("adds the holidays of a file after a preview, which close access that says so", async () => {
    const { person } = await at.rig.colleague(undefined, { name: "Hanna" });
    await at.rig.store.createGrant(aGrant(person.id, "main", { ...everyDay, onHolidays: false }));
    const colleague = await at.pageOf(person);
    await ready(colleague);
    const page = await at.pageOf(admin.person, desktop);
    await go(page, "Gates");
    await go(page, "Holidays");
    await press(page, "Add holidays");
    await page.getByLabel("Name of the list").fill("Berlin");
    const today = new Intl.DateTimeFormat("sv", { timeZone: "Europe/Berlin" }).format(at.rig.now);
    const start = `DTSTART;VALUE=DATE:${today.replaceAll("-", "")}`;
    const calendar = (line: string) =>
      ["BEGIN:VCALENDAR", "BEGIN:VEVENT", line, "SUMMARY:Test day", "END:VEVENT", "END:VCALENDAR"]
        .map((each) => `${each}\r\n`)
        .join("");
    const upload = async (text: string) => {
      await page.getByLabel("iCalendar file").setInputFiles({
        name: "holidays.ics",
        mimeType: "text/calendar",
        buffer: Buffer.from(text),
      });
      // A text field has line feeds alone.
      const shown = text.replaceAll("\r", "");
      await page.waitForFunction(
        (expected) => document.querySelector("textarea")?.value === expected,
        shown,
      );
    };
    await upload(calendar("DTSTART:20300101T100000"));
    await press(page, "Preview");
    await page.getByText("Line 3: This is not a whole day.").waitFor();
    await upload(calendar(start));
    await press(page, "Preview");
    await page.getByRole("heading", { name: "1 day" }).waitFor();
    await page.getByText(/^\d+ \w+ \d{4} · Test day$/).waitFor();
    await page.getByText(/^Grants that do not open on these days: \d+\./).waitFor();
    await press(page, "Save");
    await page.getByText("Berlin", { exact: true }).waitFor();
    await colleague.getByText("Not on a holiday").first().waitFor();
    await press(page, "Remove Berlin");
    await press(page, "Remove");
    await page.getByText("No holidays yet.").waitFor();
    await ready(colleague);
  });
});
