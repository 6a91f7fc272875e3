import mqttPacket from "mqtt-packet";

/** The first packet generated would fill a cache of 65,536 Buffers: the end of an ESP32. */
mqttPacket.writeToStream.cacheNumbers = false;

/** A PUBLISH either way. `payloadLength` exceeds `payload` where the packet was cut short. */
export interface PublishPacket {
  readonly type: "PUBLISH";
  readonly topic: string;
  readonly payload: Uint8Array;
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
  readonly will: { readonly topic: string; readonly payload: string };
}

/** A PUBLISH whole is at most this long after its fixed header: 1 KB of command and its topic. */
export const maximumBufferedBytes = 2048;

/** AWS IoT Core's 128 KB of payload, and the topic. Longer is a broken or a hostile peer. */
export const maximumRemainingLength = 128 * 1024 + 512;

/**
 * Bytes to packets. mqtt-packet believes any length it is told and keeps everything until a packet
 * is whole; so this looks at each fixed header first. A PUBLISH longer than
 * {@link maximumBufferedBytes} is cut: the parser is shown its beginning under a shorter length,
 * the rest is thrown away as it comes. Any other long packet breaks the protocol.
 */
export class Decoder {
  readonly #parser = mqttPacket.parser({ protocolVersion: 4 });
  #packets: ServerPacket[] = [];
  #error: string | undefined;
  /** the fixed header so far, while it is not whole */
  #header: number[] = [];
  /** bytes of the present packet still to be shown to the parser, and then to be thrown away */
  #keep = 0;
  #skip = 0;
  #cut = 0;

  constructor() {
    this.#parser.on("packet", (packet) => this.#take(packet as ParsedPacket));
    this.#parser.on("error", (error: Error) => {
      this.#error ??= error.message;
    });
  }

  /**
   * The packets completed by `bytes`, in order. Once `error` is set the stream has no more meaning:
   * the connection must be dropped [MQTT-4.8.0-1] and the decoder with it.
   */
  decode(bytes: Uint8Array): { packets: ServerPacket[]; error: string | undefined } {
    let at = 0;
    while (at < bytes.length && this.#error === undefined) {
      if (this.#keep === 0 && this.#skip === 0) {
        at = this.#readHeader(bytes, at);
      } else if (this.#keep > 0) {
        const end = Math.min(bytes.length, at + this.#keep);
        this.#keep -= end - at;
        this.#parse(bytes.subarray(at, end));
        at = end;
      } else {
        const end = Math.min(bytes.length, at + this.#skip);
        this.#skip -= end - at;
        at = end;
      }
    }
    const packets = this.#packets;
    this.#packets = [];
    return { packets, error: this.#error };
  }

  /** @returns the index after what belongs to the header */
  #readHeader(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length) {
      const byte = bytes[at++] as number;
      this.#header.push(byte);
      const digits = this.#header.length - 1;
      if (digits === 0 || (byte & 0x80 && digits < 4)) continue;
      if (byte & 0x80) {
        this.#error = "remaining length of more than four bytes"; // [MQTT-2.2.3]
        return at;
      }
      this.#beginPacket();
      return at;
    }
    return at;
  }

  #beginPacket(): void {
    const [first = 0, ...digits] = this.#header;
    this.#header = [];
    const length = digits.reduce((sum, digit, i) => sum + (digit & 0x7f) * 128 ** i, 0);
    const isPublish = first >> 4 === 3;
    if (length > (isPublish ? maximumRemainingLength : maximumBufferedBytes)) {
      this.#error = `packet type ${first >> 4} of ${length} bytes`;
      return;
    }
    this.#keep = Math.min(length, maximumBufferedBytes);
    this.#skip = length - this.#keep;
    this.#cut = this.#skip;
    this.#parse(Uint8Array.from([first, ...remainingLength(this.#keep)]));
  }

  #parse(bytes: Uint8Array): void {
    try {
      // mqtt-packet's types ask for Node's Buffer; its code takes any Uint8Array, and XS has no Buffer.
      this.#parser.parse(bytes as ParserInput);
    } catch (error) {
      // Some truncated packets make the parser read past its buffer.
      this.#error ??= error instanceof Error ? error.message : String(error);
    }
  }

  #take(packet: ParsedPacket): void {
    if (this.#error !== undefined) return;
    const result = translate(packet, this.#cut);
    if (typeof result === "string") this.#error = result;
    else this.#packets.push(result);
  }
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
  if (topic === undefined || topic === "" || /[+#\0]/.test(topic))
    return "PUBLISH with a bad topic";
  if (qos === 0 && packet.dup) return "PUBLISH of QoS 0 with DUP"; // [MQTT-3.3.1-2]
  const payload = packet.payload ?? new Uint8Array(0);
  return {
    type: "PUBLISH",
    topic,
    payload,
    payloadLength: payload.length + cut,
    qos,
    retain: packet.retain === true,
    dup: packet.dup === true,
    packetIdentifier: qos === 1 ? messageId : undefined,
  };
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
    will: { topic: will.topic, payload: will.payload, qos: 1, retain: true },
  });
}

export function encodeSubscribe(packetIdentifier: number, topicFilter: string): Uint8Array {
  return mqttPacket.generate({
    cmd: "subscribe",
    messageId: packetIdentifier,
    subscriptions: [{ topic: topicFilter, qos: 1 }],
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
