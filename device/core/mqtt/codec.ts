/// <reference path="./mqtt-packet.d.ts" />
import Parser from "mqtt-packet/parser.js";
import { readUtf8 } from "../utf8.ts";
import { remainingLength } from "./remaining-length.ts";

/** A PUBLISH to us. */
export class PublishPacket {
  readonly type = "PUBLISH";
  readonly topic: string;
  /** empty if the packet was cut; valid until more bytes are received */
  readonly payload: Uint8Array;
  /** in bytes, as it was sent, even if the packet was cut */
  readonly payloadLength: number;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 1–65535 with QoS 1, else undefined */
  readonly packetIdentifier: number | undefined;

  constructor(fields: Omit<PublishPacket, "type" | "text">) {
    this.topic = fields.topic;
    this.payload = fields.payload;
    this.payloadLength = fields.payloadLength;
    this.qos = fields.qos;
    this.retain = fields.retain;
    this.dup = fields.dup;
    this.packetIdentifier = fields.packetIdentifier;
  }

  /** The payload in UTF-8; invalid bytes become U+FFFD. Decoding is the most expensive step for a packet. */
  get text(): string {
    return readUtf8(this.payload);
  }
}

/** What a server may send to a QoS 0 and 1 client (MQTT 3.1.1, chapter 3). */
export type ServerPacket =
  | { readonly type: "CONNACK"; readonly returnCode: number; readonly sessionPresent: boolean }
  | PublishPacket
  | { readonly type: "PUBACK"; readonly packetIdentifier: number }
  | {
      readonly type: "SUBACK";
      readonly packetIdentifier: number;
      /** per filter: the granted QoS, or 0x80 for refused */
      readonly returnCodes: readonly number[];
    }
  | { readonly type: "PINGRESP" };

/** Maximum length of a complete PUBLISH after its fixed header: 1 KB of command and its topic. */
export const maximumBufferedBytes = 2048;

/**
 * AWS IoT Core's payload limit of 128 KB, and the topic. Anything longer comes from a broken or
 * hostile peer.
 */
export const maximumRemainingLength = 128 * 1024 + 512;

/**
 * mqtt-packet's parser, which receives one complete packet at a time. It keeps no state between
 * packets, so all boxes of a process can share one.
 */
export class PacketParser {
  #parser = this.#create();
  #packet: ParsedPacket | undefined;
  #error: string | undefined;

  /**
   * @param cut by how many bytes the payload was shortened
   * @returns the packet, or what is wrong with it
   */
  parse(bytes: Uint8Array, cut: number): ServerPacket | string {
    this.#packet = undefined;
    this.#error = undefined;
    try {
      this.#parser.parse(bytes);
    } catch (error) {
      // Some truncated packets make the parser read past its buffer.
      this.#error ??= error instanceof Error ? error.message : String(error);
    }
    const result = this.#error ?? this.#translate(cut);
    // State left from a bad packet must not affect the next, which may belong to another box. A
    // CONNECT, valid but not for us, would even change the MQTT version of the parser.
    if (typeof result === "string") this.#parser = this.#create();
    return result;
  }

  #translate(cut: number): ServerPacket | string {
    const packet = this.#packet;
    return packet === undefined ? "a packet shorter than its fields" : translate(packet, cut);
  }

  #create(): Parser {
    const parser = Parser.parser({ protocolVersion: 4 });
    parser.on("packet", (packet) => {
      this.#packet = packet as ParsedPacket;
    });
    parser.on("error", (error: Error) => {
      this.#error = error.message;
    });
    return parser;
  }
}

/**
 * Bytes to packets, one at a time. mqtt-packet trusts any length and buffers until a packet is
 * complete, so this decoder reads each fixed header first and collects the packet itself, each byte
 * once. A longer PUBLISH (by default {@link maximumBufferedBytes}) is cut: the parser receives its
 * beginning with a shorter length, and the rest is discarded on arrival. Any other long packet is a
 * protocol error.
 */
export class Decoder {
  readonly #parser: PacketParser;
  readonly #maximumBufferedBytes: number;
  #error: string | undefined;
  /** the last input, and how much of it has been used */
  #received: Uint8Array = nothing;
  #used = 0;
  /** the beginning of an incomplete packet */
  #partial: Partial | undefined;
  /** bytes still to be discarded */
  #skip = 0;

  /** @param bufferedBytes maximum length of a packet that is kept whole, after its fixed header */
  constructor(parser: PacketParser, bufferedBytes: number = maximumBufferedBytes) {
    this.#parser = parser;
    this.#maximumBufferedBytes = bufferedBytes;
  }

