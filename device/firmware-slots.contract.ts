import assert from "node:assert/strict";
import { type BootSlot, boot } from "../host-sim/board/bootloader.ts";
import type { BoardSlotsOptions } from "../host-sim/board/firmware-slots.ts";
import { firmwareImage, flashWith } from "./core/update.rig.ts";
import { type FirmwareSlots, firmwareSectorBytes } from "./hal.ts";

/** A board whose slots are an implementation under test. */
export interface SlotsUnderTest {
  /** of the firmware that runs */
  readonly slots: FirmwareSlots;
  /** 0 or 1; undefined if nothing starts */
  readonly running: number | undefined;
  /** how often the firmware has restarted the chip */
  readonly restarts: number;
  /** Resets the chip: the bootloader chooses, and the slots are opened again. */
  reset(): void;
}

export const oldFirmware = firmwareImage("1.0.0", 10_000);
export const newFirmware = firmwareImage("1.1.0", 20_000);

/** A virtual board with a firmware in its first slot. @param open opens the slots at each start */
export function slotsBoard(open: (options: BoardSlotsOptions) => FirmwareSlots): SlotsUnderTest {
  const flash = flashWith(oldFirmware);
  let running: BootSlot | undefined;
  let slots: FirmwareSlots | undefined;
  let restarts = 0;
  const board = {
    get slots() {
      assert.ok(slots, "nothing runs");
      return slots;
    },
    get running() {
      return running?.index;
    },
    get restarts() {
      return restarts;
    },
    reset() {
      running = boot(flash.bytes, flash);
      const restart = () => {
        restarts += 1;
      };
      slots = running && open({ flash: flash.bytes, writer: flash, running, restart });
    },
  };
  board.reset();
  return board;
}

/** Brings a firmware into the other slot, as an update does. */
export function fill(slots: FirmwareSlots, image: Uint8Array): void {
  slots.forgetOther();
  for (let at = 0; at < image.length; at += firmwareSectorBytes) {
    slots.erase(at, firmwareSectorBytes);
    slots.write(at, image.subarray(at, at + firmwareSectorBytes));
  }
}

/** Every observable rule of `FirmwareSlots`, for one implementation. */
export function describeSlots(name: string, make: () => SlotsUnderTest): void {
  describe(`the slots of ${name}`, () => {
    let board: SlotsUnderTest;

    beforeEach(() => {
      board = make();
    });

    it("are a valid firmware and another place for one", () => {
      const { slots } = board;
      assert.equal(board.running, 0);
      assert.equal(slots.runningState, "valid");
      assert.equal(slots.hasOtherFailed, false);
      assert.ok(slots.otherLength > 0 && slots.otherLength % firmwareSectorBytes === 0);
    });

    it("are erased by the sector, and have what was written", () => {
      const { slots } = board;
      slots.erase(0, 2 * firmwareSectorBytes);
      slots.write(firmwareSectorBytes, Uint8Array.of(1, 2, 3));
      assert.deepEqual([...slots.read(firmwareSectorBytes - 1, 4)], [0xff, 1, 2, 3]);
      slots.erase(firmwareSectorBytes, firmwareSectorBytes);
      assert.deepEqual([...slots.read(firmwareSectorBytes, 3)], [0xff, 0xff, 0xff]);
    });

    it("refuse what is outside of the other slot, or no whole sector", () => {
      const { slots } = board;
      const end = slots.otherLength;
      assert.throws(() => slots.erase(end, firmwareSectorBytes));
      assert.throws(() => slots.erase(100, firmwareSectorBytes));
      assert.throws(() => slots.erase(0, 100));
      assert.throws(() => slots.write(end - 1, new Uint8Array(2)));
      assert.throws(() => slots.read(end - 1, 2));
    });

    it("start nothing that is no firmware", () => {
      assert.throws(() => board.slots.select());
      board.reset();
      assert.equal(board.running, 0);
    });

    it("start the new firmware on trial, and keep it once it is confirmed", () => {
      fill(board.slots, newFirmware);
      board.slots.select();
      board.reset();
      assert.equal(board.running, 1);
      assert.equal(board.slots.runningState, "trial");
      board.slots.confirm();
      assert.equal(board.slots.runningState, "valid");
      board.reset();
      assert.equal(board.running, 1);
      assert.equal(board.slots.runningState, "valid");
    });

    it("go back to the old firmware after a reset in the trial", () => {
      fill(board.slots, newFirmware);
      board.slots.select();
      board.reset();
      board.reset();
      assert.equal(board.running, 0);
      assert.equal(board.slots.runningState, "valid");
      assert.equal(board.slots.hasOtherFailed, true);
      board.slots.forgetOther();
      assert.equal(board.slots.hasOtherFailed, false);
      board.reset();
      assert.equal(board.running, 0);
    });

    it("go back to the old firmware when the new one says so", () => {
      fill(board.slots, newFirmware);
      board.slots.select();
      board.reset();
      board.slots.rollBack();
      assert.equal(board.restarts, 1);
      board.reset();
      assert.equal(board.running, 0);
      assert.equal(board.slots.hasOtherFailed, true);
    });

    it("take one update after another", () => {
      for (const running of [1, 0, 1]) {
        fill(board.slots, newFirmware);
        board.slots.select();
        board.reset();
        assert.equal(board.running, running);
        board.slots.confirm();
      }
    });

    it("take an update again that has failed", () => {
      for (let i = 0; i < 3; i++) {
        fill(board.slots, newFirmware);
        board.slots.select();
        board.reset();
        assert.equal(board.running, 1);
        board.reset();
        assert.equal(board.running, 0);
      }
    });

    it("restart the chip", () => {
      board.slots.restart();
      assert.equal(board.restarts, 1);
    });
  });
}
