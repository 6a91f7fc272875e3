import {
  ReadableStream,
  type ReadableStreamDefaultController,
  WritableStream,
} from "node:stream/web";
import { messageOf } from "../command-line/user-error.ts";
import {
  type BoardPort,
  type ControlLines,
  consoleBaudRate,
  PortError,
} from "../serial/board-port.ts";

export interface KeptPortListener {
  /** All that arrives, also while a loader uses the port. */
  onBytes(bytes: Uint8Array): void;
  /** The cable was pulled, or the board lost its power. */
  onLost(error: PortError): void;
}

interface Connection {
  readonly reader: { cancel(): Promise<void> };
  readonly writer: { write(bytes: Uint8Array): Promise<void>; releaseLock(): void };
  /** settled when nothing more is read */
  readonly pumped: Promise<void>;
}

/**
 * A board's port that stays open from one use to the next: opening a port resets some boards, and
 * between two uses no line of the firmware may be lost. `open` and `close` only begin and end a use;
 * {@link release} closes the port.
 */
export class KeptPort implements BoardPort {
  readonly #port: BoardPort;
  readonly #listener: KeptPortListener;
  #connection: Connection | undefined;
  #baudRate = consoleBaudRate;
  #isReopening = false;
  #connecting: Promise<void> | undefined;
  #readable: ReadableStream<Uint8Array> | null = null;
  #writable: WritableStream<Uint8Array> | null = null;
  #source: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(port: BoardPort, listener: KeptPortListener) {
    this.#port = port;
    this.#listener = listener;
  }

  get isOpen(): boolean {
    return this.#connection !== undefined;
  }

  get readable(): ReadableStream<Uint8Array> | null {
    return this.#readable;
  }

  get writable(): WritableStream<Uint8Array> | null {
    return this.#writable;
  }

  getInfo(): { readonly usbVendorId?: number; readonly usbProductId?: number } {
    return this.#port.getInfo();
  }

  /** Begins a use. @throws PortError */
  async open({ baudRate }: { readonly baudRate: number }): Promise<void> {
    await this.listen(baudRate);
    this.#readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#source = controller;
      },
      cancel: () => {
        this.#source = undefined;
      },
    });
    this.#writable = new WritableStream<Uint8Array>({ write: (bytes) => this.send(bytes) });
  }

  /** Ends a use. The port stays open. */
  async close(): Promise<void> {
    this.#source?.close();
    this.#source = undefined;
    this.#readable = null;
    this.#writable = null;
  }

  /** Opens the port without a use of its own. @throws PortError */
  async listen(baudRate: number = consoleBaudRate): Promise<void> {
    if (this.#connection !== undefined) {
      if (baudRate !== this.#baudRate) await this.setBaudRate(baudRate);
      return;
    }
    // The board may be waited for, while somebody uses it again already.
    this.#connecting ??= this.#connect(baudRate).finally(() => {
      this.#connecting = undefined;
    });
    await this.#connecting;
  }

  /** Closes the port. */
  async release(): Promise<void> {
    await this.close();
    await this.#disconnect();
  }

  /** @throws PortError when the port is lost */
  async send(bytes: Uint8Array): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) throw lost();
    try {
      await connection.writer.write(bytes);
    } catch (error) {
      throw portError(error);
    }
  }

  async setSignals(lines: ControlLines): Promise<void> {
    try {
      await this.#port.setSignals(lines);
    } catch (error) {
      throw portError(error);
    }
  }

  /** A browser's port is closed and opened again for it; the streams stay. */
  async setBaudRate(baudRate: number): Promise<void> {
    if (this.#port.setBaudRate !== undefined) {
      await this.#port.setBaudRate(baudRate);
      this.#baudRate = baudRate;
      return;
    }
    this.#isReopening = true;
    try {
      await this.#disconnect();
      await this.#connect(baudRate);
    } finally {
      this.#isReopening = false;
    }
  }

  async #connect(baudRate: number): Promise<void> {
    try {
      await this.#port.open({ baudRate });
      // One of the lines alone would reset the board, or hold it in reset.
      if (!this.#isReopening)
        await this.#port.setSignals({ dataTerminalReady: false, requestToSend: false });
    } catch (error) {
      await this.#port.close().catch(() => {});
      throw portError(error);
    }
    const reader = this.#port.readable?.getReader();
    const writer = this.#port.writable?.getWriter();
    if (reader === undefined || writer === undefined) throw lost();
    this.#baudRate = baudRate;
    const pump = async () => {
      try {
        for (;;) {
          const { value, done } = await reader.read();
          if (done) return;
          this.#source?.enqueue(value);
          this.#listener.onBytes(value);
        }
      } catch (error) {
        if (this.#connection === connection) await this.#lose(portError(error));
      } finally {
        reader.releaseLock();
      }
    };
    const connection: Connection = {
      reader,
      writer,
      // The first read is made after `connection` is known.
      pumped: Promise.resolve().then(pump),
    };
    this.#connection = connection;
  }

  async #lose(error: PortError): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.writer.releaseLock();
    this.#source?.error(error);
    this.#source = undefined;
    await this.#port.close().catch(() => {});
    this.#listener.onLost(error);
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection === undefined) return;
    await connection.reader.cancel().catch(() => {});
    await connection.pumped;
    connection.writer.releaseLock();
    await this.#port.close().catch(() => {});
  }
}

const lost = (cause?: unknown) =>
  new PortError("lost", "the board is not connected any more: connect its USB cable again", {
    cause,
  });

/** A browser's port fails with errors of its own (DOMException). */
function portError(error: unknown): PortError {
  if (error instanceof PortError) return error;
  const name = error instanceof Error ? error.name : "";
  if (name === "InvalidStateError" || name === "NetworkError") return lost(error);
  return new PortError("other", `the port failed (${messageOf(error)}): connect the board again`, {
    cause: error,
  });
}
