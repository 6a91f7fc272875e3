import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmulatedBoard } from "../emulator/emulated-board.ts";
import { skipWithoutEmulatedChip } from "../emulator/emulated-chip.rig.ts";
import { firmwareOfBuild } from "../package/built-firmware.ts";
import { writePackage } from "../package/write-package.ts";
import { onePort, sessionWith } from "./setup.rig.ts";

describe("a setup session with an emulated ESP32", function () {
  this.timeout(300_000);
  let folder: string;
  let running: ReturnType<typeof sessionWith>;

  before(async function () {
    await skipWithoutEmulatedChip(this);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "boom-box-"));
  });
  afterEach(async () => {
    await running?.session.close();
    rmSync(folder, { recursive: true });
  });

  it("leads from an erased flash to a box that opens, by the chip's own loader and firmware", async () => {
    const firmware = firmwareOfBuild({
      platform: "esp32",
      debug: false,
      emulator: true,
      secure: false,
    });
    assert.ok(firmware);
    const packagePath = join(folder, "package");
    await writePackage(packagePath, firmware);
    const board = await openEmulatedBoard(process.env, join(folder, "flash.bin"));
    running = sessionWith({
      certs: join(folder, "certs"),
      packagePath,
      standInHost: undefined,
      ports: onePort("emulator", () => ({
        name: "emulator",
        hasControlLines: true,
        emulated: board,
        ...board,
      })),
    });
    const { session, until } = running;
    await session.start();
    await session.dispatch({ type: "choose-port", path: "emulator" });
    assert.deepEqual(session.view.failure, null);
    await session.dispatch({ type: "write-firmware" });
    assert.deepEqual(session.view.failure, null);
    await session.dispatch({ type: "name", thing: "lot-7", pin: 5, pulseMs: 500, ledPin: null });
    const host = session.view.certificate.standInHost;
    assert.equal(host, board.endpoint);
    await session.dispatch({
      type: "certificate",
      choice: { source: "stand-in", host, isKept: false },
    });
    assert.deepEqual(session.view.failure, null);
    await session.dispatch({ type: "write-box" });
    assert.deepEqual(session.view.failure, null);
    await until(({ current }) => current === "open", 90_000);
    await session.dispatch({ type: "open" });
    assert.match(session.view.open.outcome ?? "", /^Opened: pin 5 was HIGH for \d+ ms/);
  });
});
