import type { Session } from "./session.ts";

/** `ssl/error` of the SDK. */
export class TLSError extends Error {}

/** What the SDK's part of a message did to its session, or must do. */
export type Effects = Partial<Record<string, (session: Session) => void>>;

/** A session that records calls, and does what the SDK would do to it. */
export interface SdkSession extends Session {
  readonly diary: string[];
  readonly effects: Effects;
  /** of the bodies of messages that came as records */
  readonly lengths?: number[];
}

/** `ssl/stream` of the SDK, for reading. */
export class SSLStream {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get bytesAvailable(): number {
    return this.#bytes.length - this.#at;
  }

  readChunk(length: number): Uint8Array {
    // Without words, as in the SDK.
    if (length > this.bytesAvailable) throw new Error();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

/** The types of messages (RFC 5246, 7.4). */
export const messageTypes: Readonly<Record<string, number>> = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
};
const names = Object.keys(messageTypes);

function message(name: string) {
  const note = (what: string) => (session: SdkSession) => {
    session.diary.push(what);
    session.effects[what]?.(session);
  };
  return { unpacketize: note(name), packetize: note(`sent ${name}`) };
}

/** `sdk/handshake`: accepts all messages, in any order. */
export const handshake = Object.freeze({
  ...Object.fromEntries(names.map((name) => [name, Object.freeze(message(name))])),
  unpacketize(
    this: Readonly<Record<string, ReturnType<typeof message>>>,
    session: SdkSession,
    stream: SSLStream,
  ): void {
    const [type = 0, high = 0, middle = 0, low = 0] = stream.readChunk(4);
    const length = high * 0x10000 + middle * 0x100 + low;
    const body = stream.readChunk(length);
    const name = names.find((each) => messageTypes[each] === type) ?? "";
    session.lengths?.push(length);
    const read: (session: SdkSession, body?: SSLStream) => void =
      this[name]?.unpacketize ?? (() => {});
    read(session, length > 0 ? new SSLStream(body) : undefined);
  },
});
