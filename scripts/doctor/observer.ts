import { randomUUID } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { IPublishPacket, Packet } from "mqtt-packet";
import { readEventProbe } from "../../device/messages/event.ts";
import { membersOf, parseJson } from "../../device/messages/json.ts";
import { isStatusReport, readStatus } from "../../device/messages/status.ts";
import { serviceClientIdPrefix, type Topics, topicsOf } from "../../device/messages/topics.ts";
import { isEnding, MqttPeer } from "./mqtt-peer.ts";
import type { Timing } from "./surroundings.ts";

/** The box's state by its retained status. */
export interface BoxStatus {
  readonly state: "online" | "offline" | "never-seen" | "unknown";
  /** since its start; 0 if unknown */
  readonly connections: number;
  readonly uptimeMs: number;
}

const nothingKnown: BoxStatus = { state: "unknown", connections: 0, uptimeMs: 0 };

/** The options to observe a box with the service's certificate. */
export interface ObserverOptions {
  readonly prefix: string;
  readonly thing: string;
  readonly timing: Timing;
  /** opens a connection with the service's certificate; undefined if that is not possible */
  dial(): Promise<TLSSocket | undefined>;
}

/** Reads the retained status. It uses an exact topic filter, as AWS requires. A policy may deny it. */
export async function askBoxStatus(options: ObserverOptions): Promise<BoxStatus> {
  const { prefix, thing, timing } = options;
  const { status } = topicsOf(prefix, thing);
  const peer = await join(options, [status]);
  if (peer === undefined) return nothingKnown;
  try {
    for (;;) {
      const next = await peer.next(timing.deliveryMs);
      if (next === undefined) return { ...nothingKnown, state: "never-seen" };
      if (isEnding(next)) return nothingKnown;
      if (next.cmd === "publish" && next.topic === status) return statusIn(next);
    }
  } finally {
    await peer.leave();
  }
}

/** Receives the boxes' messages while the doctor acts as a box. */
export class Observer {
  readonly #peer: MqttPeer;
  readonly #topics: Topics;
  readonly #timing: Timing;
  readonly #events = new Set<string>();
  #announcement: BoxStatus | undefined;

  private constructor(peer: MqttPeer, { prefix, thing, timing }: ObserverOptions) {
    this.#peer = peer;
    this.#topics = topicsOf(prefix, thing);
    this.#timing = timing;
  }

  /** Undefined if the broker refuses the service's connection or subscriptions. */
  static async join(options: ObserverOptions): Promise<Observer | undefined> {
    // With wildcards, as in the service's policy.
    const { event, status } = topicsOf(options.prefix, "+");
    const peer = await join(options, [event, status]);
    return peer && new Observer(peer, options);
  }

  /** Whether the event with that ID arrives in time. */
  async hears(eventId: string): Promise<boolean> {
    while (!this.#events.has(eventId)) {
      if (!(await this.#take(this.#timing.deliveryMs))) return false;
    }
    return true;
  }

  /** The last `online` status of the box since the observer joined. The doctor never publishes one. */
  async announcement(): Promise<BoxStatus | undefined> {
    while (await this.#take(0)) {
      // until nothing is left
    }
    return this.#announcement;
  }

  leave(): Promise<void> {
    return this.#peer.leave();
  }

  async #take(timeoutMs: number): Promise<boolean> {
    const next = await this.#peer.next(timeoutMs);
    if (next === undefined || isEnding(next)) return false;
    if (next.cmd !== "publish") return true;
    if (next.topic === this.#topics.event) {
      const id = readEventProbe(valueIn(next));
      if (id !== undefined) this.#events.add(id);
    }
    if (next.topic === this.#topics.status && !next.retain) {
      const status = statusIn(next);
      if (status.state === "online") this.#announcement = status;
    }
    return true;
  }
}

async function join(
  { dial, timing }: ObserverOptions,
  filters: readonly string[],
): Promise<MqttPeer | undefined> {
  const socket = await dial();
  if (socket === undefined) return undefined;
  const peer = new MqttPeer(socket);
  const early: Packet[] = [];
  const answer = async (cmd: "connack" | "suback") => {
    for (;;) {
      const next = await peer.next(timing.answerMs);
      if (next === undefined || isEnding(next)) return undefined;
      if (next.cmd === cmd) return next;
      // Retained messages may arrive before SUBACK [MQTT-3.8.4-3].
      early.push(next);
    }
  };
  peer.send({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    keepalive: 600,
    clientId: `${serviceClientIdPrefix}${randomUUID()}`,
  });
  const connack = await answer("connack");
  if (connack?.cmd === "connack" && connack.returnCode === 0) {
    // QoS 0, so that the doctor has nothing to acknowledge.
    const subscriptions = filters.map((topic) => ({ topic, qos: 0 as const }));
    peer.send({ cmd: "subscribe", messageId: 1, subscriptions });
    const suback = await answer("suback");
    const granted = suback?.cmd === "suback" ? suback.granted : [0x80];
    if (granted.every((code) => Number(code) < 0x80)) {
      peer.putBack(early);
      return peer;
    }
  }
  await peer.leave();
  return undefined;
}

function statusIn(packet: IPublishPacket): BoxStatus {
  const value = valueIn(packet);
  const status = readStatus(value);
  if (status !== undefined && isStatusReport(status)) {
    const { state, connections, uptimeMs } = status;
    return { state, connections, uptimeMs };
  }
  // A box that is online must not be disconnected, even if the rest of its status is invalid.
  const { state } = membersOf(value);
  return state === "online" || state === "offline" ? { ...nothingKnown, state } : nothingKnown;
}

function valueIn({ payload }: IPublishPacket): unknown {
  return parseJson(payload.toString());
}
