import mqttPacket from "mqtt-packet";
// Import it first: it switches the number cache off.
import "./codec.ts";

/** The server's side of the wire, with an independent codec: packets to and from bytes. */
export type Packet = Parameters<typeof mqttPacket.generate>[0];

const bytesOf = (packet: Packet): Uint8Array => Uint8Array.from(mqttPacket.generate(packet));

export const connack = (returnCode = 0, sessionPresent = false): Uint8Array =>
  // mqtt-packet enforces the codes of MQTT 3.1.1; a peer need not.
  Uint8Array.of(0x20, 2, sessionPresent ? 1 : 0, returnCode);

export const suback = (messageId: number, granted: readonly number[] = [1]): Uint8Array =>
  bytesOf({ cmd: "suback", messageId, granted: [...granted] });

export const puback = (messageId: number): Uint8Array => bytesOf({ cmd: "puback", messageId });

export const pingresp = (): Uint8Array => bytesOf({ cmd: "pingresp" });

export interface ServerPublish {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly messageId?: number;
}

export function publish(packet: ServerPublish): Uint8Array {
  const { topic, payload, qos = 1, retain = false, dup = false, messageId = 7 } = packet;
  const bytes = typeof payload === "string" ? payload : Buffer.from(payload);
  return bytesOf({
    cmd: "publish",
    topic,
    payload: bytes,
    qos,
    retain,
    dup,
    ...(qos === 0 ? {} : { messageId }),
  });
}

/** What a client sent, as a server reads it. Throws if a server would disconnect. */
export function clientPackets(chunks: Iterable<Uint8Array>): Packet[] {
  const packets: Packet[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on("packet", (packet) => packets.push(packet));
  parser.on("error", (error) => {
    throw error;
  });
  for (const chunk of chunks) {
    const left = parser.parse(Buffer.from(chunk));
    if (left !== 0) throw new Error(`${left} bytes after the last packet`);
  }
  return packets;
}

/** The only packet in `chunk`, which must be of this type. */
export function clientPacket<C extends Packet["cmd"]>(
  chunk: Uint8Array,
  cmd: C,
): Extract<Packet, { cmd: C }> {
  const [packet, ...more] = clientPackets([chunk]);
  if (packet === undefined || more.length > 0) throw new Error("not exactly one packet");
  if (!isOfKind(packet, cmd)) throw new Error(`${packet.cmd} instead of ${cmd}`);
  return packet;
}

function isOfKind<C extends Packet["cmd"]>(
  packet: Packet,
  cmd: C,
): packet is Extract<Packet, { cmd: C }> {
  return packet.cmd === cmd;
}
