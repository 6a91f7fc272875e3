import type { ReadableStream, WritableStream } from "node:stream/web";
import type { SerialPort } from "serialport";
import { messageOf, UserError } from "../command-line/user-error.ts";
import type { BoardPort, ControlLines } from "./board-port.ts";
import { streamsOf } from "./duplex-streams.ts";
import { lostError, openError } from "./open-error.ts";

/**
 * The optional package for serial ports.
 * @throws UserError when it is not installed, or has no binary for this machine
 */
export async function loadSerialPort(): Promise<typeof SerialPort> {
  try {
    return (await import("serialport")).SerialPort;
  } catch (cause) {
    throw new UserError(
      'the package "serialport" cannot be loaded: run "npm ci" again without --omit=optional, or use --port socket://host:port',
      { cause },
    );
  }
}

type Callback = (error: Error | null | undefined) => void;

const done = (start: (callback: Callback) => void) =>
  new Promise<void>((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()));
  });

/** A serial port of this machine. */
export class UsbSerialPort implements BoardPort {
  readonly #path: string;
  readonly #usb: { readonly usbVendorId?: number; readonly usbProductId?: number };
  #port: SerialPort | undefined;
  #readable: ReadableStream<Uint8Array> | null = null;
  #writable: WritableStream<Uint8Array> | null = null;
  #lines = { dtr: false, rts: false, brk: false };

  constructor(path: string, usb: { usbVendorId?: number; usbProductId?: number } = {}) {
    this.#path = path;
    this.#usb = usb;
  }

  get readable(): ReadableStream<Uint8Array> | null {
    return this.#readable;
  }

  get writable(): WritableStream<Uint8Array> | null {
    return this.#writable;
  }

  /** Both control lines are off afterwards, so that the board is neither reset nor held. */
  async open({ baudRate }: { readonly baudRate: number }): Promise<void> {
    const Port = await loadSerialPort();
    const port = new Port({ path: this.#path, baudRate, autoOpen: false });
    try {
      await done((callback) => port.open(callback));
    } catch (error) {
      throw openError(this.#path, error);
    }
    this.#port = port;
    const { readable, writable } = streamsOf(port, (cause) => lostError(this.#path, cause));
    this.#readable = readable;
    this.#writable = writable;
    // The system turns both lines on when it opens a port. They must go off together: with one of them
    // on, the reset circuit of a board holds the chip in reset, or pulls down its boot pin.
    this.#lines = { dtr: false, rts: false, brk: false };
    await this.#applyLines(port);
  }

  async close(): Promise<void> {
    this.#readable = null;
    this.#writable = null;
    const port = this.#port;
    this.#port = undefined;
    if (port?.isOpen) await done((callback) => port.close(callback));
  }

  async setSignals(lines: ControlLines): Promise<void> {
    this.#lines = {
      dtr: lines.dataTerminalReady ?? this.#lines.dtr,
      rts: lines.requestToSend ?? this.#lines.rts,
      brk: lines.break ?? this.#lines.brk,
    };
    if (this.#port === undefined) throw lostError(this.#path);
    await this.#applyLines(this.#port);
  }

  async setBaudRate(baudRate: number): Promise<void> {
    const port = this.#port;
    if (port === undefined) throw lostError(this.#path);
    await done((callback) => port.update({ baudRate }, callback));
  }

  getInfo() {
    return this.#usb;
  }

  /** serialport sets every line on each call, so all of them are named. */
  async #applyLines(port: SerialPort): Promise<void> {
    try {
      await done((callback) => port.set(this.#lines, callback));
    } catch (error) {
      // A pseudo-terminal has no control lines.
      if (/inappropriate ioctl|ENOTTY|not supported/i.test(messageOf(error))) return;
      throw port.isOpen ? error : lostError(this.#path, error);
    }
  }
}
