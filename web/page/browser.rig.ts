/** Headless Chromium from the Debian package, and a simulated thumb. */
import { existsSync } from "node:fs";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type CDPSession,
  chromium,
  type Page,
} from "playwright-core";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);

export const hasChromium = executablePath !== undefined;

const launchOptions = {
  ...(executablePath !== undefined && { executablePath }),
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

export function launchChromium(): Promise<Browser> {
  return chromium.launch(launchOptions);
}

/** Chromium with a profile in a folder, because {@link launchChromium} is always incognito. */
export function launchWithProfile(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, launchOptions);
}

export const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
} satisfies BrowserContextOptions;

export const desktop = {
  viewport: { width: 1280, height: 860 },
} satisfies BrowserContextOptions;

const sessions = new WeakMap<Page, Promise<CDPSession>>();

/**
 * One for each page, because Chromium removes the virtual authenticator when a second one is
 * detached.
 */
function sessionOf(page: Page): Promise<CDPSession> {
  const known = sessions.get(page) ?? page.context().newCDPSession(page);
  sessions.set(page, known);
  return known;
}

/** Adds a virtual authenticator that always confirms: the device's own, or a key at its port. */
export async function addAuthenticator(
  page: Page,
  transport: "internal" | "usb" = "internal",
): Promise<void> {
  const session = await sessionOf(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Slides from the knob over this part of the track by touch, in the direction of the writing, and not straight. */
export async function slide(page: Page, part = 1): Promise<void> {
  const track = await page.locator(".slide").boundingBox();
  const knob = (await page.locator(".slide-knob").boundingBox())?.width;
  if (track === null || knob === undefined) throw new Error("no control on the page");
  const session = await sessionOf(page);
  const isRightToLeft = (await page.locator("html").getAttribute("dir")) === "rtl";
  const way = isRightToLeft ? -1 : 1;
  const knobX = isRightToLeft ? track.x + track.width - knob / 2 : track.x + knob / 2;
  const start = { x: knobX, y: track.y + track.height / 2 };
  const length = (track.width - knob) * part * way;
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", x = 0, y = 0) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [{ x, y, id: 1 }],
    });
  await touch("touchStart", start.x, start.y);
  const moves = 12;
  for (let index = 1; index <= moves; index++) {
    const wander = 30 * Math.sin(index);
    await touch("touchMove", start.x + (length * index) / moves, start.y + wander);
    // A thumb needs time. The page ignores anything faster, because water on the screen is faster.
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  await touch("touchEnd");
}

/** What Chromium exposes to a screen reader: the role and name of each node that has a name. */
export async function accessibleNodes(page: Page): Promise<readonly string[]> {
  const session = await sessionOf(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  return nodes
    .filter((node) => !node.ignored)
    .map((node) => [node.role?.value, node.name?.value ?? ""])
    .filter(([role]) => !["InlineTextBox", "StaticText", "none", "generic"].includes(role))
    .map(([role, name]) => `${role}: ${name}`);
}
