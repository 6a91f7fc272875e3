import type { ControlLines, VirtualBoard } from "./virtual-board.ts";

/** A program of the host that has the port open. */
export interface CableEnd {
  /** in Bd; undefined for a port that has no rate, such as a socket */
  readonly baudRate: number | undefined;
  onData(bytes: Uint8Array): void;
  /** The cable has been pulled out. No other call follows. */
  onCut(): void;
}

export interface UsbCableFaults {
  /** pulled out when this many bytes have gone to the board; the last of them still arrives */
  readonly cutAfterBytes?: number;
}

/**
 * The USB cable of a board, with the bridge chip that makes a serial port of it. The board's power
 * comes through it. One program of the host can have the port open.
 */
export class UsbCable {
  readonly #board: VirtualBoard;
  #end: CableEnd | undefined;
  #isPluggedIn = false;
  #bytesUntilCut: number;
  #lines = { dataTerminalReady: false, requestToSend: false };

  /** Plugs it in: the board starts. */
  constructor(board: VirtualBoard, faults: UsbCableFaults = {}) {
    this.#board = board;
    this.#bytesUntilCut = faults.cutAfterBytes ?? Number.POSITIVE_INFINITY;
    board.onOutput = (bytes, baudRate) => {
      const rate = this.#end?.baudRate;
      if (rate === undefined || rate === baudRate) this.#end?.onData(bytes);
    };
    this.plugIn();
  }

  get board(): VirtualBoard {
    return this.#board;
  }

  plugIn(): void {
    this.#isPluggedIn = true;
    this.#board.powerOn();
  }

  /** Pulls it out: the port is gone, and the board has no power. */
  cut(): void {
    if (!this.#isPluggedIn) return;
    this.#isPluggedIn = false;
    this.#bytesUntilCut = Number.POSITIVE_INFINITY;
    this.setLines({ dataTerminalReady: false, requestToSend: false });
    this.#board.powerOff();
    const end = this.#end;
    this.#end = undefined;
    end?.onCut();
  }

  open(end: CableEnd): "open" | "busy" | "no port" {
    if (!this.#isPluggedIn) return "no port";
    if (this.#end !== undefined) return "busy";
    this.#end = end;
    return "open";
  }

  /** The lines stay as they are. */
  close(end: CableEnd): void {
    if (this.#end === end) this.#end = undefined;
  }

  /** Bytes from the host; lost if it does not have the port open. */
  write(end: CableEnd, bytes: Uint8Array): void {
    if (this.#end !== end) return;
    const arriving = bytes.subarray(0, this.#bytesUntilCut);
    this.#bytesUntilCut -= arriving.length;
    this.#board.receive(arriving, end.baudRate);
    if (this.#bytesUntilCut === 0) this.cut();
  }

  setLines(lines: ControlLines): void {
    this.#lines = { ...this.#lines, ...lines };
    this.#board.setControlLines(this.#lines);
  }
}
