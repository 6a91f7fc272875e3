import mqttPacket from "mqtt-packet";
import { writeOpenCommand } from "../../device/messages/command.ts";
import { membersOf, parseJson } from "../../device/messages/json.ts";

/** What is sent to the box, and the allowed results. */
export interface Hostile {
  readonly bytes: Uint8Array;
  /** a complete PUBLISH to the command topic, which must leave exactly one event */
  readonly isCommand: boolean;
  /** by independent rules, not the firmware's: it may raise the pin */
  readonly mayOpen: boolean;
}

type Random = () => number;

const pick = <T>(random: Random, values: readonly T[]): T =>
  values[Math.floor(random() * values.length)] as T;

/** Strings that have broken other parsers. */
const oddities: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  "",
  " open",
  "OPEN",
  "opeп",
  "open\0",
  [],
  ["open"],
  {},
  { action: ["open"] },
  "x".repeat(65),
  "__proto__",
  "\ud800",
  "soon",
];

/**
 * One packet, structured or not, that an attacker or a broken broker might send. `date`: ms since
 * 1970.
 */
export function makeHostile(random: Random, topic: string, date: number): Hostile {
  const kind = random();
  if (kind < 0.35) return command(random, topic, date);
  if (kind < 0.7) return mutated(random, topic, date);
  if (kind < 0.85) return plain(strangePacket(random, topic));
  return plain(noise(random, 1 + Math.floor(random() * 40)));
}

const plain = (bytes: Uint8Array): Hostile => ({ bytes, isCommand: false, mayOpen: false });

/** Well-formed MQTT with a payload that must never open the gate. */
function command(random: Random, topic: string, date: number): Hostile {
  const retain = random() < 0.1;
  const bytes = publish(topic, payload(random, date), { retain, dup: random() < 0.1 });
  return { bytes, isCommand: true, mayOpen: false };
}

function payload(random: Random, date: number): string {
  const kind = Math.floor(random() * 6);
  const times = { issuedAt: date - 3_600_000, expiresAt: date + 10_000 };
  const text = writeOpenCommand({ id: `f-${random()}`, ...times, by: "fuzz" });
  const stale = membersOf(parseJson(text));
  switch (kind) {
    case 0:
      return JSON.stringify(pick(random, oddities)) ?? "";
    case 1: {
      // An expired command with one field replaced or added, but never one of its times.
      const field = pick(random, ["action", "id", "by", "extra", "constructor"]);
      return JSON.stringify({ ...stale, [field]: pick(random, oddities) });
    }
    case 2:
      return JSON.stringify({ ...stale, issuedAt: date + 3_600_000, expiresAt: date + 3_610_000 });
    case 3:
      return "{".repeat(1 + Math.floor(random() * 500));
    case 4:
      return `${text}${pick(random, ["}", ",", "\u0000", "open"])}`;
    default:
      // An empty one is no command.
      return "x".repeat(1 + Math.floor(random() * 3_000));
  }
}

/** A valid command, damaged in transit; it may still open the gate. */
function mutated(random: Random, topic: string, date: number): Hostile {
  const times = { issuedAt: date, expiresAt: date + 10_000 };
  const good = writeOpenCommand({ id: `m-${random()}`, ...times, by: "fuzz" });
  const text = random() < 0.3 ? "open" : good;
  let bytes = publish(topic, text, { retain: random() < 0.3, dup: false });
  // Mostly one: in an object whose fields must all be known, almost every byte matters.
  const changes = 1 + Math.floor(random() ** 2 * 4);
  for (let i = 0; i < changes; i++) {
    const at = Math.floor(random() * bytes.length);
    const how = random();
    if (how < 0.6) {
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    } else if (how < 0.8) {
      bytes = bytes.slice(0, at);
    } else {
      bytes = Uint8Array.from([...bytes.slice(0, at), ...noise(random, 3), ...bytes.slice(at)]);
    }
  }
  return { bytes, isCommand: false, mayOpen: mayOpen(bytes, topic) };
}

/** Permissive: anything that a different parser could read as a fresh `open`. */
function mayOpen(bytes: Uint8Array, topic: string): boolean {
  let may = false;
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on("error", () => {});
  parser.on("packet", (packet) => {
    if (packet.cmd !== "publish" || packet.topic !== topic || packet.retain) return;
    may ||= isOpen(String(packet.payload));
  });
  try {
    parser.parse(Buffer.from(bytes));
  } catch {
    // It reads past the end of some packets; earlier ones count.
  }
  return may;
}

function isOpen(text: string): boolean {
  if (text.trim() === "open") return true;
  try {
    return (JSON.parse(text) as { action?: unknown }).action === "open";
  } catch {
    return false;
  }
}

/** Valid MQTT packets that this client never requested. */
function strangePacket(random: Random, topic: string): Uint8Array {
  const identifier = 1 + Math.floor(random() * 65_535);
  const high = identifier >> 8;
  const low = identifier & 255;
  switch (Math.floor(random() * 9)) {
    case 0:
      return Uint8Array.of(0x20, 2, random() < 0.5 ? 1 : 0, Math.floor(random() * 7));
    case 1:
      return Uint8Array.of(0x90, 3, high, low, pick(random, [0, 1, 2, 0x80, 0xff]));
    case 2:
      return Uint8Array.of(0x40, 2, high, low);
    case 3:
      return Uint8Array.of(pick(random, [0x50, 0x62, 0x70, 0xb0]), 2, high, low);
    case 4:
      return Uint8Array.of(0xd0, 0);
    case 5:
      return Uint8Array.of(pick(random, [0x10, 0x82, 0xa2, 0xc0, 0xe0, 0xf0, 0x00]), 0);
    case 6: // an invalid length, or one that is never reached
      return Uint8Array.of(
        pick(random, [0x30, 0x32, 0x20]),
        0xff,
        0xff,
        0xff,
        pick(random, [0x7f, 0xff]),
      );
    case 7: // QoS 2, and QoS 3, which does not exist
      return Uint8Array.from([pick(random, [0x34, 0x36]), ...publish(topic, "open", {}).slice(1)]);
    default:
      return publish(pick(random, ["gate/lot-2/command", `${topic}/x`, "$SYS/x"]), "open", {});
  }
}

function publish(
  topic: string,
  text: string,
  { retain = false, dup = false }: { readonly retain?: boolean; readonly dup?: boolean },
): Uint8Array {
  const common = { cmd: "publish", topic, payload: text, retain, dup } as const;
  return Uint8Array.from(mqttPacket.generate({ ...common, qos: 1, messageId: 77 }));
}

function noise(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}
