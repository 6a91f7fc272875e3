/** The parts of Moddable's modules that are used, written from their behaviour. */

interface BigIntConstructor {
  /** unsigned, big-endian */
  fromArrayBuffer(bytes: ArrayBuffer): bigint;
}

declare module "crypt" {
  export class Digest {
    constructor(type: "SHA256" | "SHA384" | "SHA512");
    process(...parts: (ArrayBuffer | Uint8Array)[]): ArrayBuffer;
    write(data: ArrayBuffer | Uint8Array): void;
    /** the digest of all that was written */
    close(): ArrayBuffer;
  }
}

declare module "modular" {
  export default class Modular {
    constructor(modulus: bigint);
    exp(base: bigint, exponent: bigint): bigint;
  }
}

declare module "ecp" {
  export default class ECPoint {
    constructor(x: bigint, y: bigint);
  }
}

declare module "curve" {
  export default class Curve {
    constructor(name: "secp256r1" | "secp384r1");
  }
}

declare module "ecdsa" {
  import type Curve from "curve";
  import type ECPoint from "ecp";

  export default class ECDSA {
    constructor(key: ECPoint, curve: Curve, isPrivate: false);
    /** @param signature r and s, each as long as the curve's order */
    verify(hash: ArrayBuffer, signature: ArrayBuffer): boolean;
  }
}

declare module "pkcs8" {
  /** Numbers of an RSA key, as the SDK signs with them. */
  export interface PrivateKey {
    readonly modulus: bigint;
  }
  const PKCS8: { parse(key: Uint8Array): PrivateKey };
  export default PKCS8;
}

declare module "ssl/error" {
  export default class TLSError extends Error {}
}

declare module "ssl/stream" {
  /** A handshake message's body, read from front to back. */
  export default class SSLStream {
    readonly bytesAvailable: number;
    readChunk(length: number, asView: true): Uint8Array;
    constructor(bytes: Uint8Array);
  }
}

declare module "ssl/constants" {
  export const AES: number;
  export const ECDHE_RSA: number;
  export const GCM: number;
  export const SHA256: number;
}

declare module "sdk/handshake" {
  import type SSLStream from "ssl/stream";
  import type { Session } from "./session.ts";

  interface Message {
    /** @param body undefined if it is empty */
    unpacketize(session: Session, body: SSLStream | undefined): unknown;
    packetize(session: Session, ...values: unknown[]): unknown;
  }
  const handshakeProtocol: Readonly<
    Record<
      | "helloRequest"
      | "clientHello"
      | "serverHello"
      | "certificate"
      | "serverKeyExchange"
      | "certificateRequest"
      | "serverHelloDone"
      | "certificateVerify"
      | "clientKeyExchange"
      | "finished",
      Message
    >
  > & {
    /** Reads one message, and handles it with the member of `this` for its type. */
    unpacketize(this: object, session: Session, message: SSLStream): void;
  };
  export default handshakeProtocol;
}
