import assert from "node:assert/strict";
import type { InvitationView } from "../api.ts";
import { everyDay } from "../service/service.rig.ts";
import { aGrant } from "../store/place.rig.ts";
import { addAuthenticator, phone, slide } from "./browser.rig.ts";
import { serviceRig } from "./with-service.rig.ts";

describe("the page with the real service, in Chromium", function () {
  this.timeout(60_000);
  const at = serviceRig();

  it("lets the first administrator register, add a gate and open it", async () => {
    const invitation = await at.rig.service.inviteWaitingAdministrator();
    const page = await at.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await addAuthenticator(page);
    await page.goto(invitation?.url ?? "");
    await page.getByRole("button", { name: "Create a passkey" }).click();

    await page.getByRole("link", { name: "Gates" }).click();
    await page.getByRole("button", { name: "Add a gate" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Main gate");
    await page.getByLabel("Short name").fill("main");
    await page.getByLabel("Box (thing name)").fill("lot-1");
    await page.getByLabel("Time zone").fill("Europe/Berlin");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Main gate" }).waitFor();

    await page.getByRole("link", { name: "People" }).click();
    await page.locator(".list").getByRole("link", { name: "Administrator" }).click();
    await page.getByRole("button", { name: "Grant access" }).click();
    for (const day of ["Sat", "Sun"]) await page.getByRole("checkbox", { name: day }).check();
    await page.getByLabel("From").fill("00:00");
    await page.getByLabel("To", { exact: true }).fill("00:00");
    await page.getByRole("button", { name: "Grant access" }).click();
    await page.getByText("Every day, all day").waitFor();

    await page.getByRole("link", { name: "Open", exact: true }).click();
    await page.getByText("has not reported its status yet").waitFor();
    at.rig.link.online("lot-1");
    await page.locator('.slide[data-control="ready"]').waitFor();
    at.rig.link.onCommand = ({ id, thingName, by }) =>
      at.rig.link.event(thingName, { id, by, pulseMs: 501 });
    await slide(page);
    await page.getByText("The box pressed the button for 0.5 s.").waitFor();
    assert.equal(at.rig.link.sent.length, 1);

    at.rig.link.onCommand = ({ id, thingName, by }) =>
      at.rig.link.event(thingName, { id, by, outcome: "refused", reason: "cooldown" });
    await page.locator('.slide[data-control="ready"]').waitFor();
    await slide(page);
    await page.getByText("The box waits briefly between two presses.").waitFor();

    at.rig.link.offline("lot-1");
    await page.getByText("The box at the gate is offline.").waitFor();
    await slide(page);
    assert.equal(at.rig.link.sent.length, 2);

    await page.getByRole("link", { name: "History" }).click();
    await page.getByText("Button pressed · 0.5 s").waitFor();
    await page.locator(".entries").getByText("Refused").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByText("Button pressed · 0.5 s").waitFor();
    assert.deepEqual(errors, []);
  });

  it("gives a program a token, with which it opens, and takes it away again", async () => {
    at.rig.now = Date.now();
    const person = await at.rig.person({ name: "Tom Token" });
    await at.rig.gate({ id: "t-1", name: "Token gate", thingName: "thing-token" });
    await at.rig.store.createGrant(aGrant(person.id, "t-1", everyDay));
    at.rig.link.online("thing-token");
    at.rig.link.onCommand = ({ id, thingName, by }) =>
      at.rig.link.event(thingName, { id, by, pulseMs: 500 });
    const page = await at.pageOf((await at.rig.administrator()).person);
    await page.getByRole("link", { name: "People" }).click();
    await page.getByRole("link", { name: "Tom Token" }).click();
    await page.getByRole("button", { name: "Add a program" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Plate reader");
    await page.getByLabel("Gate", { exact: true }).selectOption("Token gate");
    for (const day of ["Sat", "Sun"]) await page.getByRole("checkbox", { name: day }).check();
    await page.getByLabel("From").fill("00:00");
    await page.getByLabel("To", { exact: true }).fill("00:00");
    await page.getByRole("button", { name: "Add a program" }).click();
    const secret = await page.getByRole("textbox", { name: "Token" }).inputValue();
    const open = () =>
      fetch(`${at.origin}/api/v1/gates/t-1/open`, {
        method: "POST",
        headers: {
          Authorization: `Bearer ${secret}`,
          "Idempotency-Key": "car-1",
          Prefer: "wait=10",
        },
      });
    const response = await open();
    assert.deepEqual([response.status, (await response.json()).state], [200, "opened"]);
    await page.getByText("never used").waitFor();
    await page.getByRole("link", { name: "History" }).click();
    await page.getByText("with Plate reader").waitFor();
    await page.goBack();
    await page.getByText(/last used/).waitFor();
    assert.equal(await page.getByRole("textbox", { name: "Token" }).count(), 0, "shown only once");
    await page.getByRole("button", { name: "Revoke the token of Plate reader" }).click();
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByText("Plate reader", { exact: true }).waitFor({ state: "detached" });
    assert.equal((await open()).status, 401);
  });

  it("selects the gate that it shows first, and opens that one", async () => {
    at.rig.now = Date.now();
    const person = await at.rig.person({ name: "Two Gates" });
    for (const [id, name, thingName] of [
      ["g-6", "Gate 6", "thing-6"],
      ["lot-2", "Parking lot", "thing-lot"],
    ] as const) {
      await at.rig.gate({ id, name, thingName });
      await at.rig.store.createGrant(aGrant(person.id, id, everyDay));
    }
    for (const thing of ["thing-6", "thing-lot"]) at.rig.link.online(thing);
    at.rig.link.onCommand = ({ id, thingName, by }) =>
      at.rig.link.event(thingName, { id, by, pulseMs: 501 });
    const page = await at.pageOf(person);
    const ready = page.locator('.slide[data-control="ready"]');
    await page.getByRole("tab", { name: "Parking lot" }).click();
    await ready.waitFor();
    await slide(page);
    await page.getByText("The box pressed the button for 0.5 s.").waitFor();
    for (let visit = 0; visit < 5; visit++) {
      at.rig.now = Date.now();
      await page.reload();
      await ready.waitFor();
      assert.match((await page.getByRole("tab").first().textContent()) ?? "", /Parking lot/);
      const selected = page.getByRole("tab", { selected: true });
      assert.match((await selected.textContent()) ?? "", /Parking lot/);
      await page.getByRole("heading", { name: "Parking lot" }).waitFor();
    }
    await slide(page);
    await page.getByText("The box pressed the button for 0.5 s.").waitFor();
    assert.deepEqual(
      at.rig.link.sent.slice(-2).map(({ thingName }) => thingName),
      ["thing-lot", "thing-lot"],
    );
    await page.context().close();
  });

  it("tells a person who is locked out so, and whom to ask", async () => {
    at.rig.now = Date.now();
    const gate = await at.rig.gate({ id: "yard", name: "Yard", thingName: "thing-yard" });
    at.rig.link.offline("thing-yard");
    const person = await at.rig.person({ name: "Out" });
    await at.rig.store.createGrant(aGrant(person.id, gate.id, everyDay));
    const { browser: admin } = await at.rig.administrator();
    const setActive = (isActive: boolean) =>
      admin.request("PATCH", `/api/admin/people/${person.id}`, { isActive });
    const page = await at.newPage();
    await addAuthenticator(page);
    const help = page.getByText("For help: Front desk, 030 1234");
    const invited = await admin.post(`/api/admin/people/${person.id}/invitation`);
    const { url } = (await invited.json()) as InvitationView;
    await page.goto(url);
    await page.getByRole("button", { name: "Create a passkey" }).click();
    await page.getByText("The box at the gate is offline.").waitFor();
    await help.waitFor();

    await setActive(false);
    await page.getByText("You are locked out.").waitFor();
    await help.waitFor();
    assert.equal(await page.getByText("Sign in again").count(), 0);
    await page.reload();
    await page.getByText("You are locked out.").waitFor();
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.locator(".notice").getByText("You are locked out.").waitFor();
    await help.waitFor();

    await setActive(true);
    await page.reload();
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByText("The box at the gate is offline.").waitFor();

    await admin.request("DELETE", `/api/admin/people/${person.id}/passkeys`);
    await page.getByText("Sign in again").waitFor();
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByText("This passkey was not accepted.").waitFor();
    await help.waitFor();
    await page.context().close();
  });

  it("speaks the browser's language, then the one that is chosen in the menu", async () => {
    const gate = await at.rig.gate({ id: "de", name: "Tor 7", thingName: "lot-7" });
    at.rig.link.online("lot-7", { gate: { state: "closed", since: null } });
    const { person } = await at.rig.colleague(gate);
    const page = await at.pageOf(person, { ...phone, locale: "de-AT" });
    const context = page.context();
    await page.getByText("Die Schranke ist geschlossen").waitFor();
    await page.getByText("Zum Öffnen schieben").waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "de");

    await page.getByLabel("Sprache").click();
    await page.getByRole("button", { name: "Nederlands" }).click();
    await page.getByText("De slagboom is dicht").waitFor();
    const chosen = (await context.cookies()).find(({ value }) => value === "nl");
    assert.deepEqual([chosen?.httpOnly, chosen?.sameSite], [true, "Lax"]);
    const days = ((chosen?.expires ?? 0) * 1_000 - Date.now()) / 86_400_000;
    assert.ok(days > 364 && days < 366, `${days}`);
    // A sign-out does not forget the language.
    await page.getByRole("button", { name: "Uitloggen" }).click();
    await page.getByRole("button", { name: "Inloggen met een passkey" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Inloggen met een passkey" }).waitFor();
    await context.close();
  });
});
