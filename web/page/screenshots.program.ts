/**
 * `npm run screenshots`: renders the icons, and the screenshots in docs/ from a fake service with
 * sample data.
 */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { healthyStatus } from "../../device/messages/status.vectors.ts";
import type { BoxHealth, HistoryEntry, RequestView } from "../api.ts";
import { accessibleNodes, desktop, launchChromium, phone, slide } from "./browser.rig.ts";
import { FakeService, gateView, newPerson, request } from "./service.fake.ts";

const root = join(import.meta.dirname, "../..");
const icons = join(import.meta.dirname, "icons");
/** the folder for all screenshots, in addition to those in docs/ */
const everything = process.argv[2];
const largestBytes = 100_000;

const noon = new Date(2026, 10, 24, 14, 2, 11).getTime();
const hour = 3_600_000;

async function drawIcons(browser: Browser): Promise<void> {
  for (const [source, name, size] of [
    ["icon.svg", "icon-192.png", 192],
    ["icon.svg", "icon-512.png", 512],
    ["icon-maskable.svg", "icon-maskable-512.png", 512],
    ["icon-maskable.svg", "apple-touch-icon.png", 180],
  ] as const) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const svg = await readFile(join(icons, source), "utf8");
    await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
    await page.screenshot({ path: join(icons, name), omitBackground: true });
    await page.close();
  }
}

function fill(service: FakeService): void {
  const ada = { ...newPerson("ada", "Ada Kowalski"), isAdministrator: true, passkeys: 2 };
  const people = [
    { ...ada, email: "ada@example.com", lastSeenAt: noon },
    { ...newPerson("ben", "Ben Okafor"), passkeys: 1, lastSeenAt: noon - 3 * hour },
    { ...newPerson("chi", "Chiara Rossi"), hasOidc: true, lastSeenAt: noon - 26 * hour },
    { ...newPerson("dan", "Daniel Weber"), isActive: false, lastSeenAt: noon - 900 * hour },
    newPerson("eve", "Evelyn Hart"),
  ];
  for (const person of people) service.people.set(person.id, person);
  service.gates.set("main", gateView("main", "Main gate"));
  service.gates.set("yard", { ...gateView("yard", "Delivery yard"), box: "offline" });
  const box: BoxHealth = {
    ...healthyStatus,
    lastSeenAt: noon,
    clockDifferenceMs: 0,
    uptimeMs: 76 * hour,
    address: "192.0.2.17",
    certificateEndsAt: noon + 3_000 * 24 * hour,
    opened: 412,
    refused: 9,
    connections: 3,
  };
  const place = { output: null, timeZone: "Europe/Berlin", isActive: true, isAtBox: true };
  service.adminGates.set("main", {
    ...place,
    id: "main",
    name: "Main gate",
    thingName: "lot-1",
    box,
  });
  service.adminGates.set("yard", {
    ...place,
    id: "yard",
    name: "Delivery yard",
    thingName: "lot-2",
    box: {
      ...box,
      state: "offline",
      lastSeenAt: noon - 2 * hour,
      rssi: -84,
      resetReason: "brownout",
    },
  });
  addNamedGates(service, box);
  const times = { fromMinute: 360, toMinute: 1200, startsAt: null, endsAt: null };
  const grant = { person: "ben", gate: "main", ...times, onHolidays: true };
  service.grants.set("1", { ...grant, id: "1", days: [1, 2, 3, 4, 5] });
  service.grants.set("2", {
    ...grant,
    id: "2",
    gate: "yard",
    days: [6],
    fromMinute: 1320,
    toMinute: 300,
    endsAt: Date.UTC(2026, 11, 31, 23),
  });
  const line = (index: number, name: string, more: Partial<RequestView>): HistoryEntry => ({
    ...request("main", `request-${index}`, { at: noon - index * 17 * 60_000, ...more }),
    person: { id: name, name, isAdministrator: false },
    guest: null,
    gateName: more.gate === "yard" ? "Delivery yard" : "Main gate",
    address: "198.51.100.7",
    sentAt: null,
    endedAt: null,
    via: null,
  });
  service.history = [
    line(0, "Ada Kowalski", { state: "opened", pulseMs: 501 }),
    line(1, "Ben Okafor", { state: "refused", reason: "cooldown" }),
    line(2, "Chiara Rossi", { state: "opened", pulseMs: 500 }),
    line(3, "Daniel Weber", { state: "denied", reason: "not-now" }),
    line(4, "Ben Okafor", { state: "failed", reason: "box-offline", gate: "yard" }),
    line(5, "Chiara Rossi", { state: "unanswered", gate: "yard" }),
    line(6, "Ben Okafor", { state: "opened", pulseMs: 500 }),
  ];
}

/** Two gates of one box, which has only one of them. */
function addNamedGates(service: FakeService, status: BoxHealth): void {
  const names = ["entrance", "exit"];
  const gate = { state: "closed", since: noon - hour } as const;
  const box = { ...status, gate, gates: names.map((name) => ({ name, gate })) };
  for (const [output, name] of [
    ["entrance", "Garage entrance"],
    ["side-door", "Garage side door"],
  ] as const) {
    const isAtBox = names.includes(output);
    service.adminGates.set(output, {
      ...{ id: output, name, thingName: "lot-3", output, timeZone: "Europe/Berlin" },
      ...{ isActive: true, isAtBox, box: isAtBox ? box : { ...box, gate: null } },
    });
  }
}

