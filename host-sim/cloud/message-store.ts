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
  /** unacknowledged QoS 1 messages, oldest first */
  readonly queue: StoredMessage[];
  /** when the connection ended; undefined while connected */
  endedAt: number | undefined;
}

interface StoredMessage {
  readonly packet: AedesPublishPacket;
  /** how the current connection delivers it; undefined: not yet */
  way: "arriving" | "replayed" | undefined;
}

interface ClientReference {
  readonly id: string;
}

/**
 * What survives a connection: retained messages, and persistent sessions for an hour. In memory.
 *
 * The `async` methods are aedes's persistence interface. AWS differs from aedes: retained messages
 * are delivered only for an exact filter, reserved topics keep none, and sessions expire. Wills are
 * not stored, because the one broker that received a will publishes it.
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

  /** A connection resumes its session, or begins one. Present: it resumed one. */
  beginSession(
    clientId: string,
    clean: boolean,
  ): { readonly sessionPresent: boolean; readonly filters: readonly string[] } {
    const session = clean ? undefined : this.#liveSession(clientId);
    if (session !== undefined) {
      session.endedAt = undefined;
      for (const stored of session.queue) {
        stored.way = undefined;
        delete stored.packet.messageId; // it belonged to the other connection
      }
      return { sessionPresent: true, filters: [...session.subscriptions.keys()] };
    }
    this.#sessions.delete(clientId);
    if (!clean) {
      this.#sessions.set(clientId, { subscriptions: new Map(), queue: [], endedAt: undefined });
    }
    return { sessionPresent: false, filters: [] };
  }

  /** The connection is gone: from now on, a persistent session ages. */
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
    // no topic contains wildcards, so such filters match nothing
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
    // beginSession did this before a session with the same id could begin
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
   * Whether the client receives `packet` on arrival. False: it receives it from the session's
   * stored messages; with a client that has just reconnected, aedes would do both.
   */
  claimArriving(clientId: string, packet: AedesPublishPacket): boolean {
    const queue = this.#liveSession(clientId)?.queue;
    const stored = queue?.find((candidate) => isSame(candidate.packet, packet));
    if (stored?.way === "replayed") return false;
    if (stored !== undefined) stored.way = "arriving";
    return true;
  }

  /** Records the packet identifier under which a stored message was sent. */
  async outgoingUpdate(client: ClientReference, packet: AedesPublishPacket): Promise<void> {
    const queue = this.#liveSession(client.id)?.queue;
    const stored = queue?.find((candidate) => isSame(candidate.packet, packet));
    // aedes looks up subscribers before it delivers: a subscription made in between is served, but
    // its message is not in the queue yet
    if (stored === undefined) queue?.push({ packet: { ...packet }, way: "arriving" });
    else if (packet.messageId !== undefined) stored.packet.messageId = packet.messageId;
  }

  /**
   * Without an identifier: removes a message that arrived but may not be delivered to the client.
   */
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

  /** Undefined, and removed, when it has expired. */
  #liveSession(clientId: string): Session | undefined {
    const session = this.#sessions.get(clientId);
    if (session?.endedAt === undefined || this.#now() - session.endedAt < this.#expiryMs) {
      return session;
    }
    this.#sessions.delete(clientId);
    return undefined;
  }
}

/** The messages that are not in flight yet, each claimed when it is taken. */
function* replay(queue: readonly StoredMessage[]): Generator<AedesPublishPacket> {
  for (const stored of [...queue]) {
    if (stored.way !== undefined) continue;
    stored.way = "replayed";
    yield stored.packet;
  }
}

/** aedes numbers all messages of a broker. */
function isSame(one: AedesPublishPacket, other: AedesPublishPacket): boolean {
  return one.brokerId === other.brokerId && one.brokerCounter === other.brokerCounter;
}
