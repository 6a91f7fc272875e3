import { constants } from "node:crypto";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { type ClientHello, readClientHello } from "./client-hello.ts";
import type { CertificateKind } from "./script.ts";

export interface ListenerOptions {
  /** address to listen on */
  readonly address: string;
  /** 0: any */
  readonly port: number;
  /** PEM: the CA of the clients' certificates */
  readonly clientCa: string;
  readonly certificates: Readonly<Record<CertificateKind, ServerCertificate>>;
}

/** PEM; the leaf first, followed by its issuers. */
export interface ServerCertificate {
  readonly chain: string;
  readonly key: string;
}

/** Receives the progress of one TCP connection; after `onClosed`, nothing more. */
export interface Visitor {
  /** Called before TLS answers. */
  onHello(hello: ClientHello): void;
  onSecured(socket: TLSSocket): void;
  /** `alert`: the TLS alert that the client closed it with, if any; `detail`: the error, if any */
  onClosed(alert: string | undefined, detail: string | undefined): void;
}

const handshakeTimeoutMs = 30_000;

/**
 * A listener for TLS with mutual authentication. It shows a selectable certificate, and reads each
 * ClientHello before TLS does. It can release its port and take it again.
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #onVisit: (drop: () => void) => Visitor;
  readonly #sockets = new Set<Socket>();
  #tcp: Server | undefined;
  #port: number;
  /** shown from the next connection on */
  certificate: CertificateKind = "good";

  private constructor(options: ListenerOptions, onVisit: (drop: () => void) => Visitor) {
    this.#options = options;
    this.#onVisit = onVisit;
    this.#port = options.port;
  }

  /**
   * Resolves when it listens. `onVisit` receives a function that closes the connection at once.
   * @throws Error (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`) if the port is not available
   */
  static async listen(
    options: ListenerOptions,
    onVisit: (drop: () => void) => Visitor,
  ): Promise<Listener> {
    const listener = new Listener(options, onVisit);
    await listener.open();
    return listener;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens, unless it already does. */
  async open(): Promise<void> {
    if (this.#tcp !== undefined) return;
    const tcp = createTcpServer((socket) => this.#admit(socket));
    this.#tcp = tcp;
    await new Promise<void>((resolve, reject) => {
      tcp.once("error", reject);
      tcp.listen(this.#port, this.#options.address, () => {
        tcp.off("error", reject);
        resolve();
      });
    });
    const address = tcp.address();
    if (typeof address === "object" && address !== null) this.#port = address.port;
  }

  /** Drops all clients. New ones are refused by TCP. */
  async close(): Promise<void> {
    const tcp = this.#tcp;
    if (tcp === undefined) return;
    this.#tcp = undefined;
    const closed = new Promise<void>((resolve) => tcp.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #admit(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    const visitor = this.#onVisit(() => socket.destroy());
    let isOver = false;
    const end = (error?: Error) => {
      if (isOver) return;
      isOver = true;
      visitor.onClosed(alertOf(error), error?.message);
    };
    socket.on("error", end);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      end();
    });
    readHello(socket, (result) => {
      if (typeof result === "string") {
        end(new Error(result));
        socket.destroy();
        return;
      }
      visitor.onHello(result);
      this.#secure(socket, visitor, end);
    });
  }

  /** A TLS server for one connection, so that its events belong to that connection. */
  #secure(socket: Socket, visitor: Visitor, end: (error?: Error) => void): void {
    const { clientCa, certificates } = this.#options;
    const { chain, key } = certificates[this.certificate];
    const server = createTlsServer({
      ca: clientCa,
      cert: chain,
      key,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      secureOptions: constants.SSL_OP_NO_TICKET,
      handshakeTimeout: handshakeTimeoutMs,
    });
    server.on("tlsClientError", (error, secured) => {
      end(error);
      secured.on("error", () => {}); // the connection is over: later errors do not matter
      socket.destroy();
    });
    server.on("secureConnection", (secured) => {
      secured.on("error", end);
      secured.on("close", () => end());
      visitor.onSecured(secured);
    });
    server.emit("connection", socket);
  }
}

/**
 * Reads the ClientHello and puts it back. @param onRead receives it, or the reason there is none
 */
function readHello(socket: Socket, onRead: (result: ClientHello | string) => void): void {
  let seen: Buffer = Buffer.alloc(0);
  const look = () => {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) return;
    seen = Buffer.concat([seen, bytes]);
    const result = readClientHello(seen);
    if (result.type === "incomplete") return;
    socket.off("readable", look);
    if (result.type === "malformed") {
      onRead(`no ClientHello: ${result.detail}`);
      return;
    }
    socket.unshift(seen);
    onRead(result.hello);
  };
  socket.on("readable", look);
}

/** OpenSSL names a received alert `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA`, for example. */
function alertOf(error: NodeJS.ErrnoException | undefined): string | undefined {
  const name = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13)_ALERT_(\w+)$/.exec(error?.code ?? "")?.[1];
  return name?.toLowerCase().replaceAll("_", " ");
}