  /**
   * Once it is set, the stream is unusable: drop the connection [MQTT-4.8.0-1] and the decoder with
   * it.
   */
  get error(): string | undefined {
    return this.#error;
  }

  /** Whether {@link next} has bytes to read. */
  get hasMore(): boolean {
    return this.#error === undefined && this.#used < this.#received.length;
  }

  /**
   * Call it only after {@link next} has returned everything so far. `bytes` must not change until
   * then.
   */
  receive(bytes: Uint8Array): void {
    this.#received = bytes;
    this.#used = 0;
  }

  /** @returns the next packet; undefined if more bytes are needed, or there is an {@link error} */
  next(): ServerPacket | undefined {
    if (!this.hasMore) return undefined;
    this.#throwAway();
    if (this.#partial !== undefined) return this.#continue(this.#partial);
    const bytes = this.#received;
    const from = this.#used;
    if (from === bytes.length) return undefined;
    const header = readFixedHeader(bytes, from);
    if (header === "incomplete") {
      return this.#continue({ bytes: new Uint8Array(longestHeader), length: 0, header: undefined });
    }
    const kept = this.#keptOf(header, bytes[from] as number);
    if (kept === undefined || header === "malformed") return undefined;
    const whole = header.start - from + kept;
    if (bytes.length - from < whole) {
      return this.#continue({ bytes: new Uint8Array(whole), length: 0, header });
    }
    this.#used = from + whole;
    // Used input is released now: more may not arrive for minutes.
    if (this.#used === bytes.length) this.receive(nothing);
    // Usually one packet arrives alone and needs no view of its own.
    const packet = whole === bytes.length ? bytes : bytes.subarray(from, from + whole);
    return this.#parse(packet, header.start - from, kept, header.length);
  }

  #throwAway(): void {
    const count = Math.min(this.#skip, this.#received.length - this.#used);
    this.#skip -= count;
    this.#used += count;
  }

  /** Continues a packet that arrived in pieces: its fixed header first, byte by byte. */
  #continue(partial: Partial): ServerPacket | undefined {
    this.#partial = partial;
    while (partial.header === undefined) {
      if (this.#used === this.#received.length) return undefined;
      partial.bytes[partial.length++] = this.#received[this.#used++] as number;
      const header = readFixedHeader(partial.bytes.subarray(0, partial.length), 0);
      if (header === "incomplete") continue;
      const kept = this.#keptOf(header, partial.bytes[0] as number);
      if (kept === undefined || header === "malformed") return undefined;
      partial.header = header;
      const beginning = partial.bytes.subarray(0, partial.length);
      partial.bytes = new Uint8Array(header.start + kept);
      partial.bytes.set(beginning);
    }
    const { bytes, header } = partial;
    const count = Math.min(bytes.length - partial.length, this.#received.length - this.#used);
    bytes.set(this.#received.subarray(this.#used, this.#used + count), partial.length);
    partial.length += count;
    this.#used += count;
    if (partial.length < bytes.length) return undefined;
    this.#partial = undefined;
    const start = bytes.length - Math.min(header.length, this.#maximumBufferedBytes);
    return this.#parse(bytes, start, bytes.length - start, header.length);
  }

  /** @returns how much of the packet is kept after its fixed header; undefined on an error */
  #keptOf(header: FixedHeader | "malformed", first: number): number | undefined {
    if (header === "malformed") return this.#fail("remaining length of more than four bytes");
    const type = first >> 4;
    const { length } = header;
    const limit = this.#maximumBufferedBytes;
    if (length > (type === publishType ? maximumRemainingLength : limit)) {
      return this.#fail(`packet type ${type} of ${length} bytes`);
    }
    const exact = exactLengths[type];
    if (exact !== undefined && length !== exact) {
      return this.#fail(`packet type ${type} of ${length} bytes, not ${exact}`);
    }
    return Math.min(length, limit);
  }

  #parse(
    packet: Uint8Array,
    start: number,
    kept: number,
    length: number,
  ): ServerPacket | undefined {
    const cut = length - kept;
    this.#skip = cut;
    const result = this.#parser.parse(cut === 0 ? packet : shorten(packet, start, kept), cut);
    return typeof result === "string" ? this.#fail(result) : result;
  }

  #fail(error: string): undefined {
    this.#error = error;
    return undefined;
  }
}

/** An incomplete packet. */
interface Partial {
  /** room for the fixed header; once its length is known, for all that is kept */
  bytes: Uint8Array;
  /** how many bytes it has */
  length: number;
  header: FixedHeader | undefined;
}

interface FixedHeader {
  /** where the rest starts */
  readonly start: number;
  /** length of the rest, as the peer declared it */
  readonly length: number;
}

const nothing = new Uint8Array(0);

/** One byte, and four of length (MQTT 3.1.1, section 2.2). */
const longestHeader = 5;

const publishType = 3;

/**
 * Remaining length of CONNACK, PUBACK and PINGRESP (MQTT 3.1.1, 3.2.1, 3.4.1, 3.13.1). mqtt-packet
 * does not check what follows their fields.
 */
const exactLengths: Readonly<Record<number, number>> = { 2: 2, 4: 2, 13: 0 };

/** The fixed header of MQTT 3.1.1, section 2.2, that begins at `from`. */
function readFixedHeader(
  bytes: Uint8Array,
  from: number,
): FixedHeader | "incomplete" | "malformed" {
  let length = 0;
  for (let index = 1; index < longestHeader; index++) {
    const digit = bytes[from + index];
    if (digit === undefined) return "incomplete";
    length |= (digit & 0x7f) << (7 * (index - 1));
    if (digit < 0x80) return { start: from + index + 1, length };
  }
  return "malformed"; // [MQTT-2.2.3]
}

/** The same packet with a fixed header that declares `length`. */
function shorten(bytes: Uint8Array, start: number, length: number): Uint8Array {
  const header = [bytes[0] as number, ...remainingLength(length)];
  const shortened = new Uint8Array(header.length + length);
  shortened.set(header);
  shortened.set(bytes.subarray(start, start + length), header.length);
  return shortened;
}

/** mqtt-packet's packet. Fields that the peer left out are absent. */
interface ParsedPacket {
  readonly cmd: string;
  readonly messageId?: number;
  readonly returnCode?: number;
  readonly sessionPresent?: boolean;
  readonly granted?: readonly number[];
  readonly topic?: string;
  /** a Buffer: its toString() decodes UTF-8 */
  readonly payload?: Uint8Array;
  readonly qos?: number;
  readonly retain?: boolean;
  readonly dup?: boolean;
}

/** @returns the packet, or what is wrong with it */
function translate(packet: ParsedPacket, cut: number): ServerPacket | string {
  const packetIdentifier = packet.messageId;
  const isIdentified = packetIdentifier !== undefined && packetIdentifier > 0;
  switch (packet.cmd) {
    case "connack":
      if (packet.returnCode === undefined) return "CONNACK without a return code";
      return {
        type: "CONNACK",
        returnCode: packet.returnCode,
        sessionPresent: packet.sessionPresent === true,
      };
    case "publish":
      return translatePublish(packet, cut);
    case "puback":
      return isIdentified ? { type: "PUBACK", packetIdentifier } : "PUBACK without an identifier";
    case "suback":
      return isIdentified
        ? { type: "SUBACK", packetIdentifier, returnCodes: packet.granted ?? [] }
        : "SUBACK without an identifier";
    case "pingresp":
      return { type: "PINGRESP" };
    default:
      return `${packet.cmd} is not valid for this client`;
  }
}

function translatePublish(packet: ParsedPacket, cut: number): PublishPacket | string {
  const { topic, qos, messageId } = packet;
  if (qos !== 0 && qos !== 1) return "PUBLISH with QoS 2, not requested";
  // mqtt-packet reads -1 past the end. [MQTT-2.3.1-1], [MQTT-3.3.2-2], [MQTT-4.7.3-1]
  if (qos === 1 && !(messageId !== undefined && messageId > 0))
    return "PUBLISH of QoS 1 without an identifier";
  if (topic === undefined || !isTopicName(topic)) return "PUBLISH with a bad topic";
  if (qos === 0 && packet.dup) return "PUBLISH of QoS 0 with DUP"; // [MQTT-3.3.1-2]
  const { payload = nothing } = packet;
  return new PublishPacket({
    topic,
    // Truncated text is useless.
    payload: cut === 0 ? payload : nothing,
    payloadLength: payload.length + cut,
    qos,
    retain: packet.retain === true,
    dup: packet.dup === true,
    packetIdentifier: qos === 1 ? messageId : undefined,
  });
}

function isTopicName(topic: string): boolean {
  // Invalid UTF-8 becomes U+FFFD, which is in none of our topics [MQTT-1.5.3-1].
  if (topic === "" || topic.includes("\0") || topic.includes("\ufffd")) return false;
  return !topic.includes("+") && !topic.includes("#");
}
