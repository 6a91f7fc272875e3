/** Addresses, titles, the focus, and what a screen reader hears. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { desktop, phone } from "./browser.rig.ts";
import { adminGate, pageRig, ready } from "./page.rig.ts";
import { gateView, newPerson } from "./service.fake.ts";

describe("finding one's way on the page, in Chromium", function () {
  this.timeout(30_000);
  const rig = pageRig();
  beforeEach(() => {
    const { service } = rig;
    service.people.set("ben", { ...newPerson("ben", "Ben Okafor"), passkeys: 1 });
    service.adminGates.set("main", adminGate("main", "Main gate"));
  });

  const press = (page: Page, name: string) => page.getByRole("button", { name }).click();
  const go = (page: Page, name: string) => page.getByRole("link", { name }).click();
  const titled = (page: Page, title: string) =>
    page.waitForFunction((expected) => document.title === expected, title);
  /** The element with the focus, by its role and text. It is never the body. */
  const focused = (page: Page) =>
    page.evaluate(() => {
      const element = document.activeElement;
      const text = element?.getAttribute("aria-label") ?? element?.textContent ?? "";
      const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : text;
      return `${element?.tagName.toLowerCase()} ${(label ?? "").slice(0, 40)}`.trim();
    });
  async function focusIs(page: Page, expected: RegExp): Promise<void> {
    for (let turn = 0; turn < 40; turn++) {
      if (expected.test(await focused(page))) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.match(await focused(page), expected);
  }
  async function hears(page: Page, sentence: string): Promise<void> {
    const live = page.locator('[role="status"], [role="alert"], [aria-live]');
    await live.getByText(sentence).first().waitFor({ state: "attached" });
  }
  const person = async (page: Page) => {
    await go(page, "People");
    await go(page, "Ben Okafor");
    await page.getByRole("heading", { name: "Ben Okafor" }).waitFor();
  };

  it("gives every page a title", async () => {
    const page = await rig.open("ada", desktop);
    await titled(page, "Main gate · Boom Box");
    await go(page, "History");
    await titled(page, "History · Boom Box");
    await go(page, "People");
    await titled(page, "People · Boom Box");
    await go(page, "Ben Okafor");
    await titled(page, "Ben Okafor · Boom Box");
    await go(page, "Gates");
    await titled(page, "Gates · Boom Box");
    await go(page, "Main gate");
    await titled(page, "Main gate · Boom Box");
    await page.goto(`${rig.service.origin}/#/people/nobody`);
    await titled(page, "This person does not exist. · Boom Box");
    await press(page, "Sign out");
    await titled(page, "Sign in · Boom Box");
    await page.goto(rig.service.invitationFor("ben"));
    await titled(page, "Invitation · Boom Box");
  });

  it("goes back from a person to the people and to the same entry, and forward again", async () => {
    const page = await rig.open("ada");
    await person(page);
    assert.match(page.url(), /#\/people\/ben$/);
    await page.goBack();
    await page.getByRole("heading", { name: "People" }).waitFor();
    await focusIs(page, /^a Ben Okafor/);
    await page.goForward();
    await page.getByRole("heading", { name: "Ben Okafor" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Ben Okafor" }).waitFor();
    await go(page, "← All people");
    await focusIs(page, /^a Ben Okafor/);
    await go(page, "Gates");
    await go(page, "Main gate");
    await page.goBack();
    await page.getByRole("heading", { name: "Gates" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "People" }).waitFor();
  });

  it("keeps the focus when forms open, are cancelled and are saved", async () => {
    const page = await rig.open("ada", desktop);
    await go(page, "People");
    await focusIs(page, /^main/);
    await press(page, "Add a person");
    await focusIs(page, /^input Name/);
    await press(page, "Cancel");
    await focusIs(page, /^button Add a person/);
    await press(page, "Add a person");
    await page.getByLabel("Name").fill("Chiara Rossi");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Chiara Rossi" }).waitFor();
    await focusIs(page, /^main/);
    await press(page, "Grant access");
    await focusIs(page, /^select/);
    await press(page, "Cancel");
    await focusIs(page, /^button Grant access/);
    await press(page, "Grant access");
    await page.getByLabel("Last day").focus();
    await press(page, "Grant access");
    await focusIs(page, /^button Grant access/);
    await hears(page, "Access was granted.");
    await go(page, "Gates");
    await go(page, "Main gate");
    await press(page, "Edit");
    await focusIs(page, /^input Name/);
    await press(page, "Cancel");
    await focusIs(page, /^button Edit/);
  });

  it("reads a new invitation out, and keeps the focus", async () => {
    const page = await rig.open("ada", desktop);
    await person(page);
    await press(page, "New invitation link");
    await hears(page, "Send this link to Ben Okafor, or let");
    await focusIs(page, /^button New invitation link/);
    await press(page, "Done");
    await focusIs(page, /^h1 Ben Okafor/);
  });

  it("says what is wrong in a form, and moves the focus there", async () => {
    const page = await rig.open("ada", desktop);
    await person(page);
    await press(page, "Grant access");
    await page.getByLabel("To", { exact: true }).fill("");
    await press(page, "Grant access");
    await focusIs(page, /^input To/);
    const field = page.getByLabel("To", { exact: true });
    const described = await field.evaluate((it) =>
      (it.getAttribute("aria-describedby") ?? "")
        .split(" ")
        .map((id) => document.getElementById(id)?.textContent),
    );
    assert.ok(described.includes("Enter a time, from 00:00 to 23:59."));
  });

  for (const [what, question, isDone] of [
    ["Lock out", "Lock out Ben Okafor?", () => rig.service.people.get("ben")?.isActive === false],
    [
      "Make administrator",
      "Make Ben Okafor an administrator?",
      () => rig.service.people.get("ben")?.isAdministrator === true,
    ],
    [
      "Remove passkeys (lost phone)",
      "Remove all passkeys of Ben Okafor?",
      () => rig.service.people.get("ben")?.passkeys === 0,
    ],
    [
      "Revoke access to Main gate",
      "Revoke this access of Ben Okafor to Main gate?",
      () => rig.service.grants.size === 0,
    ],
  ] as const) {
    it(`asks once before it acts: ${what}`, async () => {
      rig.service.grants.set("1", {
        ...{ id: "1", person: "ben", gate: "main", days: [1], fromMinute: 0, toMinute: 60 },
        ...{ startsAt: null, endsAt: null, onHolidays: true },
      });
      const page = await rig.open("ada");
      await person(page);
      const label = what.startsWith("Revoke") ? "Revoke" : what;
      // A double click on the button does not answer the question.
      await page.getByRole("button", { name: what }).dblclick();
      await page.getByText(question).waitFor();
      await focusIs(page, new RegExp(`^section ${question.slice(0, 20)}`));
      await page.keyboard.press("Enter");
      assert.ok(!isDone(), "nothing has happened yet");
      await page.keyboard.press("Escape");
      await page.getByText(question).waitFor({ state: "detached" });
      await focusIs(page, new RegExp(`^button ${label.slice(0, 12)}`));
      await press(page, what);
      await press(page, "Cancel");
      assert.ok(!isDone());
      await press(page, what);
      await page
        .getByRole("region", { name: question })
        .getByRole("button", { name: label })
        .click();
      await page.getByText(question).waitFor({ state: "detached" });
      assert.ok(isDone());
      await hears(page, what.startsWith("Revoke") ? "Access was revoked." : "Saved.");
      await focusIs(page, /^(button|h1|h2) \S/);
    });
  }

  it("asks before it removes administrator rights or takes a gate out of service", async () => {
    const { service } = rig;
    service.people.set("ben", { ...newPerson("ben", "Ben Okafor"), isAdministrator: true });
    const page = await rig.open("ada");
    await person(page);
    await press(page, "Remove administrator rights");
    await page.getByText("Remove the administrator rights of Ben Okafor?").waitFor();
    assert.equal(service.people.get("ben")?.isAdministrator, true);
    await press(page, "Remove administrator rights");
    await page.getByRole("button", { name: "Make administrator" }).waitFor();
    await go(page, "Gates");
    await go(page, "Main gate");
    await press(page, "Take out of service");
    await page.getByText("Take Main gate out of service?").waitFor();
    await press(page, "Cancel");
    await focusIs(page, /^button Take out of service/);
  });

  it("leaves the selection to the person when the selected gate is gone", async () => {
    const { service } = rig;
    service.gates.set("yard", gateView("yard", "Delivery yard"));
    const page = await rig.open("ben", phone);
    await ready(page);
    service.gates.delete("main");
    service.breakStreams();
    await page.clock.fastForward(1_000);
    await page.getByRole("tab", { name: "Delivery yard" }).waitFor();
    await page.clock.fastForward(3_000);
    await page.getByText("The gate that you selected is no longer available.").waitFor();
    assert.equal(await page.locator(".slide").count(), 0);
    await page.getByRole("tab", { name: "Delivery yard" }).click();
    await page.getByRole("heading", { name: "Delivery yard" }).waitFor();
    await ready(page);
  });
});
