import { randomUUID } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { Aedes, type AedesPublishPacket, type Client } from "aedes";
import type { IConnectPacket } from "mqtt-packet";
import type { Limits } from "./aws-limits.ts";
import {
  type ConnectTerms,
  ConnectThrottle,
  type ConnectVerdict,
  judgeConnect,
  throttledRefusal,
} from "./connect-rules.ts";
import {
  Connection,
  type ConnectionHost,
  type OnDeliver,
  type SessionState,
} from "./connection.ts";
import type { FleetProvisioning } from "./fleet-provisioning.ts";
import type { Jobs } from "./jobs.ts";
import type { MessageStore } from "./message-store.ts";
import {
  connectedMessage,
  disconnectedMessage,
  hasPresence,
  type PresenceMessage,
  type PresenceSubject,
} from "./presence.ts";
import type { CloudEvent, DisconnectReason } from "./records.ts";
import type { Principal, Registry } from "./registry.ts";
import { connectionOf, ReservedServices } from "./reserved-services.ts";
import type { Shadows } from "./shadows.ts";
import type { Streams } from "./streams.ts";
import { TopicBus } from "./topic-bus.ts";

export interface BrokerOptions {
  readonly registry: Registry;
  readonly limits: Limits;
  readonly store: MessageStore;
  readonly provisioning: FleetProvisioning | undefined;
  readonly jobs: Jobs | undefined;
  readonly streams: Streams | undefined;
  readonly shadows: Shadows | undefined;
  /** milliseconds since 1970 */
  readonly now: () => number;
  readonly record: (event: CloudEvent) => void;
  readonly onDeliver: OnDeliver | undefined;
}

export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/**
 * AWS IoT Core's message broker. aedes handles MQTT; this class decides who may connect with which
 * client id, publishes presence, and filters deliveries.
 */
export class Broker implements ConnectionHost {
  readonly limits: Limits;
  readonly onDeliver: OnDeliver | undefined;
  readonly now: () => number;
  readonly record: (event: CloudEvent) => void;
  readonly #registry: Registry;
  readonly #services: ReservedServices;
  readonly #store: MessageStore;
  readonly #aedes: Aedes;
  readonly #throttle: ConnectThrottle;
  readonly #connections = new Set<Connection>();
  /** by client id, from an accepted CONNECT on */
  readonly #named = new Map<string, Connection>();
  readonly #present = new Map<Connection, PresenceSubject>();
  readonly #versions = new Map<string, number>();
  /** the packets that aedes publishes as wills: it passes on the objects of the CONNECTs */
  readonly #wills = new WeakSet<object>();

