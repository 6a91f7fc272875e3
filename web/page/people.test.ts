/** What administrators do with people, in Chromium with the real service. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Person } from "../domain/entities.ts";
import { aGrant, aRequest } from "../store/place.rig.ts";
import { addAuthenticator, desktop } from "./browser.rig.ts";
import { scan } from "./qr.rig.ts";
import { serviceRig } from "./with-service.rig.ts";

describe("people in Chromium", function () {
  this.timeout(60_000);
  const at = serviceRig();
  let admin: Person;

  before(async () => {
    admin = (await at.rig.administrator()).person;
  });
  beforeEach(() => {
    at.rig.now = Date.now();
  });

  const press = (page: Page, name: string) =>
    page.getByRole("button", { name, exact: true }).click();

  async function people(page: Page): Promise<void> {
    await page.getByRole("link", { name: "People", exact: true }).click();
    await page.getByRole("heading", { name: "People", exact: true }).waitFor();
  }

  it("shows the invitation right after a person was saved, and the code leads into the app", async () => {
    const desk = await at.pageOf(admin, desktop);
    await people(desk);
    await press(desk, "Add a person");
    await desk.getByLabel("Name", { exact: true }).fill("Chiara Rossi");
    await press(desk, "Save");
    const code = desk.getByRole("img", {
      name: "QR code with the invitation link for Chiara Rossi",
    });
    const url = await scan(await code.screenshot(), await at.newPage());
    assert.equal(url, await desk.getByRole("textbox", { name: "Invitation link" }).inputValue());

    const phone = await at.newPage();
    await addAuthenticator(phone);
    await phone.goto(url);
    await phone.getByText("Welcome, Chiara Rossi").waitFor();
    await press(phone, "Create a passkey");
    await phone.getByText("You do not have access to any gate yet.").waitFor();

    await people(desk);
    await desk.goBack();
    await desk.getByText("1 passkey").waitFor();
    assert.equal(await desk.getByRole("textbox", { name: "Invitation link" }).count(), 0);
  });

  it("shares the invitation by the device's own dialog where there is one", async () => {
    const page = await at.pageOf(admin);
    const content = `navigator.share = async (data) =>
      document.body.setAttribute("data-shared", JSON.stringify(data));`;
    await page.addInitScript({ content });
    await page.reload();
    await people(page);
    await press(page, "Add a person");
    await page.getByLabel("Name", { exact: true }).fill("Sam Shared");
    await press(page, "Save");
    const url = await page.getByRole("textbox", { name: "Invitation link" }).inputValue();
    await press(page, "Share");
    const shared = (await page.locator("body[data-shared]").getAttribute("data-shared")) ?? "";
    assert.deepEqual(JSON.parse(shared), { title: "Your invitation to Boom Box", url });
  });

  it("makes no invitation for somebody who signs in through the company", async () => {
    const page = await at.pageOf(admin, desktop);
    await people(page);
    await press(page, "Add a person");
    await page.getByLabel("Name", { exact: true }).fill("Otto Office");
    await page.getByRole("checkbox", { name: "Make an invitation link now" }).uncheck();
    await press(page, "Save");
    await page.getByRole("heading", { name: "Otto Office" }).waitFor();
    assert.equal(await page.getByRole("textbox", { name: "Invitation link" }).count(), 0);
  });

  it("changes the name and the address of a person", async () => {
    const { id } = await at.rig.person({ name: "Old Name", email: "old@example.org" });
    const page = await at.pageOf(admin, desktop);
    await people(page);
    await page.getByRole("link", { name: "Old Name" }).click();
    await press(page, "Edit");
    await page.getByLabel("Name", { exact: true }).fill("");
    await page.getByLabel("Email").fill("new@example");
    await press(page, "Save");
    await page.getByText("Fill in this field.").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("New Name");
    await page.getByLabel("Email").fill("new@example.org");
    await press(page, "Save");
    await page.getByRole("heading", { name: "New Name" }).waitFor();
    await page.getByText("new@example.org").waitFor();
    const person = await at.rig.store.person(id);
    assert.deepEqual([person?.name, person?.email], ["New Name", "new@example.org"]);
  });

  it("deletes a person, says before what goes, and the history keeps the records", async () => {
    const { person } = await at.rig.colleague(undefined, { name: "Gina Gone" });
    await at.rig.gate({ id: "exit", name: "Exit", thingName: "lot-exit" });
    await at.rig.store.createGrant(aGrant(person.id, "exit"));
    await at.rig.store.recordRequest(
      aRequest({ personId: person.id, gateId: "exit", at: at.rig.now }),
    );
    const theirs = await at.pageOf(person);
    await theirs.getByRole("heading", { name: "Exit" }).waitFor();

    const page = await at.pageOf(admin, desktop);
    await people(page);
    await page.getByRole("link", { name: "Gina Gone" }).click();
    await press(page, "Delete");
    await page.getByText("Delete Gina Gone for good? This goes with it: access: 1,").waitFor();
    await page.getByText("devices signed in: 2").waitFor();
    await press(page, "Delete");
    await page.getByRole("heading", { name: "People", exact: true }).waitFor();
    await page.getByRole("link", { name: "Gina Gone" }).waitFor({ state: "detached" });
    await theirs.getByRole("button", { name: "Sign in with a passkey" }).waitFor();
    await page.getByRole("link", { name: "History" }).click();
    await page.locator(".entries").getByText("deleted person").waitFor();
  });

  it("does not delete the last administrator who can sign in", async () => {
    const page = await at.pageOf(admin, desktop);
    for (const { id } of await at.rig.store.administrators()) {
      if (id !== admin.id) await at.rig.store.removePasskeys(id, null);
    }
    await people(page);
    await page.locator(".list").getByRole("link", { name: admin.name }).click();
    await press(page, "Delete");
    await press(page, "Delete");
    await page.getByText("This is the last administrator.").waitFor();
    assert.ok(await at.rig.store.person(admin.id));
  });

  it("sorts the list, also when it is longer than a page", async () => {
    const now = at.rig.now;
    for (let number = 0; number < 25; number++) {
      const name = `Sort ${String(number).padStart(2, "0")}`;
      await at.rig.person({ name, createdAt: now - number, lastSeenAt: now + ((number * 7) % 25) });
    }
    const page = await at.pageOf(admin);
    await people(page);
    await page.getByLabel("Search").fill("sort");
    const names = () => page.locator(".list strong").allTextContents();
    const first = (name: string) =>
      page.locator(".list li").first().getByText(name, { exact: true }).waitFor();
    await page.getByText("20 of 25 shown").waitFor();
    await first("Sort 00");
    await page.getByLabel("Sort by").selectOption("Added");
    await first("Sort 24");
    await page.getByLabel("Sort by").selectOption("Last seen");
    await first("Sort 07");
    await press(page, "Show more");
    await page.getByText("25 found").waitFor();
    const shown = await names();
    assert.equal(new Set(shown).size, 25);
    assert.ok((shown.at(-1) ?? "").endsWith("00"));
  });

  it("shows who changed what, of everything and of one person", async () => {
    const page = await at.pageOf(admin, desktop);
    await people(page);
    await press(page, "Add a person");
    await page.getByLabel("Name", { exact: true }).fill("Cara Changed");
    await press(page, "Save");
    await page.getByRole("heading", { name: "Cara Changed" }).waitFor();
    // Changes of the same millisecond have no order.
    at.rig.now += 1_000;
    await press(page, "Lock out");
    await press(page, "Lock out");
    await page.getByRole("button", { name: "Restore access" }).waitFor();
    await page.getByRole("link", { name: "Changes" }).click();
    await page.getByText("What was changed about this person, and by whom.").waitFor();
    await page.getByText("active: yes → no").waitFor();
    const entry = page.locator(".list li").first();
    assert.match(await entry.innerText(), /Person · Cara Changed\n.* · by Ada\n/);
    assert.equal(await page.locator(".list li").count(), 3);
    await page.getByLabel("About").selectOption("Invitation");
    await page.getByText("active: yes → no").waitFor({ state: "detached" });
    await page.getByText("expires: – →").waitFor();
    assert.equal(await page.locator(".list li").count(), 1);
    await page.getByRole("link", { name: "History" }).click();
    await page.getByRole("link", { name: "Changes" }).click();
    await page.getByText("What was changed in the app, and by whom.").waitFor();
    const link = page.getByRole("link", { name: "Download as CSV" });
    const file = await page.request.get(`${at.origin}${await link.getAttribute("href")}`);
    assert.match(await file.text(), /Cara Changed/);
  });
});
