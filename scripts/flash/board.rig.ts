import { NorFlash, type NorFlashFaults } from "../../host-sim/board/nor-flash.ts";
import { type ChipModel, chipModels } from "../../host-sim/board/registers.ts";
import { UsbCable, type UsbCableFaults } from "../../host-sim/board/usb-cable.ts";
import { type ProgramSerial, VirtualBoard } from "../../host-sim/board/virtual-board.ts";
import { WebSerialPort } from "../../host-sim/board/web-serial-port.ts";

export interface BoardSetup extends NorFlashFaults, UsbCableFaults {
  readonly content?: Uint8Array;
  readonly chip?: Partial<ChipModel>;
  /** what the firmware prints when it starts */
  readonly prints?: string;
}

export const firstLine = '{"at":4,"type":"connection","state":"network","reason":null}\n';

/** A virtual board with a port like a browser's, which may be plugged in again with another cable. */
export function plugInBoard(setup: BoardSetup = {}) {
  const flash = new NorFlash(setup.content?.slice(), setup);
  const serials: ProgramSerial[] = [];
  const board = new VirtualBoard({
    flash,
    chip: { ...chipModels.esp32, ...setup.chip },
    startProgram: (_, serial) => {
      serials.push(serial);
      serial.write(Buffer.from(setup.prints ?? firstLine));
      return { stop: () => {} };
    },
  });
  const cable = new UsbCable(board, setup);
  const port = new WebSerialPort(cable);
  return {
    flash: flash.bytes,
    board,
    cable,
    port,
    /** what the running program prints */
    print: (text: string) => serials.at(-1)?.write(Buffer.from(text)),
    /** how often a program has started */
    get starts() {
      return serials.length;
    },
  };
}
