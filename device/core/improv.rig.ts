import assert from "node:assert/strict";
import fc from "fast-check";
import type { ImprovEffect } from "./improv.ts";

/** What a client sends, written independently of the firmware. */
export function packetOf(type: number, data: Iterable<number>): Buffer {
  const bytes = [...Buffer.from("IMPROV"), 1, type, [...data].length, ...data];
  return Buffer.from([...bytes, bytes.reduce((total, byte) => total + byte) % 256, 10]);
}

export const commandOf = (command: number, parameters: Iterable<number> = []) =>
  packetOf(3, [command, [...parameters].length, ...parameters]);

/** Each text with its length before it. */
export const textsOf = (...texts: (string | Uint8Array)[]): number[] =>
  texts.flatMap((text) => [Buffer.from(text).length, ...Buffer.from(text)]);

export const settingsOf = (SSID: string | Uint8Array, password: string | Uint8Array) =>
  commandOf(1, textsOf(SSID, password));

/** Any packet, with what it is made of. */
export const packet = fc
  .tuple(fc.nat(255), fc.uint8Array({ maxLength: 255 }))
  .map(([type, data]) => ({ type, data, bytes: packetOf(type, data) }));
/** What else a port carries, also what looks like the beginning of a packet. */
export const text = fc.oneof(
  fc.string({ unit: "grapheme-ascii" }),
  fc.constantFrom("I", "IMPRO", "IMPROV", "IMPROVI", '{"type":"status"}\n'),
);
/** Real packets, packets that are cut or changed, and beginnings of packets with any length. */
export const hostile = fc
  .array(
    fc.oneof(
      packet.map(({ bytes }) => bytes),
      fc.tuple(packet, fc.nat(270)).map(([{ bytes }, length]) => bytes.subarray(0, length)),
      fc.tuple(packet, fc.nat(270), fc.nat(255)).map(([{ bytes }, at, value]) => {
        const changed = Buffer.from(bytes);
        if (at < changed.length) changed[at] = value;
        return changed;
      }),
      fc.nat(255).map((length) => Buffer.from([...Buffer.from("IMPROV"), 1, 3, length])),
      text.map((each) => Buffer.from(each)),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

/** An effect in the words of a test. */
export type Heard =
  | { readonly state: number }
  | { readonly error: number }
  | { readonly result: number; readonly texts: readonly string[] }
  | Exclude<ImprovEffect, { readonly type: "reply" }>;

/** Reads the replies, and checks their format. */
export function hear(effects: readonly ImprovEffect[]): Heard[] {
  return effects.map((effect) => (effect.type === "reply" ? readReply(effect.bytes) : effect));
}

function readReply(bytes: Uint8Array): Heard {
  const [, type, ...rest] = bytes.subarray(7);
  assert.equal(bytes[0], 10, "ends a line that was begun");
  const data = rest.slice(1, -2);
  assert.deepEqual([...bytes.subarray(1)], [...packetOf(type as number, data)]);
  assert.notEqual(data.length, 10, "a client takes a length of 10 for a newline");
  const [first = -1, length, ...texts] = data;
  if (type === 1 || type === 2) {
    assert.equal(data.length, 1);
    return type === 1 ? { state: first } : { error: first };
  }
  assert.equal(type, 4);
  assert.equal(length, texts.length);
  return { result: first, texts: readTexts(Buffer.from(texts)) };
}

function readTexts(bytes: Buffer): string[] {
  const [length] = bytes;
  if (length === undefined) return [];
  return [bytes.subarray(1, 1 + length).toString(), ...readTexts(bytes.subarray(1 + length))];
}
