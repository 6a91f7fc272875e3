import type { SiteTime } from "../site/time.ts";
import { NorFlash, type NorFlashFaults } from "./nor-flash.ts";
import type { ChipModel } from "./registers.ts";
import { UsbCable, type UsbCableFaults } from "./usb-cable.ts";
import { type ProgramChip, type ProgramSerial, VirtualBoard } from "./virtual-board.ts";

export interface BoardSetup extends NorFlashFaults, UsbCableFaults {
  readonly content?: Uint8Array;
  readonly chip?: ChipModel;
  readonly time?: SiteTime;
}

interface Program {
  readonly flash: Uint8Array;
  readonly serial: ProgramSerial;
  readonly chip: ProgramChip;
  stops: number;
}

/** A plugged-in board whose program prints `hello`, and repeats what it hears in capital letters. */
export function plugIn(setup: BoardSetup = {}) {
  const flash = new NorFlash(setup.content, setup);
  const programs: Program[] = [];
  const { chip: model, time } = setup;
  const board = new VirtualBoard({
    flash,
    startProgram: (bytes, serial, chip) => {
      const program = { flash: bytes, serial, chip, stops: 0 };
      programs.push(program);
      serial.write(Buffer.from("hello\n"));
      serial.onData = (heard) => {
        serial.write(Buffer.from(Buffer.from(heard).toString().toUpperCase()));
      };
      return {
        stop: () => {
          program.stops += 1;
        },
      };
    },
    ...(model === undefined ? {} : { chip: model }),
    ...(time === undefined ? {} : { time }),
  });
  const cable = new UsbCable(board, setup);
  return { flash, board, cable, programs };
}

/** Bytes that are like a program: half of them repeat, half of them do not. */
export function programBytes(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, (_, i) => {
    state = (state * 48_271) % 2_147_483_647;
    return i % 512 < 256 ? i % 7 : state & 0xff;
  });
}
