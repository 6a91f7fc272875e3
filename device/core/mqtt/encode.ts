import { utf8Length, writeUtf8 } from "../utf8.ts";
import { remainingLength } from "./remaining-length.ts";

/**
 * The packets a box sends (MQTT 3.1.1, chapter 3). mqtt-packet could write them too, but half of it
 * would be in the board's flash for packets and an MQTT version that the box does not use. A
 * property test compares each packet with mqtt-packet's output.
 */
export interface ConnectOptions {
  readonly clientIdentifier: string;
  /** 0–65,535 */
  readonly keepAliveSeconds: number;
  readonly will?: { readonly topic: string; readonly payload: string };
}

export interface PublishOptions {
  readonly topic: string;
  /** text is sent in UTF-8 */
  readonly payload: string | Uint8Array;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 1–65,535 */
  readonly packetIdentifier: number;
}

/** Always a clean session: a command stored while the box was offline must never open the gate. */
export function encodeConnect(options: ConnectOptions): Uint8Array {
  const { clientIdentifier, keepAliveSeconds, will } = options;
  const words =
    will === undefined ? [clientIdentifier] : [clientIdentifier, will.topic, will.payload];
  const packet = new Packet(connectType, 10 + lengthOf(words));
  packet.word("MQTT");
  packet.byte(4); // protocol level (3.1.2.2)
  packet.byte(cleanSession | (will === undefined ? 0 : willOfQoS1Retained));
  packet.number(keepAliveSeconds);
  for (const each of words) packet.word(each);
  return packet.bytes;
}

/** AWS IoT Core accepts 8 filters in one SUBSCRIBE. */
export function encodeSubscribe(
  packetIdentifier: number,
  ...topicFilters: readonly string[]
): Uint8Array {
  const packet = new Packet(subscribeType, 2 + lengthOf(topicFilters) + topicFilters.length);
  packet.number(packetIdentifier);
  for (const each of topicFilters) {
    packet.word(each);
    packet.byte(1); // requested QoS
  }
  return packet.bytes;
}

/** Always QoS 1. */
export function encodePublish(options: PublishOptions): Uint8Array {
  const { topic, payload, retain, dup, packetIdentifier } = options;
  const payloadLength = typeof payload === "string" ? utf8Length(payload) : payload.length;
  const flags = 0b0010 | (retain ? 0b0001 : 0) | (dup ? 0b1000 : 0);
  const packet = new Packet(publishType | flags, lengthOf([topic]) + 2 + payloadLength);
  packet.word(topic);
  packet.number(packetIdentifier);
  if (typeof payload === "string") packet.text(payload, payloadLength);
  else packet.bytes.set(payload, packet.bytes.length - payloadLength);
  return packet.bytes;
}

export function encodePuback(packetIdentifier: number): Uint8Array {
  return Uint8Array.of(pubackType, 2, packetIdentifier >> 8, packetIdentifier);
}

export const encodePingreq = (): Uint8Array => Uint8Array.of(0xc0, 0);

export const encodeDisconnect = (): Uint8Array => Uint8Array.of(0xe0, 0);

/** First byte of the fixed header (2.2): packet type and required flags. */
const connectType = 0x10;
const publishType = 0x30;
const pubackType = 0x40;
const subscribeType = 0x82;

/** Connect flags (3.1.2.3). */
const cleanSession = 0b0000_0010;
const willOfQoS1Retained = 0b0010_1100;

/** Each string has a two-byte length prefix (1.5.3). */
function lengthOf(words: readonly string[]): number {
  let length = 0;
  for (const each of words) length += 2 + utf8Length(each);
  return length;
}

/** Writes one packet into a buffer of a given size. */
class Packet {
  readonly bytes: Uint8Array;
  #at: number;

  constructor(first: number, length: number) {
    const digits = remainingLength(length);
    this.bytes = new Uint8Array(1 + digits.length + length);
    this.bytes[0] = first;
    this.bytes.set(digits, 1);
    this.#at = 1 + digits.length;
  }

  byte(value: number): void {
    this.bytes[this.#at++] = value;
  }

  /** 16 bits, big-endian (1.5.2) */
  number(value: number): void {
    this.byte(value >> 8);
    this.byte(value & 0xff);
  }

  word(text: string): void {
    const length = utf8Length(text);
    this.number(length);
    this.text(text, length);
  }

  text(text: string, length: number): void {
    writeUtf8(text, this.bytes, this.#at);
    this.#at += length;
  }
}
