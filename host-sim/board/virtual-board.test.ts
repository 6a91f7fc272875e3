import assert from "node:assert/strict";
import sinon from "sinon";
import { firmwareImage, flashWith } from "../../device/core/update.rig.ts";
import { fill, newFirmware, oldFirmware } from "../../device/firmware-slots.contract.ts";
import type { FirmwareSlots } from "../../device/hal.ts";
import { wholeFlash } from "../esp32/flash-image.rig.ts";
import { type BoardSetup, plugIn } from "./board.rig.ts";
import { commandOf, le } from "./rom-loader.rig.ts";
import { bootWatchdogMs, enableRiseMs } from "./virtual-board.ts";

const sync = commandOf(0x08, Buffer.concat([le(0x2012_0707), Buffer.alloc(32, 0x55)]));

describe("VirtualBoard", () => {
  let clock: sinon.SinonFakeTimers;
  let printed: string;
  let board: ReturnType<typeof plugIn>["board"];
  let programs: ReturnType<typeof plugIn>["programs"];

  beforeEach(() => {
    clock = sinon.useFakeTimers();
    printed = "";
  });

  afterEach(() => clock.restore());

  function start(setup: BoardSetup = { content: wholeFlash() }): void {
    ({ board, programs } = plugIn(setup));
    board.onOutput = (bytes) => {
      printed += Buffer.from(bytes).toString("latin1");
    };
    clock.tick(enableRiseMs);
  }

  const setLines = (dataTerminalReady: boolean, requestToSend: boolean) =>
    board.setControlLines({ dataTerminalReady, requestToSend });

  /** esptool's ClassicReset, with one line set at a time. */
  function resetIntoLoader(): void {
    setLines(false, false);
    setLines(false, true);
    clock.tick(100);
    setLines(true, true);
    clock.tick(1);
    setLines(true, false);
    clock.tick(50);
    setLines(false, false);
  }

  function resetIntoProgram(): void {
    setLines(false, true);
    clock.tick(100);
    setLines(false, false);
    clock.tick(enableRiseMs);
  }

  it("starts the firmware that its program has put into the other slot, and the old one again", () => {
    const { bytes } = flashWith(oldFirmware);
    bytes.set(firmwareImage("bootloader", 1_000), 0x1000);
    start({ content: bytes });
    const slots: FirmwareSlots | undefined = programs[0]?.chip.slots;
    assert.ok(slots);
    fill(slots, newFirmware);
    slots.select();
    slots.restart();
    assert.equal(programs.length, 1, "on a later turn");
    clock.tick(0);
    assert.match(printed, /rst:0x3 \(SW_RESET\)/);
    const [old, trial] = programs;
    assert.equal(old?.stops, 1);
    assert.deepEqual([trial?.chip.slot.index, trial?.chip.slots?.runningState], [1, "trial"]);
    board.pressReset();
    clock.tick(enableRiseMs);
    assert.deepEqual(
      [programs[2]?.chip.slot.index, programs[2]?.chip.slots?.hasOtherFailed],
      [0, true],
    );
  });

  it("boots when it has power, and starts its program", () => {
    start();
    assert.equal(board.state, "running");
    assert.match(
      printed,
      /rst:0x1 \(POWERON_RESET\),boot:0x13 \(SPI_FAST_FLASH_BOOT\)\r\nhello\n$/,
    );
    assert.equal(programs[0]?.flash[0x1000], 0xe9, "the program has the flash");
  });

  it("connects the program to the serial port", () => {
    start();
    printed = "";
    board.receive(Buffer.from("open"));
    assert.equal(printed, "OPEN");
  });

  it("waits for EN to rise before it reads IO0", () => {
    ({ board } = plugIn({ content: wholeFlash() }));
    clock.tick(enableRiseMs - 1);
    assert.equal(board.state, "reset");
    clock.tick(1);
    assert.equal(board.state, "running");
  });

  it("goes into its loader by esptool's reset, and says so", () => {
    start();
    resetIntoLoader();
    assert.equal(board.state, "download");
    assert.equal(programs[0]?.stops, 1, "the program has ended");
    assert.match(printed, /boot:0x3 \(DOWNLOAD_BOOT[^\r]*\r\nwaiting for download\r\n$/);
    printed = "";
    board.receive(sync);
    assert.equal(Buffer.from(printed, "latin1").length, 8 * 14);
  });

  it("runs again by a reset without DTR", () => {
    start();
    resetIntoLoader();
    resetIntoProgram();
    assert.equal(board.state, "running");
    assert.equal(programs.length, 2);
    board.receive(sync);
    assert.ok(!printed.endsWith("\xc0"), "no loader answers");
  });

  it("is in reset as long as RTS is asserted alone, and is silent", () => {
    start();
    printed = "";
    setLines(false, true);
    clock.tick(5_000);
    assert.equal(board.state, "reset");
    board.receive(sync);
    programs[0]?.serial.write(Buffer.from("late"));
    assert.equal(printed, "");
    setLines(false, false);
    clock.tick(enableRiseMs);
    assert.equal(board.state, "running");
  });

  it("ignores both lines together, as a system asserts them when it opens a port", () => {
    start();
    setLines(true, true);
    clock.tick(100);
    setLines(false, false);
    clock.tick(100);
    assert.equal(programs[0]?.stops, 0);
    assert.equal(board.state, "running");
  });

  it("has buttons", () => {
    start();
    board.pressBoot(true);
    board.pressReset();
    clock.tick(enableRiseMs);
    assert.equal(board.state, "download");
    board.pressBoot(false);
    board.pressReset();
    clock.tick(enableRiseMs);
    assert.equal(board.state, "running");
  });

  it("prints what the ROM prints without a bootloader, again and again", () => {
    start({});
    assert.equal(board.state, "not bootable");
    assert.equal(printed.match(/invalid header: 0xffffffff\r\n/g)?.length, 4);
    clock.tick(bootWatchdogMs);
    assert.match(printed, /rst:0x10 \(RTCWDT_RTC_RESET\)/);
    assert.equal(printed.match(/invalid header: 0xffffffff\r\n/g)?.length, 8);
    resetIntoLoader();
    clock.tick(10 * bootWatchdogMs);
    assert.equal(board.state, "download", "the watchdog leaves the loader alone");
    assert.equal(programs.length, 0);
  });

  it("prints the bootloader's words without an application", () => {
    const content = wholeFlash();
    content.fill(0xff, 0x2_0000, 0x2_1000);
    start({ content });
    assert.match(printed, /No bootable app partitions/);
    assert.equal(programs.length, 0);
  });

  it("runs its program when the loader is left", () => {
    start();
    resetIntoLoader();
    printed = "";
    board.receive(commandOf(0x04, le(1)));
    assert.equal(board.state, "running");
    assert.equal(programs.length, 2);
    assert.match(printed, /\xc0hello\n$/, "there is no reset between");
  });

  it("waits at the ROM's prompt when the loader is left for no program", () => {
    start({});
    resetIntoLoader();
    board.receive(commandOf(0x04, le(1)));
    assert.match(printed, /flash read err, 631\r\n.*>$/s);
    clock.tick(10 * bootWatchdogMs);
    assert.match(printed, />$/);
  });

  it("comes back to the loader by a restart of the chip alone", () => {
    start();
    resetIntoLoader();
    printed = "";
    board.receive(commandOf(0x12, le(0)));
    assert.match(printed, /rst:0x3 \(SW_RESET\),boot:0x3 .*waiting for download\r\n$/s);
    assert.equal(board.state, "download");
  });

  it("is dark without power, and comes back with it", () => {
    start();
    board.powerOff();
    assert.equal(programs[0]?.stops, 1);
    printed = "";
    board.pressReset();
    setLines(false, true);
    setLines(false, false);
    clock.tick(1_000);
    assert.deepEqual([board.state, printed], ["off", ""]);
    board.powerOn();
    clock.tick(enableRiseMs);
    assert.equal(board.state, "running");
  });

  it("in its loader, takes the rate of the first bytes, then hears no other", () => {
    start();
    resetIntoLoader();
    const answers = (baudRate: number) => {
      printed = "";
      board.receive(sync, baudRate);
      return printed.length > 0;
    };
    assert.equal(answers(460_800), true);
    assert.equal(answers(115_200), false);
    board.receive(commandOf(0x0f, le(921_600, 0)), 460_800);
    assert.deepEqual([answers(460_800), answers(921_600)], [false, true]);
    resetIntoProgram();
    printed = "";
    board.receive(Buffer.from("a"), 921_600);
    board.receive(Buffer.from("b"), 115_200);
    assert.equal(printed, "B");
  });
});
