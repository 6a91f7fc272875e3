import assert from "node:assert/strict";
import { BoxData, type BoxFiles } from "../../device/box-data.ts";
import { layOutFlash } from "../../host-sim/esp32/flash-image.ts";
import { MemoryFlash } from "../../host-sim/hardware/flash.ts";
import { boxPartition } from "../firmware/box-files.ts";
import { firmwareOf, partsOf } from "../package/firmware.rig.ts";
import type { FirmwarePackage } from "../package/firmware-package.ts";
import { FakeBoard, type FakeBoardOptions } from "./board.fake.ts";
import { type FlashOptions, type FlashResult, flashBoard } from "./flash-board.ts";

const first = '{"at":4,"type":"connection","state":"network","reason":null}\n';
const boot = `rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n${first}`;
const files: BoxFiles = new Map([
  ["settings.json", Buffer.from('{"thingName":"lot-1"}')],
  ["private-key.der", new Uint8Array(1_200).fill(5)],
]);
const oldFiles: BoxFiles = new Map([["settings.json", Buffer.from('{"thingName":"old"}')]]);

const small = firmwareOf({ parts: partsOf(3_000) });

/** A flash with a firmware and a box's files on it. */
function flashWith(firmware: FirmwarePackage, box: BoxFiles): Uint8Array {
  const parts = firmware.parts.map(({ offset, bytes }) => [offset, bytes] as const);
  return layOutFlash(new Map([...parts, [firmware.box.offset, boxPartition(box)]]));
}

const filesOn = ({ flash }: FakeBoard) =>
  new BoxData(new MemoryFlash(flash.slice(0x10000, 0x20000))).readAll();

function has(board: FakeBoard, { parts }: FirmwarePackage): boolean {
  return parts.every(({ offset, bytes }) =>
    Buffer.from(bytes).equals(board.flash.subarray(offset, offset + bytes.length)),
  );
}

async function flash(board: FakeBoard, options: Partial<FlashOptions> = {}): Promise<FlashResult> {
  const result = await flashBoard({
    port: board,
    hasControlLines: true,
    before: "reset",
    stub: "never",
    baudRate: 115_200,
    startTimeoutMs: 50,
    signal: new AbortController().signal,
    onStage: () => {},
    onProgress: () => {},
    ...options,
  });
  assert.equal(board.isOpen, false, "the port is left open");
  return result;
}

function failure(result: FlashResult) {
  if (result.type !== "failed") assert.fail("it did not fail");
  return result;
}

