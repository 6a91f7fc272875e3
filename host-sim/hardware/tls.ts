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

/** A box's certificates as Node takes them: made once, shared by all connections of one identity. */
export interface TLSIdentity {
  readonly secureContext: SecureContext;
  /** ms since 1970; absent where nobody asks */
  readonly certificateEndsAt?: number;
}

/**
 * Offered by the board's TLS (device/xs/tls/ciphersuites.ts), and TLS 1.3, which it has not. Node by
 * itself offers much that AWS IoT Core does not support.
 */
const cipherSuites = [
  ...["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
  ...["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"],
].join(":");

/** What a box shows and trusts, from PEM. */
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

/** What a box has that left the bench without a certificate: PEM throughout. */
export interface ClaimIdentity {
  /** of the fleet's */
  readonly certificate: string;
  readonly key: string;
  /** PKCS#10, by the box's own key */
  readonly request: string;
  readonly ownKey: string;
  readonly ca: string;
}

/** The certificates of one box, one for each way to be it. */
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
      : makeIdentity({ ca, certificate: pemOf(identity.certificate), key: ownKey });
  }
}

function pemOf(der: Uint8Array): string {
  const base64 = Buffer.from(der).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

/** How many bytes are handed to Node at once before waiting for the socket to drain. */
const writableBytes = 16_384;

/**
 * Where Node puts what arrives, for all sockets: each copies its own out before it returns. This way
 * round Node's streams the bytes are here a twentieth earlier.
 */
const receiveBuffer = Buffer.allocUnsafeSlow(16_384);

/** `hal.ts`'s TLS socket on `node:tls`. Chain, dates and name are checked; nothing switches that off. */
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
    // Ends after what was written is out; a peer that does not take it must not keep the process.
    this.#socket.destroySoon();
    this.#socket.unref();
    setTimeout(() => this.#socket.destroy(), lingerMs).unref();
  }

  /** As if the way to the peer were gone: nothing is heard of it any more, and the peer is told nothing. */
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

/** A connection that cannot even be begun. */
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
    // Node's tls.connect() takes it as net.connect() does, though its types do not say so.
    onread: { buffer: receiveBuffer, callback: onReceived },
    // An address cannot be a server name (RFC 6066, section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(applicationLayerProtocol === undefined
      ? {}
      : { ALPNProtocols: [applicationLayerProtocol] }),
  };
}

/** Node's error codes in the words of `hal.ts`. */
function reasonOf(error: NodeJS.ErrnoException): SocketError {
  const code = error.code ?? "";
  if (code === "ECONNREFUSED") return "refused";
  if (["ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"].includes(code))
    return "unreachable";
  if (code === "ETIMEDOUT") return "timeout";
  if (["ECONNRESET", "EPIPE"].includes(code)) return "closed";
  // The peer's word about our certificate: ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED, for one.
  if (code.startsWith("ERR_SSL") && code.includes("_ALERT_")) return "handshake";
  if (code.startsWith("ERR_TLS_CERT") || certificateCodes.test(code)) return "certificate";
  if (code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS")) return "handshake";
  return "unknown";
}

/** OpenSSL's verdicts on a chain (`man openssl-verification-options`), as Node names them. */
const certificateCodes =
  /CERT|SELF_SIGNED|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME|PATH_LENGTH|CRL|CHAIN/;
