import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { loopbackAddress } from "./loopback.ts";
import type { CloudEvent } from "./records.ts";
import type { Principal, Registry } from "./registry.ts";

/** The ALPN name that selects MQTT with a client certificate on port 443. */
export const mqttProtocolName = "x-amzn-mqtt-ca";

export interface TlsListenerOptions {
  /** 0: any */
  readonly port: number;
  /** the address to listen on; default: loopback */
  readonly host?: string;
  /** when `port` is not available, use any other and warn */
  readonly fallbackToAnyPort: boolean;
  /** PEM: the CA of the clients' certificates */
  readonly ca: string;
  /** PEM, leaf first, followed by its issuers */
  readonly certificate: string;
  /** PEM */
  readonly key: string;
  /** `required` as on port 443, `optional` as on 8883 */
  readonly alpn: "required" | "optional";
  readonly registry: Registry;
  readonly record: (event: CloudEvent) => void;
  readonly onClient: (socket: TLSSocket, principal: Principal) => void;
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return "another program uses";
  if (code === "EACCES") return "only the administrator of this machine may use";
  return `the system (${code}) does not allow`;
}

/** AWS's policy: TLS 1.2 with ECDHE, or 1.3. */
const ciphers = [
  ...["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
  ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
  ...["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
].join(":");

/**
 * The TLS endpoint on loopback. Clients without a registered, active certificate are disconnected.
 */
export class TlsListener {
  readonly #server: Server;
  readonly #options: TlsListenerOptions;
  readonly #sockets = new Set<Socket>();

  private constructor(options: TlsListenerOptions) {
    this.#options = options;
    this.#server = createServer({
      ca: options.ca,
      cert: options.certificate,
      key: options.key,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      ciphers,
      ALPNProtocols: [mqttProtocolName],
      secureOptions: constants.SSL_OP_NO_TICKET,
      handshakeTimeout: 30_000,
    });
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("tlsClientError", (error, socket) => {
      this.#hangUp(socket, "tls", error.message);
    });
    this.#server.on("secureConnection", (socket) => this.#admit(socket));
  }

  /**
   * Resolves when it listens.
   * @throws Error (`EADDRINUSE`, `EACCES`) when the port is not available and no other may be used
   */
  static async listen(options: TlsListenerOptions): Promise<TlsListener> {
    const listener = new TlsListener(options);
    try {
      await listener.#bind(options.port);
    } catch (error) {
      if (!options.fallbackToAnyPort || options.port === 0) throw error;
      await listener.#bind(0);
      const message = `${whyNot(error)} port ${options.port}: using ${listener.port}`;
      options.record({ type: "warning", message });
    }
    return listener;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Drops all clients and releases the port. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #bind(port: number): Promise<void> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: this.#options.host ?? loopbackAddress(), port, backlog: 1024 }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  }

  #admit(socket: TLSSocket): void {
    const { alpn, registry, record, onClient } = this.#options;
    const fingerprint = socket.getPeerX509Certificate()?.fingerprint256;
    const principal = fingerprint === undefined ? undefined : registry.find(fingerprint);
    if (alpn === "required" && socket.alpnProtocol !== mqttProtocolName) {
      this.#hangUp(socket, "alpn", `the client did not request ${mqttProtocolName}`);
    } else if (principal === undefined) {
      this.#hangUp(socket, "unknown-certificate", fingerprint ?? "no certificate");
    } else if (principal.status === "INACTIVE") {
      this.#hangUp(socket, "inactive-certificate", principal.certificateId);
    } else {
      if (!("servername" in socket) || socket.servername === false) {
        const who = principal.thingName ?? principal.principalId;
        record({ type: "warning", message: `${who} sent no SNI: AWS would refuse the connection` });
      }
      onClient(socket, principal);
    }
  }

  #hangUp(
    socket: TLSSocket,
    reason: "tls" | "alpn" | "unknown-certificate" | "inactive-certificate",
    detail: string,
  ): void {
    const address = socket.remoteAddress ?? "";
    this.#options.record({ type: "hung-up", reason, address, detail });
    socket.on("error", () => {}); // the connection is being closed: later errors do not matter
    socket.destroy();
  }
}
