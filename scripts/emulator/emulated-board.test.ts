import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImprovSerial } from "improv-wifi-serial-sdk/dist/serial.js";
import { BoxData, type BoxFiles, boxPartitionLength } from "../../device/box-data.ts";
import { readSettings, settingsFile, writeSettings } from "../../device/settings-text.ts";
import { boxPartitionAt } from "../../host-sim/esp32/flash-image.ts";
import { MemoryFlash } from "../../host-sim/hardware/flash.ts";
import { type FlashOptions, type FlashResult, flashBoard } from "../flash/flash-board.ts";
import { firmwareOfBuild } from "../package/built-firmware.ts";
import type { FirmwarePackage } from "../package/firmware-package.ts";
import { type EmulatedBoard, openEmulatedBoard } from "./emulated-board.ts";
import { skipWithoutEmulatedChip } from "./emulated-chip.rig.ts";

const settings = {
  thingName: "lot-1",
  endpoint: "10.0.2.2",
  network: "ethernet",
  timeServers: ["10.0.2.2"],
};
/** Enough for a firmware that starts and looks for its broker. */
const box: BoxFiles = new Map([
  [settingsFile, writeSettings(settings)],
  ["ca.der", new Uint8Array(900)],
  ["certificate.der", new Uint8Array(800)],
  ["private-key.der", new Uint8Array(1_200)],
]);

describe("a bare board, as an emulated ESP32", function () {
  this.timeout(240_000);
  let directory: string;
  let flash: string;
  let board: EmulatedBoard | undefined;
  let firmware: FirmwarePackage;

  before(async function () {
    await skipWithoutEmulatedChip(this);
    const variant = { platform: "esp32", debug: false, emulator: true, secure: false };
    firmware = firmwareOfBuild(variant) ?? assert.fail("nothing has been built");
  });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "boom-box-board-"));
    flash = join(directory, "flash.bin");
  });
  afterEach(async () => {
    await board?.dispose();
    board = undefined;
    rmSync(directory, { recursive: true });
  });

  async function flashWith(options: Partial<FlashOptions>): Promise<FlashResult> {
    board ??= await openEmulatedBoard(process.env, flash);
    return flashBoard({
      port: board.port,
      hasControlLines: true,
      before: "reset",
      stub: "auto",
      baudRate: 460_800,
      startTimeoutMs: 60_000,
      onStage: () => {},
      onProgress: () => {},
      signal: new AbortController().signal,
      ...options,
    });
  }

  function requireFlashed(result: FlashResult) {
    assert.ok(result.type === "flashed", result.type === "failed" ? result.message : "");
    assert.equal(result.start.type, "started", JSON.stringify(result.start));
    return result;
  }

  const filesInFlash = () => {
    const bytes = new Uint8Array(readFileSync(flash));
    const end = boxPartitionAt + boxPartitionLength;
    return new BoxData(new MemoryFlash(bytes.slice(boxPartitionAt, end)));
  };

  it("is flashed and verified; then its settings alone take a small part of that", async () => {
    const all = requireFlashed(await flashWith({ firmware }));
    assert.ok(all.start.type === "started" && all.start.line.state === "waiting");
    const bytes = readFileSync(flash);
    for (const { offset, bytes: part, file } of firmware.parts) {
      // The bootloader changes this one when it starts.
      if (file === "ota_data_initial.bin") continue;
      assert.ok(bytes.subarray(offset, offset + part.length).equals(part), file);
    }
    const only = requireFlashed(await flashWith({ box }));
    assert.ok(only.start.type === "started" && only.start.line.type === "connection");
    assert.deepEqual(filesInFlash().readAll(), box);
    assert.ok(only.sentBytes < all.sentBytes * 0.05, `${only.sentBytes} of ${all.sentBytes}`);
  });

  it("is whole again after the next run when the cable was pulled while it was written", async () => {
    const cut = new AbortController();
    let writes = 0;
    const first = await flashWith({
      firmware,
      box,
      onProgress: (share) => {
        // In the middle of the application: the power goes with the cable.
        if (share > 0.4 && share < 0.9 && writes++ === 2)
          void board?.port.dispose().then(() => cut.abort());
      },
      signal: cut.signal,
    });
    assert.ok(first.type === "failed", "the first run was cut");
    const second = requireFlashed(await flashWith({ firmware, box }));
    assert.equal(second.box, "written");
    assert.deepEqual(filesInFlash().readAll(), box);
  });

  it("answers Improv's own client, and keeps the network that it is given", async () => {
    requireFlashed(await flashWith({ firmware, box }));
    const { port } = board ?? assert.fail();
    await port.open();
    const log = { log() {}, error() {}, debug() {} };
    const client = new ImprovSerial(port as never, log);
    const info = await client.initialize(20_000);
    assert.deepEqual(
      [info?.firmware, info?.chipFamily, info?.name],
      ["Boom Box", "ESP32", "lot-1"],
    );
    // Ethernet has no networks to find; the cable takes the place of the one that is set.
    assert.deepEqual(await client.scan(20_000), []);
    await client.provision("car park", "correct horse", 40_000);
    await client.close();
    const kept = readSettings(filesInFlash().read(settingsFile) ?? new Uint8Array());
    assert.deepEqual(kept, {
      ...settings,
      networks: [{ SSID: "car park", password: "correct horse" }],
    });
    assert.deepEqual(filesInFlash().read("private-key.der"), box.get("private-key.der"));
  });
});