  private constructor(options: BrokerOptions) {
    this.limits = options.limits;
    this.onDeliver = options.onDeliver;
    this.now = options.now;
    this.record = options.record;
    this.#registry = options.registry;
    this.#store = options.store;
    this.#throttle = new ConnectThrottle(options.limits);
    this.#aedes = new Aedes({
      mq: new TopicBus(),
      persistence: options.store,
      preConnect: (_client, packet, done) => {
        packet.keepalive = 0; // the connection detects silence itself; AWS's limits differ from aedes's
        if (packet.will !== undefined) this.#wills.add(packet.will);
        done(null, true);
      },
      // the connection has already checked every PUBLISH, SUBSCRIBE and will against the policy
      authorizePublish: (_client, _packet, done) => done(null),
      authorizeForward: (client, packet) => (this.#mayForward(client, packet) ? packet : null),
      published: (packet, client, done) => {
        this.#recordPublished(packet, client);
        if (client !== null) this.#services.handle(client, packet);
        done(null);
      },
    });
    this.#aedes.on("clientReady", (client) => connectionOf(client)?.endReplay());
    this.#aedes.on("subscribe", (subscriptions, client) => {
      const filters = subscriptions.map(({ topic }) => topic);
      this.record({ type: "subscribed", clientId: client.id, filters });
    });
    this.#aedes.on("clientError", (client, error) => {
      // after a connection is gone, aedes still reports each of its pending writes
      if (connectionOf(client)?.isConnected === true) this.#warn(`${client.id}: ${error.message}`);
    });
    // documented, but missing from aedes's types
    (this.#aedes as NodeJS.EventEmitter).on("error", (error: Error) => this.#warn(error.message));
    const { provisioning, jobs, streams, shadows, now } = options;
    this.#services = new ReservedServices({
      provisioning,
      jobs,
      streams,
      shadows,
      now,
      publish: ({ topic, payload }) =>
        this.publish({ topic, payload: Buffer.from(payload), qos: 1, retain: false }),
      warn: (message) => this.#warn(message),
    });
  }

  static async start(options: BrokerOptions): Promise<Broker> {
    const broker = new Broker(options);
    await broker.#aedes.listen();
    return broker;
  }

  readonly arnOf = (resource: string): string => this.#registry.arn(resource);

  /** Takes over a connection whose certificate is registered and active. */
  admit(socket: TLSSocket, principal: Principal): void {
    this.#connections.add(new Connection(socket, principal, this));
  }

  /** Publishes as the cloud itself: no policy and no rate applies. Resolves once it is accepted. */
  publish(message: OutgoingMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#aedes.publish({ cmd: "publish", dup: false, ...message }, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  connectedClients(): string[] {
    return [...this.#named].filter(([, { isConnected }]) => isConnected).map(([id]) => id);
  }

  connectionOf(clientId: string): Connection | undefined {
    return this.#named.get(clientId);
  }

  /** Drops every connection. Their wills are published into the store. */
  close(): Promise<void> {
    this.#services.close();
    this.hangUpAll();
    return new Promise((resolve) => this.#aedes.close(resolve));
  }

  /** Without DISCONNECT. */
  hangUpAll(): number {
    const connections = [...this.#connections];
    for (const connection of connections) connection.hangUp("CONNECTION_LOST", true);
    return connections.length;
  }

  judge(packet: IConnectPacket, principal: Principal): ConnectVerdict {
    const verdict = judgeConnect(packet, principal, this.limits, this.arnOf);
    if (verdict.type === "refuse") return verdict;
    return this.#throttle.admit(packet.clientId, this.now()) ? verdict : throttledRefusal;
  }

  accept(connection: Connection, { clientId, clean }: ConnectTerms): SessionState {
    this.#named.get(clientId)?.hangUp("DUPLICATE_CLIENTID");
    this.#named.set(clientId, connection);
    const session = this.#store.beginSession(clientId, clean);
    this.#aedes.handle(connection);
    return session;
  }

  connected(connection: Connection, terms: ConnectTerms, session: SessionState): void {
    const { clientId, clean, keepAliveSeconds } = terms;
    const { address, principal } = connection;
    const { principalId, thingName } = principal;
    const versionNumber = (this.#versions.get(clientId) ?? -1) + 1;
    this.#versions.set(clientId, versionNumber);
    const sessionIdentifier = randomUUID();
    const subject = {
      clientId,
      sessionIdentifier,
      principalIdentifier: principalId,
      versionNumber,
    };
    this.#present.set(connection, subject);
    this.record({
      type: "connected",
      clientId,
      principalId,
      thingName,
      sessionIdentifier,
      address,
      clean,
      sessionPresent: session.sessionPresent,
      keepAliveSeconds,
    });
    this.#announce(subject, connectedMessage(subject, this.now(), address));
  }

  closed(connection: Connection, reason: DisconnectReason): void {
    this.#connections.delete(connection);
    const { clientId } = connection;
    if (clientId !== undefined) {
      this.#named.delete(clientId);
      this.#store.endSession(clientId);
    }
    const subject = this.#present.get(connection);
    if (subject === undefined) return;
    this.#present.delete(connection);
    const { sessionIdentifier } = subject;
    this.record({ type: "disconnected", clientId: subject.clientId, sessionIdentifier, reason });
    this.#announce(subject, disconnectedMessage(subject, this.now(), reason));
  }

  #announce({ clientId }: PresenceSubject, { topic, payload }: PresenceMessage): void {
    if (!hasPresence(clientId)) return;
    const message = { topic, payload: Buffer.from(payload), qos: 1, retain: false } as const;
    this.publish(message).catch((error: Error) => {
      if (!this.#aedes.closed) this.#warn(`presence: ${error.message}`);
    });
  }

  /** aedes's own `$SYS/` messages do not exist in AWS: they are delivered to no client. */
  #mayForward(client: Client, packet: AedesPublishPacket): boolean {
    // a replayed message has its outgoing identifier, a new one has none yet
    const isArriving = packet.messageId === undefined;
    if (isArriving && !this.#store.claimArriving(client.id, packet)) return false;
    const { topic } = packet;
    return !topic.startsWith("$SYS/") && connectionOf(client)?.mayReceive(topic) === true;
  }

  #recordPublished(packet: AedesPublishPacket, client: Client | null): void {
    const { topic, payload, retain } = packet;
    if (isOwn(topic)) return;
    this.record({
      type: "published",
      by: client === null ? "cloud" : this.#wills.has(packet) ? "will" : "client",
      clientId: client?.id,
      topic,
      payload: Buffer.from(payload),
      qos: packet.qos === 0 ? 0 : 1,
      retain,
    });
  }

  #warn(message: string): void {
    this.record({ type: "warning", message });
  }
}

/** Reported in other ways: presence by `connected` and `disconnected`, `$SYS/` not at all. */
function isOwn(topic: string): boolean {
  return topic.startsWith("$SYS/") || topic.startsWith("$aws/events/presence/");
}
