/** What axe-core cannot see: large text, forced colors, long names and long lists. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { desktop, phone, slide } from "./browser.rig.ts";
import { cutOff } from "./layout.rig.ts";
import { adminGate, off, otherCommand, pageRig, ready } from "./page.rig.ts";
import { gateView, newPerson, request } from "./service.fake.ts";

const longName =
  "Donaudampfschifffahrtsgesellschaft goods entrance at the very back of the premises";

describe("the layout of the page, in Chromium", function () {
  this.timeout(60_000);
  const rig = pageRig();

  async function inside(page: Page, inner: string, outer: string): Promise<void> {
    const [small, large] = [
      await page.locator(inner).boundingBox(),
      await page.locator(outer).boundingBox(),
    ];
    assert.ok(small !== null && large !== null);
    assert.ok(small.x >= large.x - 1 && small.x + small.width <= large.x + large.width + 1, inner);
    assert.ok(
      small.y >= large.y - 1 && small.y + small.height <= large.y + large.height + 1,
      inner,
    );
  }

  const enlargements: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
    "a root font of 200 %": (page) =>
      page.evaluate(() => {
        document.documentElement.style.fontSize = "200%";
      }),
    "a default font of 32 px": async (page) => {
      const session = await page.context().newCDPSession(page);
      await session.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
    },
  };
  for (const [how, enlarge] of Object.entries(enlargements)) {
    for (const width of [320, 360, 390]) {
      it(`fits ${width} px with ${how}, in every part`, async () => {
        const { service } = rig;
        service.people.set("ben", { ...newPerson("ben", "Ben Okafor"), passkeys: 1 });
        service.adminGates.set("main", adminGate("main", "Main gate"));
        service.grants.set("1", {
          ...{ id: "1", person: "ben", gate: "main", days: [1, 2, 3], fromMinute: 1_320 },
          ...{ toMinute: 300, startsAt: null, endsAt: null, onHolidays: false },
        });
        service.history = (["opened", "unanswered", "denied"] as const).map((state) => ({
          ...request("main", state, { state, pulseMs: 501, reason: "not-now" }),
          person: { id: "ben", name: "Ben Okafor", isAdministrator: false },
          guest: null,
          ...{
            gateName: "Main gate",
            address: "2001:db8::1",
            sentAt: null,
            endedAt: null,
            via: null,
          },
        }));
        service.otherCommands = [otherCommand({ by: "a-very-long-name-of-a-program@office" })];
        const page = await rig.open("ada", { ...phone, viewport: { width, height: 844 } });
        await enlarge(page);
        await ready(page);
        const fits = async (what: string) => assert.deepEqual(await cutOff(page), [], what);
        await fits("ready");
        await inside(page, ".slide-word", ".slide");
        await inside(page, ".slide", "html");
        await page.getByRole("button", { name: "Sign out" }).click({ trial: true });
        await slide(page);
        await page.getByText("Button pressed").waitFor();
        await fits("pressed");
        await page.clock.fastForward(3_000);
        await ready(page);
        await page.getByRole("button", { name: "Open without sliding" }).click();
        await fits("asking");
        await page.getByRole("link", { name: "History" }).click();
        await page.locator(".entry").first().waitFor();
        await page.getByText("Calls itself").waitFor();
        await page.getByText("Filter").click();
        await fits("history");
        await page.getByRole("link", { name: "People" }).click();
        await page.getByRole("button", { name: "Add a person" }).click();
        await fits("people");
        await page.getByRole("link", { name: "Ben Okafor" }).click();
        await page.getByRole("button", { name: "New invitation link" }).click();
        await page.getByRole("button", { name: "Lock out" }).click();
        await page.getByRole("button", { name: "Grant access" }).click();
        await page.getByLabel("From").waitFor();
        await fits("a person");
        await page.getByRole("link", { name: "Gates" }).click();
        await page.getByRole("button", { name: "Add a gate" }).click();
        await fits("gates");
        await page.getByRole("link", { name: "Main gate" }).click();
        await page.getByText("-61 dBm").waitFor();
        await fits("a gate");
        await page.getByRole("link", { name: "Grant access" }).click();
        await page.getByRole("searchbox", { name: "People" }).fill("ben");
        await page.getByRole("button", { name: "Add Ben Okafor" }).click();
        await fits("access for several people");
        await page.getByRole("button", { name: "Check" }).click();
        await page.getByRole("heading", { name: "1 person at 1 gate" }).waitFor();
        await fits("the summary of many grants");
        await page.getByRole("link", { name: "Guests" }).click();
        await page.getByRole("button", { name: "Add a guest" }).click();
        await page.getByLabel("Name of the guest").fill("Maximilian von Stein-Hohenfels");
        await page.getByRole("button", { name: "Add a guest" }).click();
        await page.getByRole("img", { name: "QR code" }).waitFor();
        await fits("a new guest link");
        await page.goto(`${service.origin}/#/holidays`);
        await page.getByRole("button", { name: "Add holidays" }).click();
        await fits("holidays");
        await page.getByRole("button", { name: "Sign out" }).click();
        await page.getByRole("button", { name: "Sign in with a passkey" }).waitFor();
        await fits("sign-in");
      });
    }
  }

  it("shows in forced colors what is selected, online, ready and pressed", async () => {
    const { service } = rig;
    service.gates.set("yard", { ...gateView("yard", "Delivery yard"), box: "offline" });
    service.adminGates.set("main", adminGate("main", "Main gate"));
    const page = await rig.open("ada", { ...phone, forcedColors: "active" });
    await ready(page);
    const looks = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((it) => {
          const { backgroundColor, borderTopColor, borderTopStyle, borderBottomColor, color } =
            getComputedStyle(it);
          return [backgroundColor, borderTopColor, borderTopStyle, borderBottomColor, color].join();
        });
    const differ = async (one: string, other: string) =>
      assert.notEqual(await looks(one), await looks(other), `${one} looks like ${other}`);
    await differ('.tab[aria-selected="true"]', '.tab[aria-selected="false"]');
    await differ("nav a[aria-current]", "nav a:not([aria-current])");
    await differ('.tab .lamp[data-lamp="good"]', '.tab .lamp[data-lamp="off"]');
    const knob = await looks(".slide-knob");
    await page.getByRole("tab", { name: "Delivery yard" }).click();
    await off(page);
    assert.notEqual(await looks(".slide-knob"), knob);
    await page.getByRole("tab", { name: "Main gate" }).click();
    service.openScript = (gate, id) => ({
      type: "answer",
      request: request(gate.id, id, { state: "sent" }),
    });
    await slide(page);
    await page.getByText("Accepted. Waiting").waitFor();
    await differ('.steps li[data-done="true"]', '.steps li[data-done="false"]');
    await page.getByRole("link", { name: "People" }).click();
    await page.getByRole("link", { name: "Ben Okafor" }).click();
    await page.getByRole("button", { name: "Grant access" }).click();
    await differ(".days input:checked + span", ".days input:not(:checked) + span");
  });

  it("shortens a long name with an ellipsis, and shows it in full as the heading", async () => {
    rig.service.gates.set("main", gateView("main", longName));
    rig.service.gates.set("yard", gateView("yard", "Delivery yard"));
    rig.service.people.set("ben", newPerson("ben", longName));
    for (const options of [phone, desktop]) {
      const page = await rig.open("ben", options);
      await ready(page);
      const name = page.locator(".tab-name").first();
      const { width, style } = await name.evaluate((it) => ({
        width: it.scrollWidth - it.clientWidth,
        style: getComputedStyle(it).textOverflow,
      }));
      assert.ok(width > 0, "the name is long enough for the test");
      assert.equal(style, "ellipsis");
      await page.getByRole("heading", { name: longName }).waitFor();
      assert.deepEqual(await cutOff(page), []);
    }
  });

  it("keeps the control on the screen with 41 gates", async () => {
    for (let id = 0; id < 40; id++)
      rig.service.gates.set(`g-${id}`, gateView(`g-${id}`, `Gate ${id}`));
    for (const options of [phone, desktop]) {
      const page = await rig.open("ben", options);
      await ready(page);
      const box = await page.locator(".slide").boundingBox();
      assert.ok(box !== null && box.y + box.height <= options.viewport.height, `${box?.y}`);
      await page.getByLabel("Gate", { exact: true }).selectOption("Gate 7 · Box online");
      await page.getByRole("heading", { name: "Gate 7" }).waitFor();
      await ready(page);
      if (options === phone) await slide(page);
      await page.context().close();
    }
    assert.equal(rig.service.posts[0]?.gate, "g-7");
  });

  it("stays usable with 200 people and 41 gates: short, searchable, with targets of 24 px", async () => {
    const { service } = rig;
    for (let id = 0; id < 198; id++) {
      const person = newPerson(`p-${id}`, `Person ${id}`);
      service.people.set(person.id, {
        ...person,
        email: `p${id}@example.com`,
        isActive: id % 3 > 0,
      });
    }
    for (let id = 0; id < 41; id++)
      service.adminGates.set(`g-${id}`, adminGate(`g-${id}`, `Gate ${id}`));
    const page = await rig.open("ada");
    const height = () => page.evaluate(() => document.documentElement.scrollHeight);
    for (const [part, entry, first] of [
      ["People", "Person 177", "Ada Kowalski"],
      ["Gates", "Gate 37", "Gate 0"],
    ] as const) {
      await page.getByRole("link", { name: part }).click();
      await page.getByRole("link", { name: first }).waitFor();
      assert.ok((await height()) < 2_500, `${part}: ${await height()} px`);
      assert.deepEqual(await smallTargets(page), [], part);
      await page.getByRole("button", { name: /Show (all|more)/ }).click();
      await page.getByRole("link", { name: entry }).waitFor();
      assert.deepEqual(await smallTargets(page), [], part);
      await page
        .getByLabel("Search")
        .fill(`${entry.split(" ")[1]} ${part === "People" ? "pers" : "gat"}`);
      await page.getByText("1 found").waitFor();
      await page.getByRole("link", { name: entry }).click();
      await page.getByRole("heading", { name: entry }).waitFor();
      await page.goBack();
      assert.match(await page.getByLabel("Search").inputValue(), /\d/);
      await page.getByText("1 found").waitFor();
    }
  });
});

/** WCAG 2.2, 2.5.8: every target is at least 24 by 24 CSS px. */
function smallTargets(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const targets = document.querySelectorAll("a, button, input, select, summary, label.check");
    return [...targets].flatMap((each) => {
      if (!each.checkVisibility()) return [];
      const { width, height } = each.getBoundingClientRect();
      const isSmall = width < 24 || height < 24;
      return isSmall ? [`${each.outerHTML.slice(0, 80)}: ${width} × ${height}`] : [];
    });
  });
}
