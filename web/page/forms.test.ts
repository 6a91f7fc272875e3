import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { desktop } from "./browser.rig.ts";
import { adminGate, pageRig } from "./page.rig.ts";

describe("the forms of the page, in Chromium", function () {
  this.timeout(30_000);
  const rig = pageRig();

  /** The form that grants access to Ben. */
  async function grantForm(timeZone = "Europe/Berlin"): Promise<Page> {
    rig.service.adminGates.set("main", adminGate("main", "Main gate", { timeZone }));
    const page = await rig.open("ada", desktop);
    await page.getByRole("link", { name: "People" }).click();
    await page.getByText("Ben Okafor").click();
    await page.getByRole("button", { name: "Grant access" }).click();
    return page;
  }
  const grant = (page: Page) => page.getByRole("button", { name: "Grant access" }).click();
  /** The sentence at the field, which the focus and a screen reader find. */
  async function problemAt(page: Page, label: string, sentence: string): Promise<void> {
    const field = page.getByLabel(label, { exact: true });
    await page.locator('[aria-invalid="true"]').first().waitFor();
    assert.equal(await field.getAttribute("aria-invalid"), "true", label);
    const ids = (await field.getAttribute("aria-describedby")) ?? "";
    const texts = await Promise.all(
      ids.split(" ").map((id) => page.locator(`[id="${id}"]`).textContent()),
    );
    assert.ok(texts.includes(sentence), `${label}: ${texts.join(" | ")}`);
    // It gets the focus right after the page was drawn.
    await page.locator('[aria-invalid="true"]:focus').waitFor();
    assert.ok(await field.evaluate((it) => it === document.activeElement), "has the focus");
  }
  const date = "Enter a complete date from 1970 to 2199, or clear the field.";
  const time = "Enter a time, from 00:00 to 23:59.";

  for (const [what, keys] of [
    ["a year of six digits", "31/12/202612"],
    ["a day and a month without a year", "31/12"],
    ["a day that the month does not have", "31/02/2027"],
    ["a year beyond all sense", "31/12/2999"],
  ] as const) {
    it(`refuses a last day with ${what}, instead of granting access without an end`, async () => {
      const page = await grantForm();
      const field = page.getByLabel("Last day");
      await field.evaluate((it) => it.removeAttribute("max"));
      await field.pressSequentially(keys);
      await grant(page);
      await problemAt(page, "Last day", date);
      assert.equal(rig.service.grants.size, 0);
      await field.fill("2027-12-31");
      await grant(page);
      await page.getByText("until 31 Dec 2027").waitFor();
    });
  }

  it("refuses what a browser without date and time fields lets people type", async () => {
    const page = await grantForm();
    for (const [label, text, sentence, right] of [
      ["From", "8 pm", time, "08:00"],
      ["To", "20", time, "20:00"],
      ["Last day", "12/31/2027", date, "2027-12-31"],
    ] as const) {
      const field = page.getByLabel(label, { exact: true });
      await field.evaluate((it) => it.setAttribute("type", "text"));
      await field.fill(text);
      await grant(page);
      await problemAt(page, label, sentence);
      await field.fill(right);
    }
    assert.equal(rig.service.grants.size, 0);
    await grant(page);
    await page.getByText("Mon–Fri, 08:00–20:00, until 31 Dec 2027").waitFor();
  });

  it("refuses an hour that is missing, hours that are equal, and no day", async () => {
    const page = await grantForm();
    const to = page.getByLabel("To", { exact: true });
    await to.fill("");
    await grant(page);
    await problemAt(page, "To", time);
    await to.fill("06:00");
    await grant(page);
    await problemAt(page, "To", "The end must differ from the start.");
    await to.fill("20:00");
    for (const day of ["Mon", "Tue", "Wed", "Thu", "Fri"]) {
      await page.getByRole("checkbox", { name: day }).uncheck();
    }
    await grant(page);
    await page.getByText("Select at least one day.").waitFor();
    assert.equal(rig.service.grants.size, 0);
  });

  it("refuses a last day that is over at the gate, whatever day it is here", async () => {
    const page = await grantForm("Pacific/Kiritimati");
    await page.clock.setFixedTime(new Date("2027-03-01T11:00Z"));
    const field = page.getByLabel("Last day");
    for (const past of ["2020-01-01", "2027-03-01"]) {
      await field.fill(past);
      await grant(page);
      await problemAt(page, "Last day", "This day is already over at the gate.");
    }
    await field.fill("2027-03-02");
    await grant(page);
    await page.getByText("until 2 Mar 2027").waitFor();
  });

  it("take the focus at once, and never from a field that a person is in", async () => {
    const page = await rig.open("ada", desktop);
    await page.getByRole("link", { name: "People" }).click();
    await page.getByRole("button", { name: "Add a person" }).waitFor();
    // All before the browser draws the page again, as on a slow device.
    const names = await page.evaluate(`(async () => {
      const button = (name) => [...document.querySelectorAll("button")]
        .find((it) => it.textContent === name);
      const fieldWithFocus = () => document.activeElement?.getAttribute("name");
      const found = [];
      const pressThenGoTo = async (name, field) => {
        button(name).click();
        await new Promise((resolve) => setTimeout(resolve, 0));
        found.push(fieldWithFocus());
        document.querySelector("[name=" + field + "]").focus();
        await new Promise((resolve) => setTimeout(resolve, 500));
        found.push(fieldWithFocus());
      };
      await pressThenGoTo("Add a person", "email");
      await pressThenGoTo("Save", "invite");
      return found;
    })()`);
    assert.deepEqual(names, ["name", "email", "name", "invite"]);
  });

  it("says in its own words what is wrong with a person", async () => {
    const page = await rig.open("ada", desktop);
    await page.getByRole("link", { name: "People" }).click();
    await page.getByRole("button", { name: "Add a person" }).click();
    const save = () => page.getByRole("button", { name: "Save" }).click();
    await save();
    await problemAt(page, "Name", "Fill in this field.");
    await page.getByLabel("Name").fill("x".repeat(101));
    await save();
    await problemAt(page, "Name", "Enter at most 100 characters.");
    await page.getByLabel("Name").fill("Chiara");
    await page.getByLabel("Email").fill("chiara");
    await save();
    await problemAt(page, "Email", "Enter an email address, such as ben@example.com.");
    await page.getByLabel("Email").fill("");
    await save();
    await page.getByRole("heading", { name: "Chiara" }).waitFor();
  });

  it("says in its own words what is wrong with a gate", async () => {
    const page = await rig.open("ada", desktop);
    await page.getByRole("link", { name: "Gates" }).click();
    await page.getByRole("button", { name: "Add a gate" }).click();
    const save = () => page.getByRole("button", { name: "Save" }).click();
    await page.getByLabel("Name", { exact: true }).fill("North");
    for (const [label, text, sentence, right] of [
      ["Short name", "North gate", "Enter 1 to 32 characters: a–z, 0–9 and -.", "north"],
      ["Box (thing name)", "a/b", "Enter 1 to 64 characters: a–z, A–Z, 0–9, _, : and -.", "box-1"],
      [
        "Gate at the box",
        "status",
        "Enter 1 to 32 characters: a–z, A–Z, 0–9, _ and -; but not command, event, status, update or log.",
        "",
      ],
      [
        "Time zone",
        "+02:00",
        "Enter a time zone from the list, such as Europe/Berlin.",
        "Europe/Berlin",
      ],
    ] as const) {
      const field = page.getByLabel(label);
      await field.fill(text);
      await page.getByLabel("Name", { exact: true }).focus();
      await save();
      if (label === "Short name") await problemAt(page, label, sentence);
      else await page.getByText(sentence).waitFor();
      await field.fill(right);
    }
    // The service's own refusal is shown too.
    await save();
    await page.getByText("The fake does not support this.").waitFor();
  });

  it("suggests the names that the box has told, and sends none when the field is empty", async () => {
    const gates = [
      { name: "inner", gate: null },
      { name: "outer", gate: null },
    ];
    const { box, ...view } = adminGate("inner", "Inner gate", { thingName: "lot-1" });
    rig.service.adminGates.set("inner", { ...view, output: "inner", box: { ...box, gates } });
    const page = await rig.open("ada", desktop);
    await page.getByRole("link", { name: "Gates" }).click();
    await page.getByText("lot-1/inner · Europe/Berlin").waitFor();
    await page.getByRole("button", { name: "Add a gate" }).click();
    const suggested = () =>
      page
        .locator("#outputs option")
        .evaluateAll((all) => all.map((it) => it.getAttribute("value")));
    assert.deepEqual(await suggested(), [], "of an unknown box");
    const sent: unknown[] = [];
    page.on("request", (each) => {
      if (each.method() === "POST") sent.push(each.postDataJSON());
    });
    for (const [label, text] of [
      ["Name", "Outer gate"],
      ["Short name", "outer"],
      ["Box (thing name)", "lot-1"],
      ["Time zone", "Europe/Berlin"],
    ] as const) {
      await page.getByLabel(label, { exact: true }).fill(text);
    }
    await page.locator("#outputs option").first().waitFor({ state: "attached" });
    assert.deepEqual(await suggested(), ["inner", "outer"]);
    const body = { name: "Outer gate", id: "outer", thingName: "lot-1", timeZone: "Europe/Berlin" };
    for (const output of ["outer", ""]) {
      await page.getByLabel("Gate at the box").fill(output);
      const asked = page.waitForRequest((each) => each.method() === "POST");
      await page.getByRole("button", { name: "Save" }).click();
      await asked;
      assert.deepEqual(sent.at(-1), { ...body, output: output || null });
      await page.getByText("The fake does not support this.").waitFor();
    }
  });

  it("shows nothing that was asked for before the filter changed", async () => {
    const page = await rig.open("ada", desktop);
    const entry = (id: string, gateName: string) => ({
      ...{ id, at: 0, gateId: "main", gateName, state: "refused", reason: null, pulseMs: null },
      ...{ person: null, guest: null, via: null, address: null },
    });
    let answerLate: () => void = () => {};
    const late = new Promise<void>((resolve) => {
      answerLate = resolve;
    });
    await page.route("**/api/history?**", async (route) => {
      const query = new URL(route.request().url()).searchParams;
      if (query.has("after")) await late;
      const isFirst = !query.has("after") && !query.has("state");
      const name = query.has("state") ? "Filtered" : isFirst ? "First part" : "Second part";
      const json = { entries: [entry(name, name)], next: isFirst ? "next" : null };
      await route.fulfill({ json });
    });
    await page.getByRole("link", { name: "History" }).click();
    await page.getByText("First part").waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByLabel("Outcome").selectOption("Refused");
    await page.getByText("Filtered").waitFor();
    const arrived = page.waitForResponse((each) => each.url().includes("after="));
    answerLate();
    await (await arrived).finished();
    // The page takes it, or not, before it can be asked.
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))");
    assert.deepEqual(await page.locator(".entries .entry-who > span").allTextContents(), [
      "Filtered",
    ]);
  });

  it("asks for no history while a filter is wrong", async () => {
    const page = await rig.open("ada", desktop);
    await page.getByRole("link", { name: "History" }).click();
    await page.getByText("No requests yet.").waitFor();
    const queries: string[] = [];
    page.on("request", (each) => {
      if (each.url().includes("/api/history")) queries.push(new URL(each.url()).search);
    });
    const from = page.getByLabel("From", { exact: true });
    await from.evaluate((it) => it.removeAttribute("max"));
    await from.pressSequentially("31/12");
    await page.getByLabel("Outcome").selectOption("Refused");
    await page.getByText(date).waitFor();
    assert.deepEqual(queries, []);
    const asked = page.waitForRequest(/state=refused&from=\d+/);
    await from.fill("2026-12-31");
    await asked;
    await page.getByText(date).waitFor({ state: "detached" });
    await page.getByLabel("Outcome").focus();
    assert.equal(queries.length, 1);
  });
});
