import type { TLSSocket } from "node:tls";
import type { Packet } from "mqtt-packet";
import { writeEventProbe } from "../../device/messages/event.ts";
import { writeStatus } from "../../device/messages/status.ts";
import type { Topics } from "../../device/messages/topics.ts";
import { type Ending, isEnding, MqttPeer } from "./mqtt-peer.ts";
import type { Timing } from "./surroundings.ts";

/** What the connection was waiting for when it ended. */
export type Stage = "admission" | "connack" | "suback" | "puback" | "watch";

/** The result of one connection as the box. */
export interface Conversation {
  readonly stage: Stage;
  readonly ending:
    | Ending
    /** no failure until the end */
    | { readonly type: "held" }
    | { readonly type: "silent" }
    /** CONNACK with a return code other than 0 (MQTT 3.1.1, table 3.1) */
    | { readonly type: "refused"; readonly returnCode: number }
    /** SUBACK with 0x80 */
    | { readonly type: "not-granted" }
    /** a packet other than the expected one */
    | { readonly type: "unexpected"; readonly packet: string };
  /** the command topic has a retained message */
  readonly commandRetained: boolean;
}

export interface ConversationOptions {
  readonly clientId: string;
  readonly keepAliveSeconds: number;
  readonly topics: Topics;
  /** what a box subscribes to besides its command topic, in the same SUBSCRIBE */
  readonly moreFilters: readonly string[];
  /** send the box's last will in CONNECT, and stop after CONNACK */
  readonly withWill: boolean;
  readonly timing: Timing;
}

/**
 * Takes a box's steps one after the other, and returns where they ended. It publishes only to the
 * event topic, not retained. No box subscribes to that topic, so no gate moves.
 * @param eventId identifies the event for the observer
 */
export async function converse(
  socket: TLSSocket,
  options: ConversationOptions,
  eventId: string,
): Promise<Conversation> {
  const speaker = new Speaker(new MqttPeer(socket), options);
  try {
    return await speaker.speak(eventId);
  } finally {
    await speaker.leave();
  }
}

type Answer<C extends Packet["cmd"]> =
  | { readonly type: "packet"; readonly packet: Extract<Packet, { cmd: C }> }
  | { readonly type: "ended"; readonly ending: Conversation["ending"] };

class Speaker {
  readonly #peer: MqttPeer;
  readonly #options: ConversationOptions;
  #commandRetained = false;

  constructor(peer: MqttPeer, options: ConversationOptions) {
    this.#peer = peer;
    this.#options = options;
  }

  leave(): Promise<void> {
    return this.#peer.leave();
  }

  async speak(eventId: string): Promise<Conversation> {
    const { topics, moreFilters, timing, withWill } = this.#options;
    // A broker that refuses the certificate closes the connection before CONNECT. The handshake may
    // already be complete by then.
    const early = await this.#peer.next(timing.admissionMs);
    if (early !== undefined) {
      return this.#end("admission", isEnding(early) ? early : unexpected(early));
    }
    this.#peer.send(this.#connectPacket());
    const connack = await this.#answer("connack");
    if (connack.type === "ended") return this.#end("connack", connack.ending);
    const returnCode = connack.packet.returnCode ?? 0;
    if (returnCode !== 0) return this.#end("connack", { type: "refused", returnCode });
    if (withWill) return this.#end("connack", { type: "held" });

    const filters = [topics.command, ...moreFilters];
    const subscriptions = filters.map((topic) => ({ topic, qos: 1 as const }));
    this.#peer.send({ cmd: "subscribe", messageId: 1, subscriptions });
    const suback = await this.#answer("suback");
    if (suback.type === "ended") return this.#end("suback", suback.ending);
    if (suback.packet.granted.some((code) => Number(code) >= 0x80)) {
      return this.#end("suback", { type: "not-granted" });
    }

    this.#peer.send({
      cmd: "publish",
      topic: topics.event,
      payload: writeEventProbe(eventId),
      messageId: 2,
      qos: 1,
      dup: false,
      retain: false,
    });
    const puback = await this.#answer("puback");
    if (puback.type === "ended") return this.#end("puback", puback.ending);
    return this.#end("watch", await this.#watch());
  }

  #connectPacket(): Packet {
    const { clientId, keepAliveSeconds, topics, withWill } = this.#options;
    const payload = Buffer.from(writeStatus({ state: "offline", firmware: "doctor" }));
    return {
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId,
      // It sends nothing while it watches, so the keep alive must be longer.
      keepalive: Math.max(keepAliveSeconds, Math.ceil(this.#options.timing.watchMs / 1_000) + 30),
      ...(withWill ? { will: { topic: topics.status, payload, qos: 1, retain: true } } : {}),
    };
  }

  /** Waits for the expected answer. It ignores commands that arrive meanwhile. */
  async #answer<C extends Packet["cmd"]>(cmd: C): Promise<Answer<C>> {
    for (;;) {
      const next = await this.#peer.next(this.#options.timing.answerMs);
      if (next === undefined) return { type: "ended", ending: { type: "silent" } };
      if (isEnding(next)) return { type: "ended", ending: next };
      if (isOfKind(next, cmd)) return { type: "packet", packet: next };
      if (next.cmd !== "publish") return { type: "ended", ending: unexpected(next) };
      this.#note(next);
    }
  }

  async #watch(): Promise<Conversation["ending"]> {
    const until = performance.now() + this.#options.timing.watchMs;
    for (;;) {
      const next = await this.#peer.next(Math.max(0, until - performance.now()));
      if (next === undefined) return { type: "held" };
      if (isEnding(next)) return next;
      this.#note(next);
    }
  }

  #note(packet: Packet): void {
    const isCommand = packet.cmd === "publish" && packet.topic === this.#options.topics.command;
    if (isCommand && packet.retain) this.#commandRetained = true;
  }

  #end(stage: Stage, ending: Conversation["ending"]): Conversation {
    return { stage, ending, commandRetained: this.#commandRetained };
  }
}

function unexpected({ cmd }: Packet): Conversation["ending"] {
  return { type: "unexpected", packet: cmd };
}

function isOfKind<C extends Packet["cmd"]>(
  packet: Packet,
  cmd: C,
): packet is Extract<Packet, { cmd: C }> {
  return packet.cmd === cmd;
}
