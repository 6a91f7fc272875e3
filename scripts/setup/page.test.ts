import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { TcpPort as BoardTcpPort } from "../../host-sim/board/tcp-port.ts";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { hasChromium, launchChromium } from "../../web/page/browser.rig.ts";
import { assertAccessible, type OpenedPage, openSetup } from "./page.rig.ts";
import { systemPorts } from "./ports.ts";
import { type BareBoard, bareBoard, home, workplace } from "./setup.rig.ts";

const noPorts = {
  list: async () => [],
  choose: async () => {
    throw new Error("nobody chooses one");
  },
};

describe("the setup page in Chromium", function () {
  this.timeout(120_000);
  let browser: Browser;
  let place: Awaited<ReturnType<typeof workplace>>;
  let board: BareBoard;
  let opened: OpenedPage;

  before(async function () {
    skipWithout(this, "chromium", hasChromium, "Debian's package chromium");
    browser = await launchChromium();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    place = await workplace();
    board = bareBoard();
  });
  afterEach(async () => {
    await opened?.close();
    board.cable.cut();
    place.remove();
  });

  const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).click();
  const arrive = (page: Page, heading: string) =>
    page.getByRole("heading", { name: heading }).waitFor();

  async function shoot(page: Page, name: string): Promise<void> {
    const folder = process.env.BOOM_BOX_SETUP_PICTURES;
    if (folder !== undefined)
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  /** Each step must be usable by everybody, and the focus is at its heading. */
  async function check(page: Page, heading: string): Promise<void> {
    await arrive(page, heading);
    await assertAccessible(page, heading);
    await shoot(page, heading.replaceAll(/\W+/g, "-"));
    const focused = await page.evaluate("document.activeElement?.textContent");
    if (heading !== "Connect the board by USB") assert.equal(focused, heading);
  }

  it("leads from a bare board to a box that opens, over the browser's own port", async () => {
    opened = await openSetup(browser, { ...place, ports: noPorts, cable: board.cable });
    const { page, errors } = opened;
    await check(page, "Connect the board by USB");
    await press(page, "Choose the board in the browser");
    await check(page, "Write the firmware");
    await press(page, "Write the firmware");
    await check(page, "Name the box, and choose its pin");
    await page.getByLabel("Thing name").fill("lot 7");
    await press(page, "Continue");
    await page.getByText("cannot name a box").waitFor();
    await assertAccessible(page, "a wrong name");
    await shoot(page, "a-wrong-name");
    await page.getByLabel("Thing name").fill("lot-7");
    await page.getByLabel("Pulse in milliseconds").fill("100");
    await press(page, "Continue");
    await page.getByRole("radio", { name: "Café" }).waitFor();
    await check(page, "Choose the WiFi");
    await page.getByRole("radio", { name: home.SSID }).check();
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await press(page, "Connect to it");
    await page.getByText("The password is probably wrong").waitFor();
    await assertAccessible(page, "a wrong password");
    await shoot(page, "a-wrong-password");
    await page.getByLabel("Password", { exact: true }).fill(home.password);
    await press(page, "Connect to it");
    await check(page, "Give the box its certificate");
    for (const source of ["AWS IoT Core", "Files that I have", "The stand-in on this computer"]) {
      await page.getByRole("radio", { name: source }).check();
      await assertAccessible(page, source);
      await shoot(page, source.replaceAll(" ", "-"));
    }
    await press(page, "Continue");
    await check(page, "Write the settings, and connect");
    await press(page, "Write and connect");
    await check(page, "Press OPEN once");
    assert.deepEqual(board.edges(), []);
    await press(page, "OPEN");
    await page.getByText(/Opened: pin 5 was HIGH for \d+ ms/).waitFor();
    await assertAccessible(page, "opened");
    await shoot(page, "opened");
    assert.deepEqual(board.edges(), [1, 0]);
    await press(page, "Finish");
    await check(page, "The box is set up");
    assert.equal(existsSync(join(place.certs, "lot-7")), false);
    assert.deepEqual(errors, []);
  });

  /** To the step with the networks, over the browser's port. */
  async function openAtNetworks(): Promise<Page> {
    opened = await openSetup(browser, { ...place, ports: noPorts, cable: board.cable });
    const { page } = opened;
    await press(page, "Choose the board in the browser");
    await press(page, "Write the firmware");
    await arrive(page, "Name the box, and choose its pin");
    await press(page, "Continue");
    await page.getByRole("radio", { name: "Café" }).waitFor();
    return page;
  }

  it("can be used with the keyboard alone", async () => {
    opened = await openSetup(browser, { ...place, ports: noPorts, cable: board.cable });
    const { page } = opened;
    await arrive(page, "Connect the board by USB");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await arrive(page, "Write the firmware");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await arrive(page, "Name the box, and choose its pin");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("lot 7");
    await page.keyboard.press("Enter");
    await page.getByText("cannot name a box").waitFor();
    // The focus is at the input that is wrong.
    await page.keyboard.press("End");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Enter");
    await arrive(page, "Choose the WiFi");
  });

  it("says that the cable was pulled, and goes on when it is back", async () => {
    const page = await openAtNetworks();
    board.cable.cut();
    await page.getByText("The board is not connected").waitFor();
    await assertAccessible(page, "a pulled cable");
    await shoot(page, "a-pulled-cable");
    board.cable.plugIn();
    await page.evaluate("boardBack()");
    await page.getByText("The board is not connected").waitFor({ state: "detached" });
    await page.getByRole("radio", { name: "Café" }).check();
    await press(page, "Connect to it");
    await arrive(page, "Give the box its certificate");
  });

  it("is where it was after it was loaded again", async () => {
    const page = await openAtNetworks();
    await page.reload();
    await page.getByRole("radio", { name: "Café" }).check();
    await page.getByText("The board is not connected").waitFor({ state: "detached" });
    await press(page, "Connect to it");
    await arrive(page, "Give the box its certificate");
  });

  it("is used in one tab, and says when the command has ended", async () => {
    opened = await openSetup(browser, { ...place, ports: noPorts, cable: board.cable });
    const { page, server } = opened;
    await arrive(page, "Connect the board by USB");
    const second = await page.context().newPage();
    await second.goto(server.url);
    await arrive(second, "Connect the board by USB");
    await arrive(page, "Setup goes on in another tab");
    await assertAccessible(page, "another tab");
    await press(page, "Use this tab");
    await arrive(page, "Connect the board by USB");
    await arrive(second, "Setup goes on in another tab");
    await opened.app.close();
    await server.close();
    await arrive(page, "The connection to the command is lost");
    await assertAccessible(page, "the end");
    await shoot(page, "the-end");
  });

  it("does the same over the command's own port in a browser without Web Serial", async () => {
    const tcp = await BoardTcpPort.open(board.cable, { startsInDownloadMode: true });
    try {
      opened = await openSetup(browser, { ...place, ports: systemPorts(tcp.url) });
      const { page, errors } = opened;
      await press(page, `Use ${tcp.url}`);
      await arrive(page, "Write the firmware");
      await press(page, "Write the firmware");
      await arrive(page, "Name the box, and choose its pin");
      await press(page, "Continue");
      await page.getByRole("radio", { name: "Café" }).check();
      await press(page, "Connect to it");
      await arrive(page, "Give the box its certificate");
      await page.getByLabel("By what name").fill("localhost");
      await press(page, "Continue");
      await press(page, "Write and connect");
      await arrive(page, "Press OPEN once");
      await press(page, "OPEN");
      await page.getByText(/Opened: pin 5 was HIGH for \d+ ms/).waitFor();
      assert.deepEqual(board.edges(), [1, 0]);
      assert.deepEqual(errors, []);
    } finally {
      await tcp.close();
    }
  });
});