describe("flashing a board", function () {
  this.timeout(30_000);

  it("writes the parts that differ and the box's files, verifies them, and sees the firmware start", async () => {
    const board = new FakeBoard({ boot });
    const stages: string[] = [];
    const result = await flash(board, {
      firmware: small,
      box: files,
      onStage: (stage) => stages.push(stage.type === "write" ? stage.file : stage.type),
    });
    assert.equal(result.type, "flashed");
    assert.deepEqual(result.type === "flashed" && result.start, {
      type: "started",
      line: JSON.parse(first),
    });
    assert.ok(has(board, small));
    assert.deepEqual(filesOn(board), new Map([...files].map(([k, v]) => [k, new Uint8Array(v)])));
    // The choice of the slot is erased flash, which a new board has already.
    assert.deepEqual(stages, [
      "connect",
      "check",
      "compare",
      "firmware.bin",
      "partition-table.bin",
      "bootloader.bin",
      "read-box",
      "write-box",
      "restart",
      "wait",
    ]);
    assert.equal(board.lines.at(-1), "00", "the lines are left on");
  });

  it("writes nothing that the board has already", async () => {
    const board = new FakeBoard({ flash: flashWith(small, files), boot });
    const result = await flash(board, { firmware: small, box: files });
    assert.deepEqual(board.erased, []);
    assert.equal(result.type === "flashed" && result.box, "unchanged");
    assert.equal(result.type === "flashed" && result.sentBytes, 0);
  });

  it("leaves the box's files as they are when it has none to write", async () => {
    const board = new FakeBoard({ flash: flashWith(firmwareOf(), oldFiles), boot });
    const result = await flash(board, { firmware: small });
    assert.equal(result.type === "flashed" && result.box, "left");
    assert.ok(has(board, small));
    assert.deepEqual([...filesOn(board).keys()], ["settings.json"]);
  });

  it("writes the box's files alone, to the partition in the board's own table", async () => {
    const board = new FakeBoard({ flash: flashWith(small, oldFiles), boot });
    const result = await flash(board, { box: files });
    assert.equal(result.type === "flashed" && result.box, "written");
    assert.deepEqual([...filesOn(board).keys()], [...files.keys()]);
    assert.deepEqual(
      board.erased.map(({ offset }) => offset),
      [0x18000, 0x10000],
      "first the new copy into the free half, then the old half",
    );
  });

  it("writes no box's files to a board without this firmware", async () => {
    const { problem, message } = failure(await flash(new FakeBoard(), { box: files }));
    assert.equal(problem, "no-box-partition");
    assert.match(message, /flash it without --only-settings first/);
  });

  it("completes with the next run what a cut cable left, wherever it was cut", async () => {
    const old = flashWith(firmwareOf(), oldFiles);
    const inLoader = { isHeld: true, flash: old };
    const byHand = { hasControlLines: false, before: "no-reset", startTimeoutMs: 5 } as const;
    const options = { ...byHand, firmware: small, box: files };
    const whole = new FakeBoard(inLoader);
    whole.bytesUntilCut = 1_000_000;
    await flash(whole, options);
    const length = 1_000_000 - whole.bytesUntilCut;
    const states = new Set<string>();
    for (let cutAt = 500; cutAt < length; cutAt += Math.ceil(length / 24)) {
      const board = new FakeBoard(inLoader);
      board.bytesUntilCut = cutAt;
      const cut = await flash(board, options);
      // Only the restart may be cut without harm.
      if (cut.type === "failed") {
        assert.equal(cut.problem, "port");
        states.add(cut.state);
      }
      const left = filesOn(board).get("settings.json");
      const known = [oldFiles, files].map((each) => String(each.get("settings.json")));
      assert.ok(
        known.includes(Buffer.from(left ?? []).toString()),
        `no files after ${cutAt} bytes`,
      );
      board.bytesUntilCut = Number.POSITIVE_INFINITY;
      const next = await flash(board, options);
      assert.equal(next.type, "flashed", JSON.stringify(next));
      assert.ok(has(board, small), `not mended after ${cutAt} bytes`);
      assert.equal(filesOn(board).size, files.size);
    }
    assert.ok(states.size >= 3, "the cuts came in all of its stages");
  });

  it("has a new board start nothing until all of the firmware is there", async () => {
    const board = new FakeBoard();
    const order: number[] = [];
    board.onCommand = (operation) => {
      if (operation !== 0x13) return;
      const isBootable = board.flash[0x1000] === 0xe9;
      if (isBootable) assert.ok(has(board, small), "a bootloader without a whole firmware");
      order.push(operation);
    };
    await flash(board, { firmware: small });
    assert.ok(order.length > 4);
  });

  it("stops at once when it is cancelled, and says what the board has", async () => {
    const ending = new AbortController();
    const board = new FakeBoard({ boot });
    board.onCommand = (operation) => {
      if (operation === 0x11) ending.abort();
    };
    const { problem, state } = failure(
      await flash(board, { firmware: small, box: files, signal: ending.signal }),
    );
    assert.equal(problem, "cancelled");
    assert.match(state, /firmware on the board is not complete: run the same command again/);
  });

  it("notices that what was written reads back differently", async () => {
    const board = new FakeBoard();
    board.isWornOut = true;
    const { problem, message } = failure(await flash(board, { firmware: small }));
    assert.equal(problem, "not-verified");
    assert.match(message, /firmware\.bin was written, but reads back with another MD5/);
  });

  const refused: readonly [string, FakeBoardOptions, string, RegExp][] = [
    ["an ESP32-S2", { magic: 0x7c6 }, "wrong-chip", /is ESP32-S2, .* plain ESP32/],
    ["an unknown chip", { magic: 0x1234 }, "wrong-chip", /an unknown chip/],
    ["2 MB of flash", { flashId: 0x15 }, "small-flash", /has 2 MB of flash, .* needs 4 MB/],
    ["a flash that does not answer", { flashId: 0xff }, "small-flash", /does not answer/],
    ["flash encryption", { fuses: [1 << 20] }, "locked-chip", /eFuses are burnt/],
    ["secure boot", { fuses: [0, 0, 0, 0, 0, 0, 1 << 4] }, "locked-chip", /eFuses are burnt/],
  ];
  for (const [what, options, problem, words] of refused) {
    it(`refuses ${what}, and changes nothing`, async () => {
      const board = new FakeBoard(options);
      const result = failure(await flash(board, { firmware: small, box: files }));
      assert.equal(result.problem, problem);
      assert.match(result.message, words);
      assert.equal(result.state, "nothing on the board was changed");
      assert.deepEqual(board.erased, []);
    });
  }

  it("takes a flash of 16 MB, and one whose encryption was switched off again", async () => {
    const board = new FakeBoard({ flashId: 0x18, fuses: [0b11 << 20], boot });
    assert.equal((await flash(board, { firmware: small })).type, "flashed");
  });

  it("says to hold BOOT when the board does not enter download mode", async () => {
    const running = new FakeBoard({ hasResetCircuit: false });
    const { problem, message } = failure(await flash(running, { firmware: small }));
    assert.equal(problem, "no-answer");
    assert.match(message, /does not answer: hold its BOOT button/);
  });

  it("works without control lines on a board in download mode, and starts it by a command", async () => {
    const board = new FakeBoard({ isHeld: true });
    const result = await flash(board, {
      firmware: small,
      hasControlLines: false,
      before: "no-reset",
    });
    assert.deepEqual(board.lines, []);
    assert.deepEqual(result.type === "flashed" && result.start, { type: "download-mode" });
  });

  it("does without the stub where a chip does not take it", async () => {
    const board = new FakeBoard({ boot });
    assert.equal((await flash(board, { firmware: small, stub: "auto" })).type, "flashed");
    assert.ok(has(board, small));
  });
});
