import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { CableEnd, UsbCable } from "./usb-cable.ts";

export interface TcpPortOptions {
  /** of 127.0.0.1; default: any free one */
  readonly port?: number;
  /**
   * A socket has no control lines. With this option, each connection restarts the board into its
   * loader, as if somebody held its button BOOT while the client is connected.
   */
  readonly startsInDownloadMode?: boolean;
}

/** How long a second client waits. */
const patienceMs = 1_000;

/**
 * A board's serial port as a TCP socket with raw bytes: `socket://127.0.0.1:<port>` of pyserial,
 * and so of esptool. While one client is connected, others are disconnected, after a moment in which
 * the first may end: a client that connects again can be faster than the news of its own end.
 */
export class TcpPort {
  readonly #server: Server;
  readonly #cable: UsbCable;
  readonly #startsInDownloadMode: boolean;
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Map<Socket, NodeJS.Timeout>();
  #client: { readonly socket: Socket; readonly end: CableEnd } | undefined;

  private constructor(cable: UsbCable, options: TcpPortOptions) {
    this.#cable = cable;
    this.#startsInDownloadMode = options.startsInDownloadMode ?? false;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async open(cable: UsbCable, options: TcpPortOptions = {}): Promise<TcpPort> {
    const port = new TcpPort(cable, options);
    port.#server.listen(options.port ?? 0, "127.0.0.1");
    await once(port.#server, "listening");
    return port;
  }

  get url(): string {
    return `socket://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket.setNoDelay());
    // A client that breaks off is not an error of the board.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#forget(socket));
    this.#waiting.set(
      socket,
      setTimeout(() => socket.destroy(), patienceMs),
    );
    this.#admitNext();
  }

  #forget(socket: Socket): void {
    this.#sockets.delete(socket);
    this.#endWait(socket);
    if (this.#client?.socket !== socket) return;
    this.#cable.close(this.#client.end);
    this.#cable.board.pressBoot(false);
    this.#client = undefined;
    this.#admitNext();
  }

  #endWait(socket: Socket): void {
    clearTimeout(this.#waiting.get(socket));
    this.#waiting.delete(socket);
  }

  #admitNext(): void {
    const [socket] = this.#waiting.keys();
    if (socket === undefined) return;
    const cable = this.#cable;
    const end: CableEnd = {
      baudRate: undefined,
      onData: (bytes) => socket.write(bytes),
      onCut: () => socket.destroy(),
    };
    if (cable.open(end) !== "open") return;
    this.#endWait(socket);
    this.#client = { socket, end };
    socket.on("data", (bytes) => cable.write(end, bytes));
    if (!this.#startsInDownloadMode) return;
    cable.board.pressBoot(true);
    cable.board.pressReset();
  }
}
