/** A person's own passkeys, in Chromium with the real service. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { addAuthenticator } from "./browser.rig.ts";
import { serviceRig } from "./with-service.rig.ts";

describe("one's own passkeys in Chromium", function () {
  this.timeout(60_000);
  const at = serviceRig();

  before(() => at.rig.administrator());
  beforeEach(() => {
    at.rig.now = Date.now();
  });

  const press = (page: Page, name: string) =>
    page.getByRole("button", { name, exact: true }).click();

  it("are added after a new sign-in, renamed and removed", async () => {
    const person = await at.rig.person({ name: "Pia Passkey" });
    const page = await at.pageOf(person);
    await addAuthenticator(page);
    await page.getByRole("link", { name: "Pia Passkey", exact: true }).click();
    await page.getByText("You have no passkey.").waitFor();
    await press(page, "Add a passkey");
    await page.getByLabel("Name", { exact: true }).fill("This phone");
    await press(page, "Create a passkey");
    await page.getByText("This phone").waitFor();
    await page.getByText("never used to sign in").waitFor();

    at.rig.now += 11 * 60_000;
    await press(page, "Add a passkey");
    await page.getByLabel("Name", { exact: true }).fill("Key ring");
    await press(page, "Create a passkey");
    await page.getByText("Sign in again before you add a passkey.").waitFor();
    await press(page, "Sign in with a passkey");
    await page.getByText("You signed in more than ten minutes ago.").waitFor({ state: "detached" });
    // The device itself has one already.
    await addAuthenticator(page, "usb");
    await press(page, "Create a passkey");
    await page.getByText("Key ring").waitFor();
    await page.getByText("Signed in with it here").waitFor();

    await press(page, "Rename Key ring");
    await page.getByLabel("Name", { exact: true }).fill("Old key");
    await press(page, "Save");
    await press(page, "Remove Old key");
    await page.getByText("Remove “Old key”? Devices that are signed in with it").waitFor();
    await press(page, "Remove");
    await page.getByText("Old key", { exact: true }).waitFor({ state: "detached" });

    await press(page, "Remove This phone");
    await page.getByText("It is your only way to sign in.").waitFor();
    await press(page, "Remove");
    await page.getByText("You have no passkey.").waitFor();
    assert.deepEqual(await at.rig.store.passkeysOf(person.id), []);
  });

  it("say why the last administrator cannot remove the last one", async () => {
    const { person } = await at.rig.administrator();
    for (const { id } of await at.rig.store.administrators()) {
      if (id !== person.id) await at.rig.store.removePasskeys(id, null);
    }
    const page = await at.pageOf(person);
    await page.getByRole("link", { name: "Ada", exact: true }).click();
    await press(page, "Remove Passkey without a name");
    await press(page, "Remove");
    await page.getByText("Without this passkey, no administrator could sign in.").waitFor();
  });
});
