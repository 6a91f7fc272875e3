import { X509Certificate } from "node:crypto";
import { isIP, type OnReadOpts } from "node:net";
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  type TLSSocket as NodeSocket,
  type SecureContext,
} from "node:tls";
import type { Identity, SocketError, TLSSocket, TLSSocketOptions } from "../../device/hal.ts";

/** A box's certificates in Node's form: created once, shared by all connections of one identity. */
export interface TLSIdentity {
  readonly secureContext: SecureContext;
  /** ms since 1970; absent if not needed */
  readonly certificateEndsAt?: number;
}

/**
 * The suites of the board's TLS (device/xs/tls/ciphersuites.ts), plus TLS 1.3, which the board
 * lacks. By default, Node offers many suites that AWS IoT Core does not support.
 */
const cipherSuites = [
  ...["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
  ...["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"],
].join(":");

/** The certificates that a box presents and trusts, from PEM. */
export function makeIdentity(pem: {
  readonly ca: string;
  /** the leaf first */
  readonly certificate: string;
  readonly key: string;
}): TLSIdentity {
  const { ca, certificate: cert, key } = pem;
  return {
    secureContext: createSecureContext({ ca, cert, key, ciphers: cipherSuites }),
    certificateEndsAt: Date.parse(new X509Certificate(cert).validTo),
  };
}

/** The certificates of a box without one of its own, all PEM. */
export interface ClaimIdentity {
  /** of the fleet */
  readonly certificate: string;
  readonly key: string;
  /** PKCS#10, signed with the box's own key */
  readonly request: string;
  readonly ownKey: string;
  readonly ca: string;
}

/** The certificates of one box, one set per identity. */
export class TLSIdentities {
  readonly #builtIn: TLSIdentity;
  readonly #claim: ClaimIdentity | undefined;

  constructor(builtIn: TLSIdentity, claim: ClaimIdentity | undefined) {
    this.#builtIn = builtIn;
    this.#claim = claim;
  }

  of(identity: Identity): TLSIdentity {
    const claim = this.#claim;
    if (claim === undefined || identity.type === "built-in") return this.#builtIn;
    const { ca, ownKey } = claim;
    return identity.type === "claim"
      ? makeIdentity({ ca, certificate: claim.certificate, key: claim.key })
      : makeIdentity({ ca, certificate: pemOf("CERTIFICATE", identity.certificate), key: ownKey });
  }
}

export function pemOf(label: "CERTIFICATE" | "PRIVATE KEY", der: Uint8Array): string {
  const base64 = Buffer.from(der).toString("base64");
  return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
}

/** How many bytes are passed to Node at once before waiting for the socket to drain. */
const writableBytes = 16_384;

/**
 * Node's read buffer, shared by all sockets: each socket copies its data before it returns.
 * Bypassing Node's streams delivers the bytes about 5 % earlier.
 */
const receiveBuffer = Buffer.allocUnsafeSlow(16_384);

/**
 * `hal.ts`'s TLS socket on `node:tls`. Chain, dates and name are verified; no option disables this.
 */
export class NodeTLSSocket implements TLSSocket {
  readonly #socket: NodeSocket;
  #options: TLSSocketOptions | undefined;
  #received: Uint8Array[] = [];

  constructor(options: TLSSocketOptions, identity: TLSIdentity) {
    this.#options = options;
    this.#socket = connect(
      connectionOptions(options, identity, (count) => {
        this.#receive(Buffer.from(receiveBuffer.subarray(0, count)));
        return true;
      }),
    );
    this.#socket.setNoDelay(true);
    this.#socket.once("secureConnect", () => this.#options?.onWritable(writableBytes));
    this.#socket.on("error", (error) => this.#fail(reasonOf(error), error.message));
    this.#socket.on("close", () => this.#fail("closed", undefined));
  }

  read(): Uint8Array | undefined {
    if (this.#received.length <= 1) return this.#received.pop();
    return Buffer.concat(this.#received.splice(0));
  }

  write(bytes: Uint8Array): number {
    if (this.#options === undefined) return 0;
    if (this.#socket.write(bytes)) return writableBytes;
    this.#socket.once("drain", () => this.#options?.onWritable(writableBytes));
    return 0;
  }

  close(): void {
    if (this.#options === undefined) return;
    this.#options = undefined;
    this.#received = [];
    // Ends after pending output; a peer that does not read must not keep the process alive.
    this.#socket.destroySoon();
    this.#socket.unref();
    setTimeout(() => this.#socket.destroy(), lingerMs).unref();
  }

  /**
   * As if the path to the peer were gone: no callback runs any more, and the peer is not notified.
   */
  abandon(): void {
    if (this.#options === undefined) return;
    this.#options = undefined;
    this.#received = [];
    this.#socket.unref();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#options === undefined) return;
    this.#received.push(bytes);
    this.#options.onReadable(bytes.length);
  }

  #fail(reason: SocketError, detail: string | undefined): void {
    const options = this.#options;
    if (options === undefined || this.#hasFailed) return;
    this.#hasFailed = true;
    options.onError(reason, detail);
  }

  #hasFailed = false;
}

const lingerMs = 1_000;

/** A connection that cannot even be started. */
export class UnusableSocket implements TLSSocket {
  #isClosed = false;

  constructor(options: TLSSocketOptions, detail: string) {
    setImmediate(() => {
      if (!this.#isClosed) options.onError("handshake", detail);
    });
  }

  read(): undefined {}

  write(): number {
    return 0;
  }

  close(): void {
    this.#isClosed = true;
  }
}

function connectionOptions(
  options: TLSSocketOptions,
  identity: TLSIdentity,
  onReceived: OnReadOpts["callback"],
): ConnectionOptions & { readonly onread: OnReadOpts } {
  const { host, port, applicationLayerProtocol } = options;
  return {
    host,
    port,
    secureContext: identity.secureContext,
    minVersion: "TLSv1.2",
    // Node's tls.connect() accepts it like net.connect(), though its types do not declare it.
    onread: { buffer: receiveBuffer, callback: onReceived },
    // An address cannot be a server name (RFC 6066, section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(applicationLayerProtocol === undefined
      ? {}
      : { ALPNProtocols: [applicationLayerProtocol] }),
  };
}

/** Node's error codes in the terms of `hal.ts`. */
function reasonOf(error: NodeJS.ErrnoException): SocketError {
  const code = error.code ?? "";
  if (code === "ECONNREFUSED") return "refused";
  if (["ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"].includes(code))
    return "unreachable";
  if (code === "ETIMEDOUT") return "timeout";
  if (["ECONNRESET", "EPIPE"].includes(code)) return "closed";
  // The peer's verdict on our certificate: for example ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED.
  if (code.startsWith("ERR_SSL") && code.includes("_ALERT_")) return "handshake";
  if (code.startsWith("ERR_TLS_CERT") || certificateCodes.test(code)) return "certificate";
  if (code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS")) return "handshake";
  return "unknown";
}

/** OpenSSL's verdicts on a chain (`man openssl-verification-options`), as Node names them. */
const certificateCodes =
  /CERT|SELF_SIGNED|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME|PATH_LENGTH|CRL|CHAIN/;
