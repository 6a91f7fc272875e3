import type { ReadableStream, WritableStream } from "node:stream/web";
import { UserError } from "../command-line/user-error.ts";

/** The lines of a serial port that a board's reset circuit is wired to. A line that is left out stays. */
export interface ControlLines {
  readonly dataTerminalReady?: boolean;
  readonly requestToSend?: boolean;
  readonly break?: boolean;
}

/**
 * A board's serial port: the part of the Web Serial API (https://wicg.github.io/serial/) that is used
 * here, so that a browser's port fits too. Streams exist only while the port is open.
 */
export interface BoardPort {
  /** fails with a {@link PortError} when the port is lost */
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
  /** @throws PortError */
  open(options: { readonly baudRate: number }): Promise<void>;
  /** A port that is not open stays closed. */
  close(): Promise<void>;
  /** Sets all lines that are named in one step. A port without control lines ignores it. */
  setSignals(lines: ControlLines): Promise<void>;
  getInfo(): { readonly usbVendorId?: number; readonly usbProductId?: number };
  /**
   * Changes the speed of an open port. Not in Web Serial; where it is missing, the port is closed and
   * opened again, which resets some boards.
   */
  setBaudRate?(baudRate: number): Promise<void>;
}

/** Speed of the firmware's output, and of the chip's ROM. */
export const consoleBaudRate = 115_200;

export type PortProblem = "missing" | "busy" | "forbidden" | "unreachable" | "lost" | "other";

/** A port that cannot be used: one line for the user, and a code for programs. */
export class PortError extends UserError {
  readonly problem: PortProblem;

  constructor(problem: PortProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** Whether an error is that of a port: ours, or a browser's. */
export const isPortFailure = (error: unknown): error is Error =>
  error instanceof PortError || error instanceof DOMException;
