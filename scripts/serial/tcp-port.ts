import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ReadableStream, WritableStream } from "node:stream/web";
import { messageOf } from "../command-line/user-error.ts";
import { type BoardPort, PortError } from "./board-port.ts";
import { streamsOf } from "./duplex-streams.ts";
import { scheme, type TcpAddress } from "./tcp-address.ts";

const connectTimeoutMs = 10_000;

/** A serial port over TCP: an emulated board, or ser2net in raw mode. It has no control lines. */
export class TcpPort implements BoardPort {
  readonly #address: TcpAddress;
  #socket: Socket | undefined;
  #readable: ReadableStream<Uint8Array> | null = null;
  #writable: WritableStream<Uint8Array> | null = null;

  constructor(address: TcpAddress) {
    this.#address = address;
  }

  get readable(): ReadableStream<Uint8Array> | null {
    return this.#readable;
  }

  get writable(): WritableStream<Uint8Array> | null {
    return this.#writable;
  }

  async open(): Promise<void> {
    const { host, port } = this.#address;
    const socket = connect({ host, port, noDelay: true, keepAlive: true });
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(connectTimeoutMs) });
    } catch (error) {
      socket.destroy();
      const isTimeout = error instanceof Error && error.name === "AbortError";
      const reason = isTimeout ? "no answer" : messageOf(error);
      throw new PortError(
        "unreachable",
        `${this.#name} cannot be reached (${reason}): check host and port, and that the board's side is running`,
        { cause: error },
      );
    }
    this.#socket = socket;
    const { readable, writable } = streamsOf(
      socket,
      (cause) =>
        new PortError("lost", `the connection to ${this.#name} ended: start its other side again`, {
          cause,
        }),
    );
    this.#readable = readable;
    this.#writable = writable;
  }

  async close(): Promise<void> {
    this.#readable = null;
    this.#writable = null;
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined || socket.destroyed) return;
    // Bytes that were written still arrive.
    const closed = once(socket, "close");
    socket.destroySoon();
    socket.resume();
    await closed;
  }

  /** The other side sets its own. */
  async setSignals(): Promise<void> {}

  async setBaudRate(): Promise<void> {}

  getInfo(): Record<string, never> {
    return {};
  }

  get #name(): string {
    const { host, port } = this.#address;
    return `${scheme}${host.includes(":") ? `[${host}]` : host}:${port}`;
  }
}
