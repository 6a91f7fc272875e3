/** What administrators do with gates, in Chromium with the real service and more gates than a list can show. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Person } from "../domain/entities.ts";
import { aGrant } from "../store/place.rig.ts";
import { desktop } from "./browser.rig.ts";
import { serviceRig } from "./with-service.rig.ts";

describe("many gates in Chromium", function () {
  this.timeout(60_000);
  const at = serviceRig();
  let admin: Person;

  before(async () => {
    admin = (await at.rig.administrator()).person;
    for (let number = 0; number < 230; number++) {
      const digits = String(number).padStart(3, "0");
      const place = { id: `g-${digits}`, thingName: `lot-${digits}` };
      await at.rig.gate({ ...place, name: `Gate ${String(229 - number).padStart(3, "0")}` });
    }
  });
  beforeEach(() => {
    at.rig.now = Date.now();
  });

  const press = (page: Page, name: string) =>
    page.getByRole("button", { name, exact: true }).click();
  const go = (page: Page, name: string) => page.getByRole("link", { name, exact: true }).click();

  it("are listed in parts, searched and sorted", async () => {
    const page = await at.pageOf(admin, desktop);
    await go(page, "Gates");
    await page.getByText("20 of 230 shown").waitFor();
    const first = (name: string) => page.locator(".list li").first().getByText(name).waitFor();
    await first("Gate 000");
    await page.getByLabel("Sort by").selectOption("Short name");
    await first("Gate 229");
    await press(page, "Show more");
    await page.getByText("220 of 230 shown").waitFor();
    await page.getByLabel("Search").fill("lot-22");
    await page.getByText("10 found").waitFor();
    await page.getByRole("link", { name: "Gate 004" }).click();
    await page.getByRole("heading", { name: "Gate 004" }).waitFor();
    await page.goBack();
    await page.getByText("10 found").waitFor();
  });

  it("are chosen by a search, and their names are shown", async () => {
    const person = await at.rig.person({ name: "Gus Gates" });
    await at.rig.store.createGrant(aGrant(person.id, "g-001"));
    const page = await at.pageOf(admin, desktop);
    await go(page, "People");
    await page.locator(".list").getByText("Gus Gates").click();
    await page.getByText("Gate 228").waitFor();
    await press(page, "Grant access");
    await page.getByLabel("Gate", { exact: true }).fill("gate 227");
    await page.getByRole("button", { name: /^Add Gate 227/ }).click();
    await page.getByRole("button", { name: "Remove Gate 227" }).waitFor();
    await press(page, "Grant access");
    await page.locator(".list").getByText("Gate 227").waitFor();
    const grants = await at.rig.store.grants({ personId: person.id });
    assert.deepEqual(grants.map(({ gateId }) => gateId).toSorted(), ["g-001", "g-002"]);

    await go(page, "Guests");
    await press(page, "Add a guest");
    await page.getByLabel("Name of the guest").fill("Max Stein");
    await page.getByLabel("Gate", { exact: true }).first().fill("gate 226");
    await page.getByRole("button", { name: /^Add Gate 226/ }).click();
    await press(page, "Add a guest");
    await page.locator(".list").getByText("Gate 226").waitFor();

    await go(page, "Gates");
    await go(page, "Holidays");
    await press(page, "Add holidays");
    await page.getByLabel("Name of the list").fill("Days of one gate");
    await page.getByLabel("Gate", { exact: true }).fill("gate 225");
    await page.getByRole("button", { name: /^Add Gate 225/ }).click();
    const day = ["BEGIN:VEVENT", "UID:1", "DTSTAMP:20250101T000000Z"];
    const date = [`DTSTART;VALUE=DATE:${new Date().getFullYear() + 1}1225`, "END:VEVENT"];
    const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", ...day, ...date, "END:VCALENDAR"];
    await page.getByLabel("Content of the calendar").fill(lines.join("\n"));
    await press(page, "Preview");
    await press(page, "Save");
    await page.locator(".list").getByText("Gate 225").waitFor();
  });

  it("are deleted after a look at what goes with them, and cannot be opened any more", async () => {
    await at.rig.gate({ id: "old", name: "Old gate", thingName: "lot-old" });
    const { person } = await at.rig.colleague(await at.rig.store.gate("old"), { name: "Opa" });
    at.rig.link.online("lot-old");
    const theirs = await at.pageOf(person);
    await theirs.locator('.slide[data-control="ready"]').waitFor();
    const page = await at.pageOf(admin, desktop);
    await go(page, "Gates");
    await page.getByLabel("Search").fill("old gate");
    await page.getByRole("link", { name: "Old gate" }).click();
    await press(page, "Delete");
    await page.getByText("Delete Old gate for good? This goes with it: access: 1,").waitFor();
    await press(page, "Delete");
    await page.getByRole("heading", { name: "Gates", exact: true }).waitFor();
    await page.getByRole("link", { name: "Old gate" }).waitFor({ state: "detached" });
    await theirs.locator('.slide[data-control="off"]').waitFor();
    await theirs.reload();
    await theirs.getByText("You do not have access to any gate yet.").waitFor();
    assert.equal(at.rig.link.sent.length, 0);
  });

  it("are added from a box that reports and has no gate yet", async () => {
    const gates = ["inner", "outer"].map((name) => ({ name, gate: null }));
    at.rig.link.online("new-box", { gates });
    const page = await at.pageOf(admin, desktop);
    await go(page, "Gates");
    await page.getByRole("heading", { name: "Boxes without a gate" }).waitFor();
    await press(page, "Add “outer”: new-box/outer");
    assert.equal(await page.getByLabel("Box (thing name)").inputValue(), "new-box");
    assert.equal(await page.getByLabel("Gate at the box").inputValue(), "outer");
    await page.getByLabel("Name", { exact: true }).fill("Outer gate");
    await page.getByLabel("Short name").fill("outer");
    await press(page, "Save");
    await page.getByRole("heading", { name: "Outer gate" }).waitFor();
    await page.getByText("Box online").waitFor();
    await go(page, "Gates");
    await page.getByText("20 of 231 shown").waitFor();
    // The box of the deleted gate has none either.
    await page.getByRole("button", { name: "Add as a gate: lot-old" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /new-box/ }).count(), 0);
    const gate = await at.rig.store.gate("outer");
    assert.deepEqual([gate?.thingName, gate?.output], ["new-box", "outer"]);
  });
});
