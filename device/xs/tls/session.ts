/** How far a handshake has come: what was received last, or that our hello, or all of ours, is sent. */
export type Progress =
  | "clientHello"
  | "serverHello"
  | "certificate"
  | "serverKeyExchange"
  | "certificateRequest"
  | "serverHelloDone"
  | "clientFinished"
  | "finished";

/** As much of the SDK's session as a handshake needs. It is the SDK's object: names are its own. */
export interface Session {
  readonly options: { readonly tls_server_name?: string };
  readonly protocolVersion: number;
  /** of the suite that the server chose, in two bytes */
  readonly chosenCipher?: { readonly value: readonly number[] };
  readonly clientRandom: ArrayBuffer;
  readonly serverRandom: ArrayBuffer;
  /** the server's leaf, once it is trusted, DER */
  readonly peerCert?: ArrayBuffer;
  readonly masterSecret?: ArrayBuffer | null;
  /** there from ChangeCipherSpec on: the server's received, the client's sent */
  readonly serverCipher?: object | null;
  readonly clientCipher?: object | null;
  /** what was read for the application */
  readonly applicationData?: unknown;
  /** what the server's key exchange gave */
  dhparams?: { readonly named_curve: number; readonly dh_Ys: ArrayBuffer };
  clientSessionID?: ArrayBuffer | undefined;
  cacheManager?: object | false | undefined;
  /** ours */
  progress?: Progress | undefined;
}
