import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { BoxData, type BoxFiles } from "../../device/box-data.ts";
import { MemoryFlash } from "../../host-sim/hardware/flash.ts";
import { UserError } from "../command-line/user-error.ts";
import { boxPartition } from "../firmware/box-files.ts";
import { firmwareOf, flashOf, partsOf, secureFirmwareOf } from "../package/firmware.rig.ts";
import type { FirmwarePackage } from "../package/firmware-package.ts";
import { type BoardSetup, firstLine, plugInBoard } from "./board.rig.ts";
import { type FlashOptions, type FlashResult, flashBoard } from "./flash-board.ts";

type Board = ReturnType<typeof plugInBoard>;

const filesOf = (thingName: string): BoxFiles =>
  new Map([
    ["settings.json", Buffer.from(JSON.stringify({ thingName }))],
    ["private-key.der", new Uint8Array(1_200).fill(thingName.length)],
  ]);
const files = filesOf("lot-1");
const oldFiles = filesOf("the old one");
const small = firmwareOf({ parts: partsOf(3_000) });
const older = firmwareOf({ parts: partsOf(9_000, 3) });

/** A flash with a firmware and a box's files on it. */
function flashWith(firmware: FirmwarePackage, box: BoxFiles): Uint8Array {
  const flash = flashOf(firmware);
  flash.set(boxPartition(box), firmware.box.offset);
  return flash;
}

function thingOn({ flash }: Board): unknown {
  const data = new BoxData(new MemoryFlash(flash.slice(0x10000, 0x20000)));
  const settings = data.read("settings.json");
  return settings && JSON.parse(Buffer.from(settings).toString()).thingName;
}

/** The bootloader writes otadata at the first start. */
const otadata = { start: 0xe000, end: 0x10000 };

const has = ({ flash }: Board, { parts }: FirmwarePackage) =>
  parts.every(
    ({ offset, bytes }) =>
      offset === otadata.start ||
      Buffer.from(bytes).equals(flash.subarray(offset, offset + bytes.length)),
  );

const withoutOtadata = (flash: Uint8Array) => flash.slice().fill(0xff, otadata.start, otadata.end);

async function flash(board: Board, options: Partial<FlashOptions> = {}): Promise<FlashResult> {
  const result = await flashBoard({
    port: board.port,
    hasControlLines: true,
    before: "reset",
    stub: "never",
    baudRate: 115_200,
    signal: new AbortController().signal,
    startTimeoutMs: 500,
    onStage: () => {},
    onProgress: () => {},
    ...options,
  });
  assert.equal(board.port.readable, null, "the port is left open");
  return result;
}

/** EN rises slowly. */
async function inLoader({ board }: Board): Promise<void> {
  while (board.state !== "download") await sleep(1);
}

function failure(result: FlashResult) {
  return result.type === "failed" ? result : assert.fail("it did not fail");
}

function success(result: FlashResult) {
  return result.type === "flashed" ? result : assert.fail(JSON.stringify(result));
}

