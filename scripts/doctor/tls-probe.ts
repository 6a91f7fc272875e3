import type { X509Certificate } from "node:crypto";
import { connect as connectTcp, isIP } from "node:net";
import { checkServerIdentity, connect, type TLSSocket } from "node:tls";
import { printable } from "../../host-sim/printable.ts";
import { FilteredSocket } from "../../web/cloud/filtered-socket.ts";
import { codeOf } from "../certs/files.ts";
import { notAfterOf } from "../certs/parse.ts";
import { ServerChain } from "./server-chain.ts";

/** AWS IoT Core's ALPN name for MQTT with a client certificate. */
export const mqttProtocolName = "x-amzn-mqtt-ca";

export interface HandshakeOptions {
  readonly address: string;
  readonly port: number;
  /** the name that the certificate must contain */
  readonly endpoint: string;
  /** PEM; undefined: Node's public CAs */
  readonly ca: string | undefined;
  /** the box's, PEM; undefined: no client certificate */
  readonly identity: { readonly certificate: string; readonly key: string } | undefined;
  readonly alpn: boolean;
  readonly timeoutMs: number;
}

/** The outcome, and what the server sent until then. */
export type Handshake = Outcome & {
  /** DER, leaf first, in the server's order; empty when it sent none */
  readonly chain: readonly Uint8Array[];
};

export type Outcome =
  | { readonly type: "secure"; readonly socket: TLSSocket; readonly server: ServerCertificate }
  /** this side refuses the server's certificate; `code` is OpenSSL's or Node's, `names` are its names */
  | { readonly type: "untrusted"; readonly code: string; readonly names: string }
  /** the server's alert that ended the handshake: `UNKNOWN_CA` */
  | { readonly type: "alert"; readonly alert: string }
  | { readonly type: "not-tls" }
  /** `isPresented`: the box had presented its certificate by then */
  | { readonly type: "closed"; readonly isPresented: boolean }
  | { readonly type: "silent" }
  | { readonly type: "failed"; readonly detail: string };

export interface ServerCertificate {
  readonly protocol: string;
  readonly cipher: string;
  /** the issuer of the last certificate that the server sent */
  readonly signer: string;
  readonly notAfter: Date | undefined;
}

/**
 * Makes a handshake like the box's: TLS 1.2, its cipher suites, the endpoint in SNI. It verifies the
 * server's certificate completely. If the certificate fails, the handshake ends with the reason's code.
 */
export function shakeHands(options: HandshakeOptions): Promise<Handshake> {
  const { address, port, endpoint, ca, identity, alpn, timeoutMs } = options;
  return new Promise((resolve) => {
    let socket: TLSSocket;
    const sent = new ServerChain();
    const tcp = connectTcp({ host: address, port });
    try {
      socket = connect({
        socket: new FilteredSocket(tcp, sent),
        // SNI must not contain an IP address (RFC 6066, 3).
        servername: isIP(endpoint) === 0 ? endpoint : "",
        checkServerIdentity: (_name, certificate) => checkServerIdentity(endpoint, certificate),
        ...(ca === undefined ? {} : { ca }),
        ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
        ...(alpn ? { ALPNProtocols: [mqttProtocolName] } : {}),
        minVersion: "TLSv1.2",
        maxVersion: "TLSv1.2",
        ciphers: "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256",
      });
    } catch (error) {
      // OpenSSL does not accept this key or certificate at all.
      tcp.destroy();
      resolve({ type: "failed", detail: printable(codeOf(error) ?? String(error)), chain: [] });
      return;
    }
    const finish = (result: Outcome) => {
      clearTimeout(timeout);
      socket.off("close", onClose);
      if (result.type !== "secure") socket.destroy();
      resolve({ ...result, chain: sent.certificates });
    };
    // The keys exist when the server's part is complete and the box's certificate has been sent. A server
    // that refuses the certificate may close the connection before its last message is read.
    let isPresented = false;
    socket.once("keylog", () => {
      isPresented = true;
    });
    const onClose = () => finish({ type: "closed", isPresented });
    const timeout = setTimeout(() => finish({ type: "silent" }), timeoutMs);
    // This listener stays. After the handshake, the socket's owner learns of errors from "close".
    socket.on("error", (error) => finish(refusalOf(error, isPresented)));
    socket.on("close", onClose);
    socket.once("secureConnect", () =>
      finish({ type: "secure", socket, server: serverOf(socket) }),
    );
  });
}

function serverOf(socket: TLSSocket): ServerCertificate {
  let last: X509Certificate | undefined = socket.getPeerX509Certificate();
  const notAfter = last && notAfterOf(last);
  for (let i = 0; i < 8 && last?.issuerCertificate !== undefined; i++)
    last = last.issuerCertificate;
  return {
    protocol: printable(socket.getProtocol() ?? "TLS"),
    cipher: printable(socket.getCipher().name),
    signer: printable(commonNameOf(last?.issuer ?? "")),
    notAfter,
  };
}

/** The `CN` of a name in Node's form, else the whole name on one line. */
export function commonNameOf(name: string): string {
  return /^CN=(.+)$/m.exec(name)?.[1] ?? name.replaceAll("\n", ", ");
}

const trustCodes =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|INVALID_(CA|PURPOSE)|PATH_LENGTH|ERR_TLS_CERT_ALTNAME|HOSTNAME_MISMATCH)/;

function refusalOf(error: Error, isPresented: boolean): Outcome {
  const code = codeOf(error) ?? "";
  if (trustCodes.test(code)) {
    return { type: "untrusted", code, names: printable(namesIn(error)) };
  }
  const alert = alertOf(error);
  if (alert !== undefined) return { type: "alert", alert };
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_OVERFLOW/.test(code)) {
    return { type: "not-tls" };
  }
  if (/^(ECONNRESET|EPIPE)$/.test(code)) return { type: "closed", isPresented };
  return { type: "failed", detail: printable(code || error.message) };
}

/** The peer's TLS alert: `CERTIFICATE_UNKNOWN`. */
export function alertOf(error: Error): string | undefined {
  const code = codeOf(error) ?? "";
  return /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13)_ALERT_([A-Z_]{1,40})$/.exec(code)?.[1];
}

function namesIn(error: Error): string {
  const certificate = "cert" in error ? (error.cert as { subjectaltname?: unknown }) : undefined;
  const names = certificate?.subjectaltname;
  return typeof names === "string" ? names.replace(/\b(DNS|IP Address):/g, "") : "";
}
