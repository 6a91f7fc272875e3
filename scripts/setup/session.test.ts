import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { issueClient } from "../../host-sim/pki/authority.ts";
import { readIdentity } from "../certs/identity.ts";
import { ensureCertificates } from "../certs/store.ts";
import {
  type BareBoard,
  bareBoard,
  home,
  onePort,
  sessionWith,
  webSerial,
  workplace,
} from "./setup.rig.ts";
import type { ChosenFile } from "./view.ts";

const path = "/dev/ttyUSB0";
const naming = { type: "name", thing: "lot-7", pin: 5, pulseMs: 100, ledPin: null } as const;
const joining = { type: "join", SSID: home.SSID, password: home.password } as const;
const standIn = { source: "stand-in", host: "localhost", isKept: false } as const;

describe("a setup session with a virtual board", function () {
  this.timeout(60_000);
  let place: Awaited<ReturnType<typeof workplace>>;
  let board: BareBoard;
  let running: ReturnType<typeof sessionWith>;

  beforeEach(async () => {
    place = await workplace();
    board = bareBoard();
    running = await startSession();
  });
  afterEach(async () => {
    await running.session.close();
    board.cable.cut();
    place.remove();
  });

  async function startSession(packagePath = place.packagePath, standInHost?: string) {
    const started = sessionWith({
      certs: place.certs,
      packagePath,
      standInHost,
      ports: onePort(path, () => ({
        name: path,
        port: webSerial(board),
        hasControlLines: true,
        dispose: async () => {},
      })),
    });
    await started.session.start();
    return started;
  }

  const dispatch = (...[command]: Parameters<typeof running.session.dispatch>) =>
    running.session.dispatch(command);
  const failure = () => running.session.view.failure;
  const current = () => running.session.view.current;

  /** As far as a session comes without a mistake. */
  async function upTo(step: "firmware" | "name" | "network" | "certificate" | "connect" | "open") {
    const steps = {
      firmware: () => dispatch({ type: "choose-port", path }),
      name: () => dispatch({ type: "write-firmware" }),
      network: () => dispatch(naming),
      certificate: () => dispatch(joining),
      connect: () => dispatch({ type: "certificate", choice: standIn }),
      open: async () => {
        await dispatch({ type: "write-box" });
        await running.until((view) => view.current === "open");
      },
    };
    for (const [name, go] of Object.entries(steps)) {
      await go();
      assert.equal(failure(), null, name);
      assert.equal(current(), name);
      if (name === step) return;
    }
  }

  it("leads from a bare board to a box that opens", async () => {
    await upTo("firmware");
    assert.deepEqual(running.session.view.board.facts, {
      chip: "ESP32",
      version: null,
      thing: null,
    });
    await dispatch({ type: "write-firmware" });
    await dispatch(naming);
    assert.deepEqual(
      running.session.view.network.networks?.map(({ SSID }) => SSID),
      ["home", "Café"],
    );
    await dispatch(joining);
    await dispatch({ type: "certificate", choice: standIn });
    await dispatch({ type: "write-box" });
    await running.until((view) => view.current === "open");
    assert.deepEqual(board.edges(), []);
    await dispatch({ type: "open" });
    const { outcome, isOpened } = running.session.view.open;
    assert.match(outcome ?? "", /^Opened: pin 5 was HIGH for \d+ ms/);
    assert.equal(isOpened, true);
    assert.deepEqual(board.edges(), [1, 0]);
    await dispatch({ type: "finish" });
    assert.equal(current(), "end");
    // Neither the key nor the password is kept on this machine, or shown.
    assert.equal(existsSync(join(place.certs, "lot-7")), false);
    assert.doesNotMatch(JSON.stringify(running.views), /let me in|PRIVATE KEY/);
  });

  it("recognizes a box that is set up, keeps its firmware, and gives it another pin", async () => {
    await upTo("open");
    await running.session.close();
    running = await startSession();
    await dispatch({ type: "choose-port", path });
    const { facts } = running.session.view.board;
    assert.deepEqual([facts?.thing, facts?.version], ["lot-7", "0.1.0"]);
    await dispatch({ type: "keep-firmware" });
    assert.equal(running.session.view.name.thing, "lot-7");
    await dispatch({ ...naming, pin: 22 });
    await dispatch(joining);
    await dispatch({ type: "certificate", choice: standIn });
    assert.equal(failure(), null);
    await dispatch({ type: "write-box" });
    await running.until((view) => view.current === "open");
    await dispatch({ type: "open" });
    assert.match(running.session.view.open.outcome ?? "", /^Opened: pin 22 /);
  });

  it("says which input is wrong, and goes on with the right one", async () => {
    await upTo("name");
    for (const [wrong, field, words] of [
      [{ thing: "lot 7" }, "thing", /"lot 7" cannot name a box/],
      [{ thing: "Service" }, "thing", /"Service" cannot name a box/],
      [{ pin: 34 }, "pin", /Pin 34 is input-only/],
      [{ pin: 99 }, "pin", /Pin 99 does not exist/],
      [{ pulseMs: 1 }, "pulseMs", /1 ms is not possible/],
      [{ ledPin: 5 }, "ledPin", /the same pin/],
      [{ ledPin: 6 }, "ledPin", /flash memory/],
    ] as const) {
      await dispatch({ ...naming, ...wrong });
      assert.equal(failure()?.field, field);
      assert.match(failure()?.cause ?? "", words);
      assert.equal(current(), "name");
    }
    await dispatch({ ...naming, ledPin: 2 });
    await dispatch({ ...joining, SSID: "" });
    assert.deepEqual([failure()?.field, failure()?.cause], ["SSID", "No network is chosen."]);
    await dispatch({ ...joining, password: "short" });
    assert.equal(failure()?.field, "password");
    await dispatch({ ...joining, password: "" });
    assert.match(failure()?.cause ?? "", /home wants a password/);
    await dispatch({ ...joining, password: "not the password" });
    assert.match(failure()?.cause ?? "", /sees home, but could not join/);
    assert.match(failure()?.wayOut ?? "", /password is probably wrong/);
    await dispatch({ ...joining, SSID: "garage" });
    assert.match(failure()?.cause ?? "", /could not join garage, which it did not see/);
    await dispatch(joining);
    assert.deepEqual([failure(), current()], [null, "certificate"]);
    await dispatch({ type: "certificate", choice: { ...standIn, host: "https://x" } });
    assert.equal(failure()?.field, "host");
  });

  it("waits for a board whose cable was pulled, at any step", async () => {
    await upTo("network");
    board.cable.cut();
    await running.until((view) => view.board.cable === "lost");
    board.cable.plugIn();
    await running.until((view) => view.board.cable === "open");
    await dispatch(joining);
    assert.deepEqual([failure(), current()], [null, "certificate"]);
  });

  it("goes on writing after the cable was pulled in the middle of it", async () => {
    await running.session.close();
    board.cable.cut();
    board = bareBoard("wifi", { cutAfterBytes: 60_000 });
    running = await startSession();
    await upTo("firmware");
    await dispatch({ type: "write-firmware" });
    assert.equal(current(), "firmware");
    assert.match(failure()?.cause ?? "", /firmware on the board is not complete/);
    board.cable.plugIn();
    await running.until((view) => view.board.cable === "open");
    await dispatch({ type: "write-firmware" });
    assert.deepEqual([failure(), current()], [null, "name"]);
  });

  it("can be cancelled while it writes, and starts again", async () => {
    await upTo("firmware");
    const writing = dispatch({ type: "write-firmware" });
    await running.until(({ activity }) => (activity?.share ?? 0) > 0);
    await dispatch({ type: "cancel" });
    await writing;
    assert.equal(failure()?.cause, "It was cancelled.");
    await dispatch({ type: "write-firmware" });
    assert.equal(current(), "name");
  });

  it("does one thing at a time", async () => {
    await upTo("firmware");
    const writing = dispatch({ type: "write-firmware" });
    await dispatch({ type: "choose-port", path });
    await writing;
    assert.deepEqual([failure(), current()], [null, "name"]);
  });

  it("says why the box does not connect, and takes another certificate", async () => {
    await upTo("certificate");
    const files = await ownFiles("lot-7");
    const broker = { source: "files", endpoint: "localhost", port: 9, isKept: false } as const;
    await dispatch({ type: "certificate", choice: { ...broker, ...files } });
    assert.equal(failure(), null);
    await dispatch({ type: "write-box" });
    const { connect } = await running.until((view) => view.connect.trouble !== null);
    assert.match(connect.trouble?.cause ?? "", /Nothing listens at the broker's address/);
    assert.equal(current(), "connect");
    await dispatch({ type: "go", step: "certificate" });
    await dispatch({ type: "certificate", choice: standIn });
    await dispatch({ type: "write-box" });
    await running.until((view) => view.current === "open");
    assert.equal(running.session.view.connect.trouble, null);
  });

  /** Somebody's own files, as a page sends them. */
  async function ownFiles(thing: string) {
    await ensureCertificates({ directory: place.certs, things: [] });
    const ca = await readIdentity(place.certs, "ca");
    const identity = await issueClient(ca, thing);
    const file = (name: string, content: string | Uint8Array): ChosenFile => ({
      name,
      content: Buffer.from(content).toString("base64"),
    });
    return {
      ca: file("ca.pem", ca.certificatePem),
      certificate: file("box.der", identity.certificateDer),
      key: file("key.pem", identity.keyPem),
      otherKey: file("other.pem", ca.keyPem),
    };
  }

  it("takes files in PEM and DER, refuses what does not fit, and keeps them when asked", async () => {
    await upTo("certificate");
    const { otherKey, ...files } = await ownFiles("lot-7");
    const choice = {
      source: "files",
      endpoint: "broker.example",
      port: 443,
      isKept: true,
      ...files,
    } as const;
    for (const [wrong, field, words] of [
      [{ endpoint: "" }, "endpoint", /broker is missing/],
      [{ port: 0 }, "port", /not a port/],
      [{ ca: { name: "", content: "" } }, "ca", /no file/i],
      [{ ca: files.certificate }, "ca", /not a CA certificate/],
      [{ certificate: files.key }, "certificate", /without a certificate/],
      [{ key: files.ca }, "key", /without a private key/],
      [{ key: otherKey }, "key", /does not belong to/],
    ] as const) {
      await dispatch({ type: "certificate", choice: { ...choice, ...wrong } });
      assert.match(failure()?.cause ?? "nothing", words);
      assert.equal(failure()?.field, field);
    }
    assert.equal(existsSync(join(place.certs, "lot-7")), false);
    await dispatch({ type: "certificate", choice });
    assert.deepEqual([failure(), current()], [null, "connect"]);
    await dispatch({ type: "write-box" });
    const kept = (name: string) => join(place.certs, "lot-7", name);
    assert.equal(statSync(kept("private-key.der")).mode & 0o777, 0o600);
    assert.deepEqual(JSON.parse(readFileSync(kept("settings.json"), "utf8")), {
      thingName: "lot-7",
      endpoint: "broker.example",
      port: 443,
      alpn: true,
      networks: [{ SSID: home.SSID, password: home.password }],
      pulseMs: 100,
    });
  });

  it("keeps key and certificate of the stand-in when asked, and never deletes a key", async () => {
    await upTo("certificate");
    const choice = { ...standIn, isKept: true };
    const kept = () => readdirSync(join(place.certs, "lot-7"));
    await dispatch({ type: "certificate", choice });
    assert.deepEqual([failure(), current()], [null, "connect"]);
    const { certificatePem } = await readIdentity(place.certs, "lot-7");
    await dispatch({ type: "go", step: "certificate" });
    await dispatch({ type: "certificate", choice });
    assert.equal(failure(), null);
    assert.notEqual((await readIdentity(place.certs, "lot-7")).certificatePem, certificatePem);
    assert.equal(kept().filter((name) => name.includes(".replaced-")).length, 2);
  });

  it("does not ask again for what is known, after going back", async () => {
    await upTo("connect");
    await dispatch({ type: "go", step: "name" });
    await dispatch({ ...naming, pin: 21 });
    assert.equal(current(), "connect");
    await dispatch({ type: "go", step: "name" });
    await dispatch({ ...naming, thing: "lot-8" });
    // A certificate is for one name.
    assert.equal(current(), "certificate");
  });

  it("leaves the port closed, and nothing running", async () => {
    await upTo("open");
    await running.session.close();
    const end = { baudRate: 115_200, onData() {}, onCut() {} };
    assert.equal(board.cable.open(end), "open");
    assert.equal(existsSync(join(place.certs, "stand-in.json")), false);
  });

  it("closes at once while the board does not answer", async () => {
    await upTo("certificate");
    await dispatch({ type: "go", step: "network" });
    // A board that hears nothing any more.
    board.cable.board.powerOff();
    const asking = dispatch(joining);
    await running.session.close();
    await asking;
    assert.equal(board.cable.open({ baudRate: 115_200, onData() {}, onCut() {} }), "open");
  });

  it("says that the firmware cannot use the settings, and why", async () => {
    // A firmware for another network than the package's stays on the board.
    await upTo("open");
    await running.session.close();
    place.remove();
    place = await workplace({ network: "ethernet" });
    running = await startSession();
    await dispatch({ type: "choose-port", path });
    await dispatch({ type: "keep-firmware" });
    await dispatch(naming);
    await dispatch({ type: "certificate", choice: standIn });
    await dispatch({ type: "write-box" });
    const { connect } = await running.until((view) => view.connect.trouble !== null);
    assert.match(
      connect.trouble?.cause ?? "",
      /network is ethernet, but this firmware is for wifi/,
    );
  });

  it("starts a stand-in that boards on the network reach, when asked", async () => {
    await running.session.close();
    running = await startSession(place.packagePath, "127.0.0.2");
    await upTo("certificate");
    const { standInHost, isReachable } = running.session.view.certificate;
    assert.deepEqual([standInHost, isReachable], ["127.0.0.2", true]);
    await dispatch({ type: "certificate", choice: { ...standIn, host: standInHost } });
    await dispatch({ type: "write-box" });
    // Loopback alone would not answer at this address.
    await running.until((view) => view.current === "open");
  });

  it("says how to get a package when there is none", async () => {
    await running.session.close();
    running = await startSession(join(place.certs, "nothing-here"));
    await upTo("firmware");
    const { firmware, problem } = running.session.view.firmware;
    assert.equal(firmware, null);
    assert.match(problem?.cause ?? "", /no package/);
    assert.match(problem?.wayOut ?? "", /boom-box package/);
  });

  it("has no WiFi step with a firmware for Ethernet", async () => {
    await running.session.close();
    board.cable.cut();
    place.remove();
    place = await workplace({ network: "ethernet" });
    board = bareBoard("ethernet");
    running = await startSession();
    await upTo("name");
    await dispatch(naming);
    assert.equal(current(), "certificate");
    assert.equal(running.session.view.steps[3]?.state, "skipped");
    await dispatch({ type: "certificate", choice: standIn });
    await dispatch({ type: "write-box" });
    await running.until((view) => view.current === "open");
  });
});
