import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BoxData } from "../../device/box-data.ts";
import { TcpPort } from "../../host-sim/board/tcp-port.ts";
import { MemoryFlash } from "../../host-sim/hardware/flash.ts";
import { ensureCertificates } from "../certs/store.ts";
import { boomBox, refusal, startBoomBox } from "../command-line/boom-box.rig.ts";
import { settingsPath } from "../firmware/settings-file.ts";
import { firmwareFor, firmwareOf, partsOf, secureFirmwareOf } from "../package/firmware.rig.ts";
import { writePackage } from "../package/write-package.ts";
import { plugInBoard } from "./board.rig.ts";

const settings = {
  thingName: "lot-1",
  endpoint: "broker.test",
  networks: [{ SSID: "a", password: "sesame sesame" }],
};

describe("boom-box flash", function () {
  this.timeout(30_000);
  this.slow(5_000);
  const directory = mkdtempSync(join(tmpdir(), "boom-box-flash-"));
  const certs = join(directory, "certs");
  const firmware = firmwareOf({ parts: partsOf(3_000), usedPins: [{ pin: 23, by: "config.mdc" }] });
  let zip: string;
  let board: ReturnType<typeof plugInBoard>;
  let port: TcpPort;

  before(async () => {
    await ensureCertificates({ directory: certs, things: ["lot-1", "lot-2"] });
    writeSettings({});
    ({ zip } = await writePackage(join(directory, "box"), firmware));
  });
  beforeEach(async () => {
    board = plugInBoard();
    port = await TcpPort.open(board.cable, { startsInDownloadMode: true });
  });
  afterEach(async () => {
    await port.close();
    board.board.powerOff();
  });
  after(() => rmSync(directory, { recursive: true }));

  function writeSettings(changes: object): void {
    const text = JSON.stringify({ ...settings, ...changes });
    writeFileSync(settingsPath(certs, "lot-1"), text);
  }

  const filesOnBoard = () =>
    new BoxData(new MemoryFlash(board.flash.slice(0x10000, 0x20000))).readAll();
  const flash = (...args: readonly string[]) =>
    boomBox("flash", "--certs", certs, "--port", port.url, ...args);

  it("writes firmware and box, names each step, and ends with 0 when the firmware starts", async () => {
    const { status, stdout, stderr } = await flash("--package", zip, "--thing", "lot-1");
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^connecting to the board on socket:.*\nchecking the chip\n/);
    assert.match(stdout, /\nwriting firmware\.bin, 3,072 bytes\n/);
    assert.match(stdout, /\nlot-1: firmware 0\.1\.0 started\n$/);
    assert.deepEqual([...filesOnBoard().keys()].sort(), [
      "ca.der",
      "certificate.der",
      "private-key.der",
      "settings.json",
    ]);
    assert.doesNotMatch(stdout + stderr, /sesame|\p{Cc}(?<!\n)/u);
  });

  it("refuses a package for another chip, by --chip at once and by the board itself", async () => {
    const { zip: c3 } = await writePackage(join(directory, "c3"), firmwareFor("esp32c3"));
    const named = await flash("--package", c3, "--chip", "esp32s3");
    assert.equal(named.status, 2);
    assert.match(named.stderr, /is for the ESP32-C3, not for the ESP32-S3: take the package for/);
    const { status, stderr } = await flash("--package", c3);
    assert.equal(status, 2);
    assert.match(
      stderr,
      /chip of this board is ESP32, but the firmware is for the ESP32-C3: .*\(--chip esp32\); nothing on the board was changed/,
    );
    assert.ok(board.flash.every((byte) => byte === 0xff));
  });

  it("checks the pins of a box for the package's chip", async () => {
    const { zip: c3 } = await writePackage(join(directory, "c3"), firmwareFor("esp32c3"));
    writeSettings({ pin: 21 });
    const { status, stderr } = await flash("--package", c3, "--thing", "lot-1");
    assert.equal(status, 2);
    assert.match(stderr, /pin 21 is the serial port for flashing: use 5, 3, 4, 6, 7 or 10/);
    writeSettings({ pin: 10 });
    const other = await flash("--package", zip, "--thing", "lot-1");
    assert.match(other.stderr, /pin 10 is connected to the flash memory: use 5, 21/);
    writeSettings({});
  });

  it("writes the settings alone", async () => {
    await flash("--package", zip, "--thing", "lot-1");
    await port.close();
    port = await TcpPort.open(board.cable, { startsInDownloadMode: true });
    writeSettings({ pulseMs: 700 });
    const { status, stdout } = await flash("--only-settings", "--thing", "lot-1");
    writeSettings({});
    assert.equal(status, 0);
    assert.doesNotMatch(stdout, /firmware\.bin/);
    assert.match(stdout, /the box's files written and verified/);
    const text = Buffer.from(filesOnBoard().get("settings.json") ?? []).toString();
    assert.match(text, /"pulseMs":700/);
  });

  it("writes the firmware alone where no box is named or set up, and says how to set it up", async () => {
    const { status, stdout } = await flash("--package", zip);
    assert.equal(status, 0);
    assert.match(stdout, /no --thing was named, so the box keeps .*--only-settings --thing NAME/);
    assert.equal(filesOnBoard().size, 0);
    await port.close();
    port = await TcpPort.open(board.cable, { startsInDownloadMode: true });
    const other = await flash("--package", zip, "--thing", "lot-2");
    assert.match(other.stdout, /lot-2.settings\.json does not exist, so the box keeps/);
    assert.equal(other.status, 0);
  });

  it("ends with 1 when the firmware was written but does not start", async () => {
    await port.close();
    board.board.powerOff();
    board = plugInBoard({ prints: "abort() was called at PC 0x400d\n" });
    port = await TcpPort.open(board.cable, { startsInDownloadMode: true });
    const { status, stdout } = await flash("--package", zip);
    assert.equal(status, 1);
    assert.match(stdout, /the firmware ended itself \(.*abort\(\) was called/);
  });

  it("refuses a box that does not fit the firmware, before it touches the board", async () => {
    const flags = ["flash", "--certs", certs, "--package", zip, "--port", port.url];
    writeSettings({ network: "ethernet", networks: undefined });
    assert.match(
      await refusal(...flags, "--thing", "lot-1"),
      /say network ethernet, but the firmware is for wifi/,
    );
    writeSettings({ pin: 23 });
    assert.match(
      await refusal(...flags, "--thing", "lot-1"),
      /put the gate on pin 23, which the firmware uses for config\.mdc/,
    );
    writeSettings({});
    assert.ok(board.flash.every((byte) => byte === 0xff));
  });

  it("writes a secure firmware only if that is agreed to, and with the box's files", async () => {
    const { folder } = await writePackage(join(directory, "secure"), secureFirmwareOf());
    const flags = ["flash", "--certs", certs, "--port", port.url, "--package"];
    assert.match(
      await refusal(...flags, folder, "--thing", "lot-1"),
      /locks the chip for good .* docs\/security\.md, then add --secure/,
    );
    assert.match(await refusal(...flags, folder, "--secure"), /no files over the port .* --thing/);
    assert.match(
      await refusal(...flags, folder, "--secure", "--thing", "lot-2"),
      /no files over the port .* --thing/,
    );
    assert.match(await refusal(...flags, zip, "--secure"), /is not a secure one/);
    assert.ok(board.flash.every((byte) => byte === 0xff));
  });

  it("says in one line what is wrong with its flags, its package, its box or its port", async () => {
    const empty = join(directory, "empty");
    mkdirSync(empty);
    const checks: readonly [readonly string[], RegExp][] = [
      [["--package", empty], /the package .*empty has no boom-box\.json/],
      [["--package", join(directory, "none.zip")], /there is no package/],
      [["--only-settings"], /name it with --thing/],
      [["--only-settings", "--thing", "lot-2", "--certs", certs], /settings\.json does not exist/],
      [["--package", zip, "--build"], /either --package or --build/],
      [["--package", zip, "--port", "/dev/nowhere"], /there is no serial port \/dev\/nowhere/],
      [["--platform", "lin"], /lin is not a board/],
      [["--build"], /npx xs-dev setup/],
    ];
    for (const [flags, words] of checks) assert.match(await refusal("flash", ...flags), words);
    for (const flags of [
      ["--port", "http://a"],
      ["--baud", "fast"],
      ["--before", "x"],
    ]) {
      const { status, stderr } = await boomBox("flash", ...flags);
      assert.equal(status, 2);
      assert.match(stderr, /^error: option .* is invalid/);
    }
  });

  it("ends with what the board has when the connection is cut", async () => {
    await port.close();
    board.board.powerOff();
    board = plugInBoard({ cutAfterBytes: 2_000 });
    port = await TcpPort.open(board.cable, { startsInDownloadMode: true });
    const { status, stderr } = await flash("--package", zip);
    assert.equal(status, 2);
    assert.match(
      stderr,
      /^boom-box: the connection to socket:.* ended: .*; the firmware on the board is not complete: run the same command again\n$/,
    );
  });
});

describe("boom-box flash, when it is interrupted", function () {
  this.timeout(30_000);

  it("ends with what the board has, and leaves the port closed", async () => {
    const directory = mkdtempSync(join(tmpdir(), "boom-box-flash-"));
    const { folder } = await writePackage(join(directory, "box"), firmwareOf());
    const { board, cable } = plugInBoard();
    const port = await TcpPort.open(cable, { startsInDownloadMode: true });
    // As slow as a real port.
    const receive = board.receive.bind(board);
    board.receive = (bytes, baudRate) => void setTimeout(() => receive(bytes, baudRate), 20);
    const running = startBoomBox("flash", "--package", folder, "--port", port.url);
    for await (const text of running.child.stdout) {
      if (String(text).includes("writing firmware.bin")) running.child.kill("SIGINT");
    }
    const { status, stderr } = await running.outcome;
    assert.equal(status, 2);
    assert.equal(
      stderr,
      "boom-box: flashing was cancelled; the firmware on the board is not complete: run the same command again\n",
    );
    await port.close();
    board.powerOff();
    rmSync(directory, { recursive: true });
  });
});

describe("boom-box package and monitor", function () {
  this.timeout(30_000);

  it("say in one line what is missing", async () => {
    assert.match(await refusal("package", "--platform", "lin"), /lin is not a board/);
    assert.match(await refusal("package", "--build"), /npx xs-dev setup/);
    assert.match(await refusal("monitor", "--port", "/dev/nowhere"), /there is no serial port/);
    assert.match(await refusal("monitor", "--port", "socket://127.0.0.1:1"), /cannot be reached/);
  });
});
