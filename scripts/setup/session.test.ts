import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type BareBoard,
  bareBoard,
  home,
  onePort,
  sessionWith,
  webSerial,
  workplace,
} from "./setup.rig.ts";

describe("a setup session with a virtual board", function () {
  this.timeout(60_000);
  let place: Awaited<ReturnType<typeof workplace>>;
  let board: BareBoard;
  let running: ReturnType<typeof sessionWith>;

  beforeEach(async () => {
    place = await workplace();
    board = bareBoard();
    running = sessionWith({
      ...place,
      standInHost: undefined,
      ports: onePort("/dev/ttyUSB0", () => ({
        name: "/dev/ttyUSB0",
        port: webSerial(board),
        hasControlLines: true,
        dispose: async () => {},
      })),
    });
    await running.session.start();
  });
  afterEach(async () => {
    await running.session.close();
    board.cable.cut();
    place.remove();
  });

  const naming = { type: "name", thing: "lot-7", pin: 5, pulseMs: 100, ledPin: null } as const;
  const standIn = { source: "stand-in", host: "localhost", isKept: false } as const;

  /** As far as a session comes without a mistake. */
  async function upTo(step: "firmware" | "name" | "network" | "certificate" | "connect" | "open") {
    const { session, until } = running;
    const steps = {
      firmware: () => session.dispatch({ type: "choose-port", path: "/dev/ttyUSB0" }),
      name: () => session.dispatch({ type: "write-firmware" }),
      network: () => session.dispatch(naming),
      certificate: () =>
        session.dispatch({ type: "join", SSID: home.SSID, password: home.password }),
      connect: () => session.dispatch({ type: "certificate", choice: standIn }),
      open: async () => {
        await session.dispatch({ type: "write-box" });
        await until(({ current }) => current === "open");
      },
    };
    for (const [name, go] of Object.entries(steps)) {
      await go();
      assert.equal(session.view.failure, null, name);
      assert.equal(session.view.current, name);
      if (name === step) return;
    }
  }

  it("leads from a bare board to a box that opens", async () => {
    const { session } = running;
    await upTo("firmware");
    assert.deepEqual(session.view.board.facts, { chip: "ESP32", version: null, thing: null });
    await session.dispatch({ type: "write-firmware" });
    assert.equal(session.view.failure, null);
    await session.dispatch(naming);
    assert.deepEqual(
      session.view.network.networks?.map(({ SSID }) => SSID),
      ["home", "Café"],
    );
    await session.dispatch({ type: "join", SSID: home.SSID, password: home.password });
    await session.dispatch({ type: "certificate", choice: standIn });
    assert.equal(session.view.failure, null);
    await session.dispatch({ type: "write-box" });
    await running.until(({ current }) => current === "open");
    assert.deepEqual(board.edges(), []);
    await session.dispatch({ type: "open" });
    const { outcome, isOpened } = session.view.open;
    assert.match(outcome ?? "", /^Opened: pin 5 was HIGH for \d+ ms/);
    assert.equal(isOpened, true);
    assert.deepEqual(board.edges(), [1, 0]);
    await session.dispatch({ type: "finish" });
    assert.equal(session.view.current, "end");
    // Neither the key nor the password is kept on this machine, or shown.
    assert.equal(existsSync(join(place.certs, "lot-7")), false);
    assert.doesNotMatch(JSON.stringify(running.views), /let me in|PRIVATE KEY/);
  });
});
