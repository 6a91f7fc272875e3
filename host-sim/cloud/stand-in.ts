import { awsLimits, type Limits } from "./aws-limits.ts";
import { Broker } from "./broker.ts";
import type { Connection, OnDeliver } from "./connection.ts";
import type { FleetProvisioning } from "./fleet-provisioning.ts";
import { MessageStore, type RetainedMessage } from "./message-store.ts";
import type { CloudEvent, CloudRecord } from "./records.ts";
import type { Registry } from "./registry.ts";
import { loopback, TlsListener } from "./tls-listener.ts";
import { topicProblem } from "./topic-rules.ts";

export interface CloudStandInOptions {
  /** default 0: any */
  readonly port?: number;
  /** when `port` cannot be had, take any and record a warning */
  readonly fallbackToAnyPort?: boolean;
  /** PEM: the CA of the clients' certificates */
  readonly ca: string;
  /** PEM chain, the leaf first */
  readonly certificate: string;
  /** PEM */
  readonly key: string;
  /** the certificates that may connect, and their policies */
  readonly registry: Registry;
  /** where they differ from AWS's */
  readonly limits?: Partial<Limits>;
  /** `required` plays port 443, `optional` (default) 8883 */
  readonly alpn?: "required" | "optional";
  readonly onRecord?: (record: CloudRecord) => void;
  readonly onDeliver?: OnDeliver;
  /** milliseconds since 1970; default `Date.now` */
  readonly now?: () => number;
  /** provisioning by claim; default: a request for it is taken and never answered */
  readonly provisioning?: FleetProvisioning;
  /** retained messages and sessions of an earlier stand-in, as a broker's restart loses neither */
  readonly store?: MessageStore;
}

/**
 * AWS IoT Core, as far as its message broker shows: mutual TLS on loopback, certificates that stand
 * for things, their policies, AWS's limits, presence.
 *
 * What it does not play: MQTT 5 and WebSockets; shadows, jobs and rules (a PUBLISH to them is taken
 * and reaches nobody), provisioning in CBOR or with a key of AWS's making; quotas of an account; what counts what goes out (bytes per
 * second, publishes); repeating an unacknowledged QoS 1 message while its connection lasts (it comes
 * again with the next one, without DUP); the 100 unacknowledged messages a client may have under way,
 * as each is acknowledged at once; a connection's end when its certificate is deactivated.
 */
export class CloudStandIn {
  readonly host = loopback;
  readonly port: number;
  /** To be handed to the next stand-in, so that it knows what this one knew. */
  readonly store: MessageStore;
  readonly #broker: Broker;
  readonly #listener: TlsListener;
  readonly #limits: Limits;

  private constructor(broker: Broker, listener: TlsListener, store: MessageStore, limits: Limits) {
    this.#broker = broker;
    this.#listener = listener;
    this.#limits = limits;
    this.store = store;
    this.port = listener.port;
  }

  /**
   * Resolves when clients can connect.
   * @throws Error (`EADDRINUSE`, `EACCES`) when the port cannot be had and no other may be taken
   */
  static async listen(options: CloudStandInOptions): Promise<CloudStandIn> {
    const { registry, provisioning, now = Date.now, onRecord, onDeliver } = options;
    const limits: Limits = { ...awsLimits, ...options.limits };
    const store = options.store ?? new MessageStore(limits, now);
    const record = (event: CloudEvent) => onRecord?.({ at: now(), ...event });
    const broker = await Broker.start({
      registry,
      limits,
      store,
      provisioning,
      now,
      record,
      onDeliver,
    });
    try {
      const listener = await TlsListener.listen({
        port: options.port ?? 0,
        fallbackToAnyPort: options.fallbackToAnyPort ?? false,
        ca: options.ca,
        certificate: options.certificate,
        key: options.key,
        alpn: options.alpn ?? "optional",
        registry,
        record,
        onClient: (socket, principal) => broker.admit(socket, principal),
      });
      return new CloudStandIn(broker, listener, store, limits);
    } catch (error) {
      await broker.close();
      throw error;
    }
  }

  /**
   * Publishes as the cloud itself: no policy and no rate applies. QoS 1, not retained, unless told
   * otherwise. Resolves when the broker has it, not when anybody has received it.
   * @throws RangeError when no client could publish on this topic, or so much
   */
  async publish(
    topic: string,
    payload: string | Uint8Array,
    { qos = 1, retain = false }: { readonly qos?: 0 | 1; readonly retain?: boolean } = {},
  ): Promise<void> {
    const problem = topicProblem(topic, this.#limits);
    if (problem !== undefined) throw new RangeError(`${topic}: ${problem}`);
    const bytes = Buffer.from(payload);
    if (bytes.length > this.#limits.payloadBytes) {
      throw new RangeError(`${topic}: a payload of ${bytes.length} bytes`);
    }
    await this.#broker.publish({ topic, payload: bytes, qos, retain });
  }

  /** The client ids that have their CONNACK. */
  connectedClients(): string[] {
    return this.#broker.connectedClients();
  }

  /** The message a new subscription to exactly `topic` would be given. */
  retained(topic: string): RetainedMessage | undefined {
    return this.store.retained(topic);
  }

  /** Ends a client's connection in good order, as AWS does for reasons of its own. False: no such. */
  async disconnect(clientId: string): Promise<boolean> {
    const connection = this.#broker.connectionOf(clientId);
    if (connection === undefined) return false;
    const closed = closeOf(connection);
    connection.hangUp("SERVER_INITIATED_DISCONNECT");
    await closed;
    return true;
  }

  /** Cuts a client's connection, as a broken network does. False: no such client. */
  drop(clientId: string): boolean {
    const connection = this.#broker.connectionOf(clientId);
    connection?.hangUp("CONNECTION_LOST", true);
    return connection !== undefined;
  }

  /** {@link drop} for everyone; how many there were. */
  dropAll(): number {
    return this.#broker.hangUpAll();
  }

  /** Drops everyone and gives the port back. */
  async close(): Promise<void> {
    const released = this.#listener.close();
    await this.#broker.close();
    await released;
  }
}

function closeOf(connection: Connection): Promise<void> {
  return new Promise((resolve) => connection.once("close", resolve));
}
