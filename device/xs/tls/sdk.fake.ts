import type { Session } from "./session.ts";

/** `ssl/error` of the SDK. */
export class TLSError extends Error {}

/** What the SDK's part of a message did to its session, or must do. */
export type Effects = Partial<Record<string, (session: Session) => void>>;

/** A session that records calls, and does what the SDK would do to it. */
export interface SdkSession extends Session {
  readonly diary: string[];
  readonly effects: Effects;
}

const names = [
  "helloRequest",
  "clientHello",
  "serverHello",
  "certificate",
  "serverKeyExchange",
  "certificateRequest",
  "serverHelloDone",
  "certificateVerify",
  "clientKeyExchange",
  "finished",
];

function message(name: string) {
  const note = (what: string) => (session: SdkSession) => {
    session.diary.push(what);
    session.effects[what]?.(session);
  };
  return { unpacketize: note(name), packetize: note(`sent ${name}`) };
}

/** `sdk/handshake`: accepts all messages, in any order. */
export const handshake = Object.freeze(
  Object.fromEntries(names.map((name) => [name, Object.freeze(message(name))])),
);
