import type { MessagePieces } from "./message-pieces.ts";

/**
 * Progress of a handshake: the last message received, or that our hello or all our messages have
 * been sent.
 */
export type Progress =
  | "clientHello"
  | "serverHello"
  | "certificate"
  | "serverKeyExchange"
  | "certificateRequest"
  | "serverHelloDone"
  | "clientFinished"
  | "finished";

/** The part of the SDK's session that a handshake needs. It is the SDK's object, with its names. */
export interface Session {
  readonly options: { readonly tls_server_name?: string };
  readonly protocolVersion: number;
  /** two bytes of the suite that the server chose */
  readonly chosenCipher?: { readonly value: readonly number[] };
  readonly clientRandom: ArrayBuffer;
  readonly serverRandom: ArrayBuffer;
  /** the server's leaf, after it is trusted, DER */
  readonly peerCert?: ArrayBuffer;
  readonly masterSecret?: ArrayBuffer | null;
  /** present from ChangeCipherSpec on: the server's received, the client's sent */
  readonly serverCipher?: object | null;
  readonly clientCipher?: object | null;
  /** data that was read for the application */
  readonly applicationData?: unknown;
  /** result of the server's key exchange */
  dhparams?: { readonly named_curve: number; readonly dh_Ys: ArrayBuffer };
  clientSessionID?: ArrayBuffer | undefined;
  cacheManager?: object | false | undefined;
  /** our own */
  progress?: Progress | undefined;
  pieces?: MessagePieces;
}
