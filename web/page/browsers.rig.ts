/** The browsers of Debian that speak WebDriver. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Optional } from "../../host-sim/optional.rig.ts";
import type { RemoteBrowser } from "./webdriver.rig.ts";
import { startFirefox } from "./webdriver-bidi.rig.ts";
import { startClassic } from "./webdriver-classic.rig.ts";

export interface BrowserKind {
  readonly name: string;
  readonly optional: Optional;
  /** what its tests need, for a person */
  readonly needed: string;
  readonly isThere: boolean;
  /** what its driver can do */
  readonly hasAuthenticator: boolean;
  readonly hasTouch: boolean;
  start(): Promise<RemoteBrowser>;
}

const [chromium, chromedriver] = ["/usr/bin/chromium", "/usr/bin/chromedriver"] as const;
const firefox = "/usr/bin/firefox-esr";
const [webkitDriver, xvfb] = ["/usr/bin/WebKitWebDriver", "/usr/bin/Xvfb"] as const;
const miniBrowser = findMiniBrowser();

export const browserKinds: readonly BrowserKind[] = [
  {
    name: "Chromium",
    optional: "chromium",
    needed: "Debian's packages chromium and chromium-driver",
    isThere: existsSync(chromium) && existsSync(chromedriver),
    hasAuthenticator: true,
    hasTouch: true,
    start: () =>
      startClassic({
        program: chromedriver,
        portFlag: "--port=",
        capabilities: {
          "goog:chromeOptions": {
            binary: chromium,
            args: ["--headless", "--no-sandbox", "--disable-gpu", "--lang=en-GB"],
          },
        },
      }),
  },
  {
    name: "Firefox",
    optional: "firefox",
    needed: "Debian's package firefox-esr",
    isThere: existsSync(firefox),
    hasAuthenticator: true,
    hasTouch: true,
    start: () => startFirefox(firefox),
  },
  {
    name: "WebKit",
    optional: "webkit",
    needed: "Debian's packages webkit2gtk-driver and xvfb",
    isThere: existsSync(webkitDriver) && existsSync(xvfb) && miniBrowser !== undefined,
    hasAuthenticator: false,
    // It makes a mouse of every pointer.
    hasTouch: false,
    start: startWebKit,
  },
];

/** In the folder of libraries, whose name has the processor and the version of WebKitGTK. */
function findMiniBrowser(): string | undefined {
  const folders = existsSync("/usr/lib") ? readdirSync("/usr/lib") : [];
  return folders
    .filter((name) => name.endsWith("-linux-gnu"))
    .flatMap((name) => readdirSync(`/usr/lib/${name}`).map((each) => `/usr/lib/${name}/${each}`))
    .filter((path) => /\/webkit2?gtk-/.test(path))
    .map((path) => `${path}/MiniBrowser`)
    .find(existsSync);
}

/** WebKitGTK has no mode without a screen, so it gets one of its own that nobody sees. */
async function startWebKit(): Promise<RemoteBrowser> {
  const screen = spawn(
    xvfb,
    ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  try {
    const [number] = await firstLine(screen.stdout);
    const browser = await startClassic({
      program: webkitDriver,
      portFlag: "--port=",
      environment: { DISPLAY: `:${number}`, LANGUAGE: "en_GB", GDK_BACKEND: "x11" },
      capabilities: {
        browserName: "MiniBrowser",
        "webkitgtk:browserOptions": { binary: miniBrowser, args: ["--automation"] },
      },
    });
    return {
      ...browser,
      async close() {
        await browser.close();
        screen.kill();
      },
    };
  } catch (error) {
    screen.kill();
    throw error;
  }
}

async function firstLine(input: NodeJS.ReadableStream): Promise<readonly [string]> {
  for await (const line of createInterface({ input })) return [line];
  throw new Error("Xvfb has ended");
}
