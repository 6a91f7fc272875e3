/**
 * Replaces the SDK's module `ssl/handshake` and wraps it. The SDK accepts an unsigned
 * ServerKeyExchange and messages in any order, continues in the clear if the server ends the handshake
 * early, and fails if a message arrives in several records.
 */
import sdk from "sdk/handshake";
import TLSError from "ssl/error";
import SSLStream from "ssl/stream";
import { parseCertificate } from "./certificate.ts";
import { readKeyExchange } from "./key-exchange.ts";
import { MessagePieces } from "./message-pieces.ts";
import { sdkVerifier } from "./sdk-verifier.ts";
import type { Progress, Session } from "./session.ts";

const tls12 = 0x303;

/** RFC 5246, 7.2: 42 to 49 concern our certificate. */
interface Alert {
  readonly description: number;
}

/**
 * RFC 5246, 7.3, a full handshake: the allowed predecessors of each message. Sessions are never
 * resumed, so every connection checks the server's certificate.
 */
const order: Readonly<
  Record<Exclude<Progress, "clientHello" | "clientFinished">, readonly Progress[]>
> = {
  serverHello: ["clientHello"],
  certificate: ["serverHello"],
  serverKeyExchange: ["certificate"],
  certificateRequest: ["serverKeyExchange"],
  serverHelloDone: ["serverKeyExchange", "certificateRequest"],
  finished: ["clientFinished"],
};

/** @throws TLSError if a message is out of order */
function advance(session: Session, message: keyof typeof order): void {
  const isEncrypted = Boolean(session.serverCipher);
  const { progress } = session;
  const isInTurn = progress !== undefined && order[message].includes(progress);
  if (!isInTurn || isEncrypted !== (message === "finished")) {
    throw new TLSError(`${message}: out of order`);
  }
  session.progress = message;
}

/**
 * Until the server has proved its identity, none of its data may reach the application. Any record
 * other than handshake records fails: the SDK would keep data and deliver it later as if it had
 * been encrypted. After an alert, "close notify" or its own, the SDK would start to send in the
 * clear.
 */
function guard(session: Session): void {
  const fail = () => {
    throw new TLSError("a record before the end of the handshake");
  };
  const tell = (alert: Alert | undefined) => {
    throw new TLSError(`alert ${alert?.description}`);
  };
  Object.defineProperty(session, "alert", { configurable: true, get: () => undefined, set: tell });
  Object.defineProperty(session, "putData", { configurable: true, value: fail });
}

function unguard(session: Session): void {
  Object.defineProperty(session, "alert", { configurable: true, writable: true, value: undefined });
  Reflect.deleteProperty(session, "putData");
}

/** A message that a server does not send, or not to us. */
function unexpected(name: string) {
  return {
    unpacketize(): never {
      throw new TLSError(`${name}: unexpected`);
    },
  };
}

const clientHello = {
  __proto__: sdk.clientHello,
  ...unexpected("clientHello"),
  packetize(session: Session, ...values: unknown[]): unknown {
    if (session.progress !== undefined) throw new TLSError("clientHello: out of order");
    session.progress = "clientHello";
    session.clientSessionID = undefined;
    session.cacheManager = undefined;
    guard(session);
    return sdk.clientHello.packetize(session, ...values);
  },
};

const serverHello = {
  __proto__: sdk.serverHello,
  unpacketize(session: Session, body: SSLStream | undefined): void {
    advance(session, "serverHello");
    sdk.serverHello.unpacketize(session, body);
    if (session.protocolVersion !== tls12) throw new TLSError("serverHello: wrong version");
  },
};

const certificate = {
  __proto__: sdk.certificate,
  unpacketize(session: Session, body: SSLStream | undefined): void {
    advance(session, "certificate");
    sdk.certificate.unpacketize(session, body);
  },
};

const serverKeyExchange = {
  __proto__: sdk.serverKeyExchange,
  unpacketize(session: Session, body: SSLStream | undefined): void {
    advance(session, "serverKeyExchange");
    const { peerCert, chosenCipher } = session;
    if (body === undefined || peerCert === undefined || chosenCipher === undefined) {
      throw new TLSError("serverKeyExchange: empty");
    }
    const exchange = readKeyExchange(body.readChunk(body.bytesAvailable, true), {
      clientRandom: new Uint8Array(session.clientRandom),
      serverRandom: new Uint8Array(session.serverRandom),
      suite: chosenCipher.value,
      key: parseCertificate(new Uint8Array(peerCert)).key,
      verifier: sdkVerifier,
    });
    if (exchange === undefined) throw new TLSError("serverKeyExchange: not signed by the server");
    const { curve, point } = exchange;
    session.dhparams = { named_curve: curve, dh_Ys: Uint8Array.from(point).buffer };
  },
};

const certificateRequest = {
  __proto__: sdk.certificateRequest,
  unpacketize(session: Session, body: SSLStream | undefined): void {
    advance(session, "certificateRequest");
    sdk.certificateRequest.unpacketize(session, body);
  },
};

const serverHelloDone = {
  __proto__: sdk.serverHelloDone,
  unpacketize(session: Session, body: SSLStream | undefined): void {
    advance(session, "serverHelloDone");
    if (body !== undefined) throw new TLSError("serverHelloDone: not empty");
  },
};

const finished = {
  __proto__: sdk.finished,
  packetize(session: Session, ...values: unknown[]): unknown {
    // Too early, the server's ChangeCipherSpec would have derived keys from a secret that does not
    // exist yet.
    if (session.progress !== "serverHelloDone" || session.serverCipher || !session.masterSecret) {
      throw new TLSError("finished: out of order");
    }
    session.progress = "clientFinished";
    return sdk.finished.packetize(session, ...values);
  },
  unpacketize(session: Session, body: SSLStream | undefined): void {
    advance(session, "finished");
    sdk.finished.unpacketize(session, body);
    unguard(session);
  },
};

export default Object.freeze({
  __proto__: sdk,
  /** Called for each record of handshake messages, as long as something is left in it. */
  unpacketize(session: Session, record: SSLStream): void {
    session.pieces ??= new MessagePieces();
    const piece = record.readChunk(record.bytesAvailable, true);
    for (const message of session.pieces.take(piece, Boolean(session.serverCipher))) {
      sdk.unpacketize.call(this, session, new SSLStream(message));
    }
  },
  helloRequest: { __proto__: sdk.helloRequest, ...unexpected("helloRequest") },
  clientHello,
  serverHello,
  certificate,
  serverKeyExchange,
  certificateRequest,
  serverHelloDone,
  certificateVerify: { __proto__: sdk.certificateVerify, ...unexpected("certificateVerify") },
  clientKeyExchange: { __proto__: sdk.clientKeyExchange, ...unexpected("clientKeyExchange") },
  finished,
});