describe("flashing a board", function () {
  this.timeout(30_000);
  this.slow(2_000);
  const boards: Board[] = [];
  const plugIn = (setup?: BoardSetup) => {
    const board = plugInBoard(setup);
    boards.push(board);
    return board;
  };
  afterEach(() => {
    for (const { board } of boards.splice(0)) board.powerOff();
  });

  it("writes the parts that differ and the box's files, verifies them, and sees the firmware start", async () => {
    const board = plugIn();
    const stages: string[] = [];
    const result = await flash(board, {
      firmware: small,
      box: files,
      onStage: (stage) => stages.push(stage.type === "write" ? stage.file : stage.type),
    });
    assert.deepEqual(success(result).start, { type: "started", line: JSON.parse(firstLine) });
    assert.ok(has(board, small));
    assert.equal(thingOn(board), "lot-1");
    // What chooses the slot is erased flash, which a new board has already.
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
  });

  it("writes nothing that the board has already, except which slot starts", async () => {
    const board = plugIn({ content: flashWith(small, files) });
    const before = withoutOtadata(board.flash);
    const result = success(await flash(board, { firmware: small, box: files }));
    assert.ok(result.sentBytes < 100, "an empty otadata");
    assert.equal(result.box, "unchanged");
    assert.deepEqual(withoutOtadata(board.flash), before);
  });

  it("leaves the box's files as they are when it has none to write", async () => {
    const board = plugIn({ content: flashWith(older, oldFiles) });
    assert.equal(success(await flash(board, { firmware: small })).box, "left");
    assert.ok(has(board, small));
    assert.equal(thingOn(board), "the old one");
  });

  it("writes the box's files alone, and leaves nothing of the old ones", async () => {
    const board = plugIn({ content: flashWith(small, oldFiles) });
    const result = success(await flash(board, { box: files }));
    assert.deepEqual([result.box, result.parts], ["written", []]);
    assert.equal(thingOn(board), "lot-1");
    assert.ok(!Buffer.from(board.flash).includes("the old one"));
    assert.ok(has(board, small));
  });

  it("writes no box's files to a board without this firmware", async () => {
    const { problem, message } = failure(await flash(plugIn(), { box: files }));
    assert.equal(problem, "no-box-partition");
    assert.match(message, /flash it without --only-settings first/);
  });

  it("has whole files of the box wherever a cable is cut, and the next run completes it", async () => {
    const content = flashWith(older, oldFiles);
    // With BOOT held, there is no time to wait for resets.
    const byHand = { hasControlLines: false, before: "no-reset" } as const;
    const options = { ...byHand, firmware: small, box: files };
    const states = new Set<string>();
    let isDone = false;
    for (let cutAfterBytes = 300; !isDone; cutAfterBytes += 301) {
      const board = plugIn({ content, cutAfterBytes });
      board.board.pressBoot(true);
      await inLoader(board);
      const cut = await flash(board, options);
      if (cut.type === "flashed") {
        isDone = true;
        continue;
      }
      assert.equal(cut.problem, "port", cut.message);
      states.add(cut.state);
      assert.ok(
        ["the old one", "lot-1"].includes(String(thingOn(board))),
        `${cutAfterBytes} bytes`,
      );
      board.cable.plugIn();
      await inLoader(board);
      const next = success(await flash(board, options));
      assert.equal(next.start.type, "started");
      assert.ok(has(board, small), `not complete after ${cutAfterBytes} bytes`);
      assert.equal(thingOn(board), "lot-1");
    }
    assert.equal(states.size, 4, "the cuts came in all of its stages");
  });

  it("has a new board start nothing until all of the firmware is there", async () => {
    const board = plugIn();
    let writes = 0;
    const others = { ...small, parts: small.parts.filter(({ offset }) => offset !== 0x1000) };
    const look = () => {
      writes++;
      if (board.flash[0x1000] === 0xe9) assert.ok(has(board, others));
    };
    await flash(board, { firmware: small, onProgress: look });
    assert.ok(writes > 6);
    assert.equal(board.starts, 1);
  });

  it("stops at once when it is cancelled, and says what the board has", async () => {
    const ending = new AbortController();
    const stages: string[] = [];
    const result = await flash(plugIn(), {
      firmware: small,
      box: files,
      signal: ending.signal,
      onStage: ({ type }) => stages.push(type),
      onProgress: () => {
        if (stages.at(-1) === "write") ending.abort();
      },
    });
    const { problem, state } = failure(result);
    assert.equal(problem, "cancelled");
    assert.equal(state, "the firmware on the board is not complete: run the same command again");
    assert.deepEqual(stages, ["connect", "check", "compare", "write"]);
  });

  it("notices that what was written reads back differently", async () => {
    const board = plugIn({ weakAt: 0x20000 + 1_000 });
    const { problem, message, state } = failure(await flash(board, { firmware: small }));
    assert.equal(problem, "not-verified");
    assert.match(message, /firmware\.bin was written, but reads back with another MD5/);
    assert.match(state, /the firmware on the board is not complete/);
  });

  const fuse = 0x3ff5_a000;
  const refused: readonly [string, BoardSetup["chip"], string, RegExp][] = [
    ["an ESP32-S2", { magic: 0x7c6 }, "wrong-chip", /is ESP32-S2, .* plain ESP32/],
    ["an ESP32-S3", { magic: 9, chipId: 9 }, "wrong-chip", /is ESP32-S3/],
    ["an unknown chip", { magic: 0x1234 }, "wrong-chip", /is an unknown chip/],
    [
      "a chip of a later kind",
      { magic: 1, chipId: 999 },
      "wrong-chip",
      /unknown chip \(number 999\)/,
    ],
    ["2 MB of flash", { flashId: 0x15_40_ef }, "small-flash", /has 2 MB of flash, .* needs 4 MB/],
    ["a flash that does not answer", { flashId: 0xff_ff_ff }, "small-flash", /does not answer/],
    ["flash encryption", { registers: new Map([[fuse, 1 << 20]]) }, "locked-chip", /eFuses/],
    ["secure boot", { registers: new Map([[fuse + 0x18, 1 << 4]]) }, "locked-chip", /eFuses/],
  ];
  for (const [what, chip, problem, words] of refused) {
    it(`refuses ${what}, and changes nothing`, async () => {
      const board = plugIn({ chip: chip ?? {} });
      const result = failure(await flash(board, { firmware: small, box: files }));
      assert.equal(result.problem, problem);
      assert.match(result.message, words);
      assert.equal(result.state, "nothing on the board was changed");
      assert.ok(board.flash.every((byte) => byte === 0xff));
    });
  }

  it("refuses a secure firmware for a chip without Secure Boot V2", async () => {
    // ESP32-D0WDQ6 of revision 1: without the second bit of eFuses, and without the APB's.
    const registers = new Map([
      [fuse + 20, 0],
      [0x3ff6_607c, 0],
    ]);
    const board = plugIn({ chip: { registers } });
    const result = failure(await flash(board, { firmware: secureFirmwareOf(), box: files }));
    assert.equal(result.problem, "old-chip");
    assert.match(result.message, /has revision 1, but Secure Boot needs revision 3/);
    assert.ok(board.flash.every((byte) => byte === 0xff));
    assert.equal(success(await flash(board, { firmware: small })).start.type, "started");
  });

  it("takes a flash of 16 MB, and a chip whose encryption was switched off again", async () => {
    const registers = new Map([[fuse, 0b11 << 20]]);
    const board = plugIn({ chip: { flashId: 0x18_40_ef, registers } });
    assert.equal(success(await flash(board, { firmware: small })).start.type, "started");
  });

  it("says to hold BOOT when the board does not answer, and whether it runs", async () => {
    const board = plugIn({ content: flashWith(small, files) });
    // Its circuit does not pull GPIO 0 down, as on some boards with a large capacitor.
    board.cable.setLines = () => board.board.pressReset();
    const { problem, message } = failure(await flash(board, { firmware: small }));
    assert.equal(problem, "no-answer");
    assert.match(message, /runs, but does not enter download mode: hold its BOOT button/);
  });

  it("says that a secure chip takes nothing over the port any more", async () => {
    const board = plugIn({
      prints: "Download mode is disabled.\n",
      content: flashWith(small, files),
    });
    board.cable.setLines = () => board.board.pressReset();
    const { problem, message } = failure(await flash(board, { firmware: small }));
    assert.equal(problem, "locked-chip");
    assert.match(message, /download mode is switched off for good/);
  });

  it("works on a board that is in download mode already, and starts it by a command", async () => {
    const board = plugIn();
    board.board.pressBoot(true);
    board.board.pressReset();
    await inLoader(board);
    const byHand = { hasControlLines: false, before: "no-reset" } as const;
    const result = success(await flash(board, { firmware: small, box: files, ...byHand }));
    assert.equal(result.start.type, "started");
    assert.ok(has(board, small));
  });

  it("does without the stub where a chip does not take it", async () => {
    const board = plugIn();
    const result = success(await flash(board, { firmware: small, stub: "auto" }));
    assert.equal(result.start.type, "started");
  });

  it("says what the board prints instead of the firmware's first line", async () => {
    const panic = "Guru Meditation Error: Core  0 panic'ed (LoadProhibited)\r\n";
    const board = plugIn({ prints: panic });
    const { start } = success(await flash(board, { firmware: small }));
    assert.deepEqual(start, { type: "panic", reason: panic.trim() });
  });

  it("passes on that a package for ports is missing", async () => {
    const board = plugIn();
    const missing = new UserError("the package cannot be loaded");
    board.port.open = () => Promise.reject(missing);
    await assert.rejects(flash(board, { firmware: small }), missing);
  });

  it("says that a port is in use", async () => {
    const board = plugIn();
    await board.port.open({ baudRate: 115_200 });
    const result = flashBoard({
      port: board.port,
      hasControlLines: true,
      before: "reset",
      stub: "never",
      baudRate: 115_200,
      signal: new AbortController().signal,
      onStage: () => {},
      onProgress: () => {},
    });
    assert.match(failure(await result).message, /the port cannot be opened \(.*already open\)/);
  });
});
