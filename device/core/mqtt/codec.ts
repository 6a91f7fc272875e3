import mqttPacket from "mqtt-packet";

/** The first packet generated would fill a cache of 65,536 Buffers: the end of an ESP32. */
mqttPacket.writeToStream.cacheNumbers = false;

/** A PUBLISH to us. `payloadLength` is what the sender sent, also where the packet was cut short. */
export interface PublishPacket {
  readonly type: "PUBLISH";
  readonly topic: string;
  /** UTF-8; bytes that are none show as U+FFFD */
  readonly text: string;
  /** in bytes */
  readonly payloadLength: number;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 1–65535 with QoS 1, else undefined */
  readonly packetIdentifier: number | undefined;
}

/** What a server may send to a client that speaks QoS 0 and 1 (MQTT 3.1.1, chapter 3). */
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

export interface ConnectOptions {
  readonly clientIdentifier: string;
  readonly keepAliveSeconds: number;
  readonly will?: { readonly topic: string; readonly payload: string };
}

/** A PUBLISH whole is at most this long after its fixed header: 1 KB of command and its topic. */
export const maximumBufferedBytes = 2048;

/** AWS IoT Core's 128 KB of payload, and the topic. Longer is a broken or a hostile peer. */
export const maximumRemainingLength = 128 * 1024 + 512;

/**
 * mqtt-packet's parser, shown one whole packet at a time. Between packets it remembers nothing, so
 * that all boxes of a process can share one.
 */
export class PacketParser {
  #parser = this.#create();
  #packet: ParsedPacket | undefined;
  #error: string | undefined;

  /**
   * @param cut how many bytes of its payload the packet was shortened by
   * @returns the packet, or what is wrong with it
   */
  parse(bytes: Uint8Array, cut: number): ServerPacket | string {
    this.#packet = undefined;
    this.#error = undefined;
    try {
      // mqtt-packet's types ask for Node's Buffer; its code takes any Uint8Array, and XS has no Buffer.
      this.#parser.parse(bytes as ParserInput);
    } catch (error) {
      // Some truncated packets make the parser read past its buffer.
      this.#error ??= error instanceof Error ? error.message : String(error);
    }
    const result = this.#error ?? this.#translate(cut);
    // Whatever it holds of a bad packet must not reach the next, which may be another box's: a
    // CONNECT, whole but not for us, would even change the version of MQTT it reads.
    if (typeof result === "string") this.#parser = this.#create();
    return result;
  }

  #translate(cut: number): ServerPacket | string {
    const packet = this.#packet;
    return packet === undefined ? "a packet shorter than its fields" : translate(packet, cut);
  }

  #create(): ReturnType<typeof mqttPacket.parser> {
    const parser = mqttPacket.parser({ protocolVersion: 4 });
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
 * Bytes to packets. mqtt-packet believes any length it is told and keeps everything until a packet
 * is whole; so this reads each fixed header first and collects the packet itself. A PUBLISH longer
 * than that (by default {@link maximumBufferedBytes}) is cut: the parser is shown its beginning under a shorter length,
 * the rest is thrown away as it comes. Any other long packet breaks the protocol.
 */
export class Decoder {
  readonly #parser: PacketParser;
  readonly #maximumBufferedBytes: number;
  #error: string | undefined;
  /** the beginning of a packet whose rest has not come yet, its fixed header included */
  #partial: Uint8Array | undefined;
  /** bytes still to be thrown away */
  #skip = 0;

  /** @param bufferedBytes how long a packet may be to be kept whole, after its fixed header */
  constructor(parser: PacketParser, bufferedBytes: number = maximumBufferedBytes) {
    this.#parser = parser;
    this.#maximumBufferedBytes = bufferedBytes;
  }

  /**
   * The packets completed by `bytes`, in order. Once `error` is set the stream has no more meaning:
   * the connection must be dropped [MQTT-4.8.0-1] and the decoder with it.
   */
  decode(bytes: Uint8Array): { packets: ServerPacket[]; error: string | undefined } {
    const packets: ServerPacket[] = [];
    let rest = bytes;
    if (this.#skip > 0) rest = this.#skipped(rest);
    if (this.#partial !== undefined) rest = join(this.#partial, rest);
    this.#partial = undefined;
    while (rest.length > 0 && this.#error === undefined) {
      const used = this.#decodeOne(rest, packets);
      if (used === 0) {
        // A copy (which slice() of Node's Buffer is not): these may be a part of something much larger.
        this.#partial = new Uint8Array(rest);
        break;
      }
      if (used === rest.length) break;
      rest = rest.subarray(used);
    }
    return { packets, error: this.#error };
  }

  #skipped(bytes: Uint8Array): Uint8Array {
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    return bytes.subarray(skipped);
  }

  /** @returns how many bytes belong to the packet at the beginning; 0 while more are needed */
  #decodeOne(bytes: Uint8Array, packets: ServerPacket[]): number {
    const header = readFixedHeader(bytes);
    if (header === "incomplete") return 0;
    const type = (bytes[0] as number) >> 4;
    if (header === "malformed") return this.#fail("remaining length of more than four bytes");
    const { length, start } = header;
    const limit = this.#maximumBufferedBytes;
    if (length > (type === publishType ? maximumRemainingLength : limit)) {
      return this.#fail(`packet type ${type} of ${length} bytes`);
    }
    const exact = exactLengths[type];
    if (exact !== undefined && length !== exact) {
      return this.#fail(`packet type ${type} of ${length} bytes, not ${exact}`);
    }
    const kept = Math.min(length, limit);
    if (bytes.length < start + kept) return 0;
    const cut = length - kept;
    // Mostly one packet comes alone, and needs no view of its own.
    const whole = bytes.length === start + kept ? bytes : bytes.subarray(0, start + kept);
    const result = this.#parser.parse(cut === 0 ? whole : shorten(whole, start, kept), cut);
    if (typeof result === "string") return this.#fail(result);
    packets.push(result);
    const available = Math.min(bytes.length, start + length);
    this.#skip = start + length - available;
    return available;
  }

  #fail(error: string): number {
    this.#error = error;
    return 0;
  }
}

