import { Readable } from "node:stream";
import type { AedesPublishPacket, Subscription } from "aedes";
import type { Limits } from "./aws-limits.ts";
import { isReserved, matchesFilter } from "./topic-rules.ts";

/** A retained message. */
export interface RetainedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
}

interface Session {
  /** filter to QoS */
  readonly subscriptions: Map<string, Subscription["qos"]>;
  /** QoS 1 messages not acknowledged, oldest first */
  readonly queue: StoredMessage[];
  /** when the connection ended; undefined while there is one */
  endedAt: number | undefined;
}

interface StoredMessage {
  readonly packet: AedesPublishPacket;
  /** how the connection there is now delivers it; undefined: not yet */
  way: "arriving" | "replayed" | undefined;
}

interface ClientReference {
  readonly id: string;
}

/**
 * What outlives a connection: retained messages, and persistent sessions for an hour. In memory.
 *
 * The `async` methods are aedes's persistence interface. AWS differs from aedes's own: retained
 * messages come for an exact filter alone, reserved topics keep none, and sessions expire. Wills are
 * not kept, as a will is published by the one broker that heard it.
 */
export class MessageStore {
  readonly #retained = new Map<string, AedesPublishPacket>();
  readonly #sessions = new Map<string, Session>();
  readonly #expiryMs: number;
  readonly #now: () => number;

  /** `now` in milliseconds. */
  constructor(limits: Pick<Limits, "sessionExpirySeconds">, now: () => number) {
    this.#expiryMs = limits.sessionExpirySeconds * 1000;
    this.#now = now;
  }

  /** A connection takes up its session, or begins one. Present: one was there. */
  beginSession(
    clientId: string,
    clean: boolean,
  ): { readonly sessionPresent: boolean; readonly filters: readonly string[] } {
    const session = clean ? undefined : this.#liveSession(clientId);
    if (session !== undefined) {
      session.endedAt = undefined;
      for (const stored of session.queue) {
        stored.way = undefined;
        delete stored.packet.messageId; // it was the other connection's
      }
      return { sessionPresent: true, filters: [...session.subscriptions.keys()] };
    }
    this.#sessions.delete(clientId);
    if (!clean) {
      this.#sessions.set(clientId, { subscriptions: new Map(), queue: [], endedAt: undefined });
    }
    return { sessionPresent: false, filters: [] };
  }

  /** The connection is gone: from now on the session, if it is persistent, grows old. */
  endSession(clientId: string): void {
    const session = this.#sessions.get(clientId);
    if (session !== undefined) session.endedAt = this.#now();
  }

  retained(topic: string): RetainedMessage | undefined {
    const packet = this.#retained.get(topic);
    if (packet === undefined) return undefined;
    return { topic, payload: Buffer.from(packet.payload), qos: packet.qos === 0 ? 0 : 1 };
  }

  async setup(): Promise<void> {}

