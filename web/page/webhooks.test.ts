/** What administrators do with webhooks. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Person } from "../domain/entities.ts";
import { WebhookReceiver } from "../service/webhook-receiver.rig.ts";
import { desktop } from "./browser.rig.ts";
import { serviceRig } from "./with-service.rig.ts";

describe("webhooks in Chromium", function () {
  this.timeout(60_000);
  const at = serviceRig();
  let admin: Person;
  let receiver: WebhookReceiver;

  before(async () => {
    await at.rig.gate({ id: "main", name: "Main gate", thingName: "lot-1" });
    admin = (await at.rig.administrator()).person;
    at.rig.link.online("lot-1");
  });
  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });
  afterEach(() => receiver.stop());

  const press = (page: Page, name: string) =>
    page.getByRole("button", { name, exact: true }).click();

  it("are added, tested, sent again when they were not delivered, and deleted", async () => {
    const page = await at.pageOf(admin, desktop);
    await page.getByRole("link", { name: "Gates" }).click();
    await page.getByRole("link", { name: "Webhooks" }).click();
    await press(page, "Add a webhook");
    await press(page, "Save");
    await page.getByText("Fill in this field.").waitFor();
    await page.getByLabel("Address").fill(receiver.url);
    await page.getByLabel("Box offline").uncheck();
    await press(page, "Save");
    const secret = await page.getByRole("textbox", { name: "Secret" }).inputValue();
    await press(page, "Done");

    await press(page, "Send a test");
    await page.getByText("delivered", { exact: false }).first().waitFor();
    assert.equal(receiver.verified(secret)[0]?.type, "test");

    receiver.status = 410;
    await press(page, "Send a test");
    await press(page, "Refresh");
    await page.getByText("The receiver answered 410.").first().waitFor();
    await page.reload();
    await page.getByText("Off", { exact: true }).waitFor();
    await page.getByText("One message was not delivered").waitFor();
    receiver.status = 200;
    await press(page, "Turn on");
    await press(page, "Messages");
    await press(page, "Send again");
    await press(page, "Refresh");
    await page.getByText("not delivered", { exact: false }).waitFor({ state: "detached" });
    assert.equal(receiver.received.length, 3);

    await press(page, "Delete");
    await page.getByText(`Delete the webhook to ${receiver.url}?`, { exact: false }).waitFor();
    await page
      .getByRole("region", { name: /Delete/ })
      .getByRole("button", { name: "Delete" })
      .click();
    await page.getByText("No webhooks yet.").waitFor();
  });
});