const publishType = 3;

/**
 * Remaining length of CONNACK, PUBACK and PINGRESP (MQTT 3.1.1, 3.2.1, 3.4.1, 3.13.1); mqtt-packet
 * does not look at what follows their fields.
 */
const exactLengths: Readonly<Record<number, number>> = { 2: 2, 4: 2, 13: 0 };

/** The fixed header of MQTT 3.1.1, section 2.2: where the rest starts, and how long it is. */
function readFixedHeader(
  bytes: Uint8Array,
): { readonly start: number; readonly length: number } | "incomplete" | "malformed" {
  let length = 0;
  for (let index = 1; index <= 4; index++) {
    const digit = bytes[index];
    if (digit === undefined) return "incomplete";
    length |= (digit & 0x7f) << (7 * (index - 1));
    if (digit < 0x80) return { start: index + 1, length };
  }
  return "malformed"; // [MQTT-2.2.3]
}

/** The same packet under a fixed header that says `length`. */
function shorten(bytes: Uint8Array, start: number, length: number): Uint8Array {
  const header = [bytes[0] as number, ...remainingLength(length)];
  const shortened = new Uint8Array(header.length + length);
  shortened.set(header);
  shortened.set(bytes.subarray(start, start + length), header.length);
  return shortened;
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

type ParserInput = Parameters<ReturnType<typeof mqttPacket.parser>["parse"]>[0];

/** mqtt-packet's packet, with whatever the peer left out left out. */
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
      return `${packet.cmd} is not for a client of QoS 0 and 1`;
  }
}

function translatePublish(packet: ParsedPacket, cut: number): PublishPacket | string {
  const { topic, qos, messageId } = packet;
  if (qos !== 0 && qos !== 1) return "PUBLISH with QoS 2, which was never asked for";
  // mqtt-packet reads -1 past the end. [MQTT-2.3.1-1], [MQTT-3.3.2-2], [MQTT-4.7.3-1]
  if (qos === 1 && !(messageId !== undefined && messageId > 0))
    return "PUBLISH of QoS 1 without an identifier";
  if (topic === undefined || !isTopicName(topic)) return "PUBLISH with a bad topic";
  if (qos === 0 && packet.dup) return "PUBLISH of QoS 0 with DUP"; // [MQTT-3.3.1-2]
  return {
    type: "PUBLISH",
    topic,
    text: packet.payload?.toString() ?? "",
    payloadLength: (packet.payload?.length ?? 0) + cut,
    qos,
    retain: packet.retain === true,
    dup: packet.dup === true,
    packetIdentifier: qos === 1 ? messageId : undefined,
  };
}

function isTopicName(topic: string): boolean {
  // Bytes that are no UTF-8 show as U+FFFD, which is in none of our topics [MQTT-1.5.3-1].
  if (topic === "" || topic.includes("\0") || topic.includes("\ufffd")) return false;
  return !topic.includes("+") && !topic.includes("#");
}

/** The variable-length integer of MQTT 3.1.1, section 2.2.3; `length` below 2,097,152. */
function remainingLength(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  do {
    bytes.push(rest > 127 ? (rest & 0x7f) | 0x80 : rest);
    rest >>= 7;
  } while (rest > 0);
  return bytes;
}

/** A clean session always: a command stored while the box was away must never open the gate. */
export function encodeConnect({ clientIdentifier, keepAliveSeconds, will }: ConnectOptions) {
  return mqttPacket.generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: clientIdentifier,
    keepalive: keepAliveSeconds,
    ...(will === undefined ? {} : { will: { ...will, qos: 1, retain: true } }),
  });
}

/** AWS IoT Core takes 8 filters in one SUBSCRIBE. */
export function encodeSubscribe(
  packetIdentifier: number,
  ...topicFilters: readonly string[]
): Uint8Array {
  return mqttPacket.generate({
    cmd: "subscribe",
    messageId: packetIdentifier,
    subscriptions: topicFilters.map((topic) => ({ topic, qos: 1 })),
  });
}

export function encodePublish(packet: {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly packetIdentifier: number;
}): Uint8Array {
  const { topic, payload, retain, dup, packetIdentifier } = packet;
  return mqttPacket.generate({
    cmd: "publish",
    topic,
    payload,
    qos: 1,
    retain,
    dup,
    messageId: packetIdentifier,
  });
}

export function encodePuback(packetIdentifier: number): Uint8Array {
  return mqttPacket.generate({ cmd: "puback", messageId: packetIdentifier });
}

export const encodePingreq = (): Uint8Array => mqttPacket.generate({ cmd: "pingreq" });

export const encodeDisconnect = (): Uint8Array => mqttPacket.generate({ cmd: "disconnect" });