  async storeRetained(packet: AedesPublishPacket): Promise<void> {
    if (isReserved(packet.topic)) return;
    if (packet.payload.length === 0) this.#retained.delete(packet.topic);
    else this.#retained.set(packet.topic, { ...packet });
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    // no topic is spelt like a filter with wildcards: those find nothing
    return Readable.from(filters.flatMap((filter) => this.#retained.get(filter) ?? []));
  }

  async addSubscriptions(
    client: ClientReference,
    subscriptions: readonly Subscription[],
  ): Promise<void> {
    const session = this.#liveSession(client.id);
    for (const { topic, qos } of subscriptions) session?.subscriptions.set(topic, qos);
  }

  async removeSubscriptions(client: ClientReference, filters: readonly string[]): Promise<void> {
    const session = this.#liveSession(client.id);
    for (const filter of filters) session?.subscriptions.delete(filter);
  }

  async subscriptionsByClient(client: ClientReference): Promise<Subscription[]> {
    const session = this.#liveSession(client.id);
    return [...(session?.subscriptions ?? [])].map(([topic, qos]) => ({ topic, qos }));
  }

  async cleanSubscriptions(): Promise<void> {
    // beginSession has done it, before a session under the same id could begin
  }

  async subscriptionsByTopic(topic: string): Promise<(Subscription & { clientId: string })[]> {
    const found: (Subscription & { clientId: string })[] = [];
    for (const clientId of this.#sessions.keys()) {
      for (const [filter, qos] of this.#liveSession(clientId)?.subscriptions ?? []) {
        if (qos === 0 || !matchesFilter(filter, topic)) continue;
        found.push({ clientId, topic: filter, qos });
        break;
      }
    }
    return found;
  }

  async outgoingEnqueue(to: { clientId: string }, packet: AedesPublishPacket): Promise<void> {
    this.#liveSession(to.clientId)?.queue.push({ packet: { ...packet }, way: undefined });
  }

  async outgoingEnqueueCombi(
    subscriptions: readonly { clientId: string }[],
    packet: AedesPublishPacket,
  ): Promise<void> {
    for (const to of subscriptions) await this.outgoingEnqueue(to, packet);
  }

  /**
   * Whether the client is given `packet` as it arrives. False: it is given it as a part of what its
   * session has stored, as aedes, with a client that has just come back, would do both.
   */
  claimArriving(clientId: string, packet: AedesPublishPacket): boolean {
    const queue = this.#liveSession(clientId)?.queue;
    const stored = queue?.find((candidate) => isSame(candidate.packet, packet));
    if (stored?.way === "replayed") return false;
    if (stored !== undefined) stored.way = "arriving";
    return true;
  }

  /** Notes the packet identifier a stored message was sent under. */
  async outgoingUpdate(client: ClientReference, packet: AedesPublishPacket): Promise<void> {
    const queue = this.#liveSession(client.id)?.queue;
    const stored = queue?.find((candidate) => isSame(candidate.packet, packet));
    // aedes asks who has subscribed before it delivers: a subscription made in between is served,
    // but its message is not yet in the queue
    if (stored === undefined) queue?.push({ packet: { ...packet }, way: "arriving" });
    else if (packet.messageId !== undefined) stored.packet.messageId = packet.messageId;
  }

  /** Without an identifier: forgets a message that arrived, but may not be given to the client. */
  async outgoingClearMessageId(
    client: ClientReference,
    packet: AedesPublishPacket,
  ): Promise<AedesPublishPacket | undefined> {
    const queue = this.#liveSession(client.id)?.queue ?? [];
    const index = queue.findIndex((candidate) =>
      packet.messageId === undefined
        ? candidate.way !== "replayed" && isSame(candidate.packet, packet)
        : candidate.packet.messageId === packet.messageId,
    );
    return index === -1 ? undefined : queue.splice(index, 1)[0]?.packet;
  }

  outgoingStream(client: ClientReference): Readable {
    return Readable.from(replay(this.#liveSession(client.id)?.queue ?? []));
  }

  async putWill(): Promise<void> {}

  async delWill(): Promise<void> {}

  streamWill(): Readable {
    return Readable.from([]);
  }

  /** Undefined, and forgotten, when it has expired. */
  #liveSession(clientId: string): Session | undefined {
    const session = this.#sessions.get(clientId);
    if (session?.endedAt === undefined || this.#now() - session.endedAt < this.#expiryMs) {
      return session;
    }
    this.#sessions.delete(clientId);
    return undefined;
  }
}

/** What is not on its way already, claimed as it is taken. */
function* replay(queue: readonly StoredMessage[]): Generator<AedesPublishPacket> {
  for (const stored of [...queue]) {
    if (stored.way !== undefined) continue;
    stored.way = "replayed";
    yield stored.packet;
  }
}

/** aedes numbers every message of a broker. */
function isSame(one: AedesPublishPacket, other: AedesPublishPacket): boolean {
  return one.brokerId === other.brokerId && one.brokerCounter === other.brokerCounter;
}