type Shot = (page: Page, service: FakeService) => Promise<void>;

const opens: Shot = async (page, service) => {
  service.openScript = (gate, id) => ({
    type: "answer",
    request: request(gate.id, id),
    later: [request(gate.id, id, { state: "opened", pulseMs: 500 })],
  });
  await slide(page);
  await page.getByText("0.5 s").waitFor();
};

const shots: Readonly<Record<string, Shot>> = {
  ready: async () => {},
  sliding: async (page) => {
    const knob = await page.locator(".slide-knob").boundingBox();
    if (knob === null) throw new Error("no knob");
    await page.mouse.move(knob.x + 30, knob.y + 30);
    await page.mouse.down();
    await page.mouse.move(knob.x + 150, knob.y + 34, { steps: 5 });
  },
  accepted: async (page, service) => {
    service.openScript = (gate, id) => ({
      type: "answer",
      request: request(gate.id, id, { state: "sent" }),
    });
    await slide(page);
    await page.getByText("Accepted.").first().waitFor();
  },
  opened: opens,
  refused: async (page, service) => {
    service.openScript = (gate, id) => ({
      type: "answer",
      request: request(gate.id, id, { state: "refused", reason: "cooldown" }),
    });
    await slide(page);
    await page.getByText("Refused").first().waitFor();
  },
  offline: async (page) => page.getByRole("tab", { name: "Delivery yard" }).click(),
  confirm: async (page) => page.getByRole("button", { name: "Open without sliding" }).click(),
  history: async (page) => {
    await page.getByRole("link", { name: "History" }).click();
    await page.getByText("Ben Okafor").last().waitFor();
  },
  people: async (page) => {
    await page.getByRole("link", { name: "People" }).click();
    await page.getByText("Ben Okafor").last().waitFor();
  },
  person: async (page) => {
    await page.getByRole("link", { name: "People" }).click();
    await page.getByRole("link", { name: "Ben Okafor" }).click();
    await page.getByRole("button", { name: "New invitation link" }).click();
    await page.getByRole("button", { name: "Grant access" }).click();
  },
  gates: async (page) => {
    await page.getByRole("link", { name: "Gates" }).click();
    await page.getByText("lot-1").waitFor();
  },
  "gate-form": async (page) => {
    await page.getByRole("link", { name: "Gates" }).click();
    await page.getByRole("link", { name: "Garage entrance" }).click();
    await page.getByRole("button", { name: "Edit" }).click();
  },
  "gate-not-at-box": async (page) => {
    await page.getByRole("link", { name: "Gates" }).click();
    await page.getByRole("link", { name: "Garage side door" }).click();
    await page.getByText("entrance, exit").waitFor();
  },
  "sign-in": async (page, service) => {
    service.methods = { passkey: true, oidc: { name: "Example Ltd", url: "/api/sign-in/oidc" } };
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  },
};

/** The screenshots that docs/ shows. */
const kept: Readonly<Record<string, string>> = {
  "opened-phone-dark": "app-phone.webp",
  "ready-phone-light": "app-phone-light.webp",
  "history-desktop-light": "app-desktop.webp",
};

async function shoot(
  browser: Browser,
  name: string,
  shot: Shot,
  options: BrowserContextOptions,
): Promise<{ readonly png: Buffer; readonly webp: Buffer }> {
  const service = await FakeService.start();
  fill(service);
  const context = await browser.newContext({
    ...options,
    locale: "en-GB",
    reducedMotion: "reduce",
  });
  await context.addCookies([service.cookieFor("ada")]);
  const page = await context.newPage();
  await page.clock.install({ time: noon });
  await page.goto(service.origin);
  await page.locator(".slide").waitFor();
  await shot(page, service);
  if (everything !== undefined && name.endsWith("phone-light")) {
    await writeFile(join(everything, `${name}.txt`), (await accessibleNodes(page)).join("\n"));
  }
  const png = await page.screenshot();
  const session = await context.newCDPSession(page);
  const { width, height } = options.viewport ?? { width: 0, height: 0 };
  const { data } = await session.send("Page.captureScreenshot", {
    format: "webp",
    quality: 85,
    clip: { x: 0, y: 0, width, height, scale: options.deviceScaleFactor ?? 1 },
  });
  await context.close();
  await service.stop();
  return { png, webp: Buffer.from(data, "base64") };
}

const browser = await launchChromium();
try {
  await drawIcons(browser);
  for (const [name, shot] of Object.entries(shots)) {
    for (const [device, options] of Object.entries({ phone, desktop })) {
      for (const colorScheme of ["light", "dark"] as const) {
        const full = `${name}-${device}-${colorScheme}`;
        const target = kept[full];
        if (everything === undefined && target === undefined) continue;
        const { png, webp } = await shoot(browser, full, shot, { ...options, colorScheme });
        if (everything !== undefined) await writeFile(join(everything, `${full}.png`), png);
        if (target === undefined) continue;
        if (webp.length > largestBytes) throw new Error(`${target}: ${webp.length} bytes`);
        await writeFile(join(root, "docs", target), webp);
      }
    }
  }
} finally {
  await browser.close();
}
