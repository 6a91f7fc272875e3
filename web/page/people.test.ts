/** What administrators do with people, in Chromium with the real service. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Person } from "../domain/entities.ts";
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
});
