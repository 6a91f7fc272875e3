import { randomUUID } from "node:crypto";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import mqtt, { type IClientOptions, MqttClient } from "mqtt";
import { writeOpenCommand } from "../../device/messages/command.ts";
import { gateTopicsOf, serviceClientIdPrefix, topicsOf } from "../../device/messages/topics.ts";
import { FilteredSocket } from "./filtered-socket.ts";
import type {
  BoxGate,
  GateLink,
  GateLinkListener,
  OutgoingCommand,
  SendResult,
} from "./gate-link.ts";
import { OptionalSubscription } from "./optional-subscription.ts";
import { maximumPacketBytes, PacketLimit } from "./packet-limit.ts";
import { deliverReport } from "./reports.ts";
import { StatusTurns } from "./status-turns.ts";

/** Publishes one message to the broker. */
export type Publish = (topic: string, payload: string, timeoutMs: number) => Promise<SendResult>;

export interface MqttLinkOptions {
  /** first levels of every topic, `gate` */
  readonly prefix: string;
  /**
   * The address and credentials. Called before each connection, because a signature may be valid
   * only once.
   */
  connection(): Promise<IClientOptions>;
  /** default: over the connection that receives the reports */
  readonly publish?: Publish;
  /** uniform in [0, 1); default `Math.random` */
  random?(): number;
}

const minimumBackoffMs = 1_000;
const maximumBackoffMs = 60_000;
/** A connection that lasted this long resets the backoff. */
const heldMs = 60_000;
const connectTimeoutMs = 10_000;
/** How long sending DISCONNECT may take. */
const disconnectMs = 1_000;
/**
 * AWS IoT Core accepts 8 filters in a SUBSCRIBE and 50 subscriptions on a connection. Two of them are for
 * events, and one for the status of all boxes.
 */
const filtersPerSubscribe = 8;
const maximumWatched = 47;

/**
 * Commands and reports over MQTT 3.1.1. The service is not a registered thing, so several instances
 * may connect.
 */
export class MqttLink implements GateLink {
  readonly #options: MqttLinkOptions;
  readonly #closing = new AbortController();
  #listener: GateLinkListener | undefined;
  #watched: readonly BoxGate[] = [];
  /** to the events of all gates that have a name at their box */
  readonly #named = new OptionalSubscription();
  #client: MqttClient | undefined;
  /** on the current connection */
  #turns: StatusTurns | undefined;
  #isListening = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: MqttLinkOptions) {
    this.#options = options;
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  start(listener: GateLinkListener): void {
    if (this.#listener !== undefined) throw new Error("the link has already been started");
    this.#listener = listener;
    this.#running = this.#run(listener);
  }

  watch(gates: readonly BoxGate[]): void {
    const before = this.#filters();
    this.#watched = [...gates];
    const client = this.#client;
    if (client === undefined || !this.#isListening) return;
    const after = this.#filters();
    const gone = before.filter((filter) => !after.includes(filter));
    const added = after.filter((filter) => !before.includes(filter));
    // An error ends the connection, and the next one subscribes to everything.
    const giveUp = () => client.end(true);
    if (gone.length > 0) client.unsubscribeAsync(gone).catch(giveUp);
    subscribe(client, added).catch(giveUp);
    this.#takeTurns(client);
    if (this.#watchesNamed) void this.#hearNamed(client);
    else if (this.#named.isGranted) {
      this.#named.ended();
      client.unsubscribeAsync(this.#namedFilter).catch(giveUp);
    }
  }

  async send(command: OutgoingCommand, timeoutMs: number): Promise<SendResult> {
    const client = this.#client;
    if (client === undefined || !this.#isListening) {
      return { type: "not-sent", detail: "no connection to the broker" };
    }
    const { id, thingName, output = null, issuedAt, expiresAt, by } = command;
    if (output !== null && !this.#named.isGranted) {
      const detail = `no subscription to ${this.#namedFilter}: the policy of the service must allow it`;
      return { type: "not-sent", detail };
    }
    const { prefix } = this.#options;
    const { command: topic } = gateTopicsOf(prefix, thingName, output ?? undefined);
    const payload = writeOpenCommand({ id, issuedAt, expiresAt, by });
    const publish = this.#options.publish ?? publishOver(client);
    return publish(topic, payload, timeoutMs);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const client = this.#client;
    if (client !== undefined) {
      // A broker that is gone does not acknowledge anything.
      const giveUp = setTimeout(() => client.stream.destroy(), disconnectMs);
      await client.endAsync(!client.connected).catch(() => {});
      clearTimeout(giveUp);
    }
    await this.#running;
  }

  async #run(listener: GateLinkListener): Promise<void> {
    const { signal } = this.#closing;
    for (let attempts = 0; !signal.aborted; attempts += 1) {
      const since = Date.now();
      const detail = await this.#connection(listener);
      this.#client = undefined;
      this.#isListening = false;
      this.#named.ended();
      if (signal.aborted) return;
      listener.onListening(false, detail);
      if (Date.now() - since >= heldMs) attempts = 0;
      await delay(this.#backoffMs(attempts), undefined, { signal }).catch(() => {});
    }
  }

  /** Runs one connection until it ends. @returns why it ended */
  async #connection(listener: GateLinkListener): Promise<string> {
    let client: MqttClient;
    try {
      client = connect({
        ...(await this.#options.connection()),
        clientId: `${serviceClientIdPrefix}${randomUUID()}`,
        protocolVersion: 4,
        clean: true,
        keepalive: 30,
        connectTimeout: connectTimeoutMs,
        reconnectPeriod: 0,
      });
    } catch (error) {
      return messageOf(error);
    }
    this.#client = client;
    const turns = new StatusTurns({
      subscribe: (topics) => subscribe(client, topics),
      unsubscribe: (topics) => client.unsubscribeAsync([...topics]),
    });
    this.#turns = turns;
    // Each publish in progress listens for the end, and a hundred people may tap at once.
    client.setMaxListeners(0);
    let detail = "the broker closed the connection";
    const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
    client.on("error", (error) => {
      detail = messageOf(error);
      client.end(true);
    });
    client.on("message", (topic, payload) => {
      if (this.#client !== client) return;
      deliverReport(this.#options.prefix, topic, payload, listener);
      turns.heard(topic);
    });
    client.once("connect", () => {
      const filters = this.#filters();
      const subscribed = subscribe(client, filters).then(() => this.#hearNamed(client));
      subscribed.then(
        () => {
          if (!client.connected) return;
          // A watch() in the meantime has not subscribed.
          this.#isListening = true;
          listener.onListening(true, null);
          this.#catchUp(client, filters);
        },
        (error: unknown) => {
          if (client.connected) detail = `subscription refused: ${messageOf(error)}`;
          client.end(true);
        },
      );
    });
    if (this.#closing.signal.aborted) client.end(true);
    await closed;
    turns.end();
    client.removeAllListeners("message");
    return detail;
  }

  #catchUp(client: MqttClient, subscribed: readonly string[]): void {
    const missing = this.#filters().filter((filter) => !subscribed.includes(filter));
    subscribe(client, missing).catch(() => client.end(true));
    this.#takeTurns(client);
  }

  /** When a wildcard replaces the exact filters, fetches what is retained. */
  #takeTurns(client: MqttClient): void {
    const turns = this.#turns;
    const things = this.#things;
    if (turns === undefined) return;
    if (things.size > maximumWatched) {
      const topics = [...things].map((name) => topicsOf(this.#options.prefix, name).status);
      turns.ask(topics).catch(() => client.end(true));
    } else if (turns.isBusy) {
      // A turn would end the lasting subscription. The next connection has no turns.
      client.end(true);
    }
  }

  get #things(): ReadonlySet<string> {
    return new Set(this.#watched.map(({ thingName }) => thingName));
  }

  /** In a SUBSCRIBE of its own, because the broker may refuse it. */
  async #hearNamed(client: MqttClient): Promise<void> {
    if (!this.#watchesNamed || !this.#named.isDue(Date.now())) return;
    try {
      await subscribe(client, [this.#namedFilter]);
      if (this.#client === client) this.#named.granted();
    } catch {
      if (this.#closing.signal.aborted) return;
      this.#named.failed(client.connected ? "refused" : "lost", Date.now());
    }
  }

  get #watchesNamed(): boolean {
    return this.#watched.some(({ output }) => output !== null);
  }

  get #namedFilter(): string {
    return gateTopicsOf(this.#options.prefix, "+", "+").event;
  }

  /**
   * The events and the status of all boxes, also of those that have no gate in the app yet. Exact filters
   * beside the wildcard deliver what is retained; {@link StatusTurns} fetches it when there are too many boxes.
   */
  #filters(): string[] {
    const { prefix } = this.#options;
    const things = this.#things;
    const names = things.size > maximumWatched ? ["+"] : ["+", ...things];
    return [topicsOf(prefix, "+").event, ...names.map((name) => topicsOf(prefix, name).status)];
  }

  /**
   * Exponential backoff with full jitter, so that several instances do not reconnect at the same
   * moment.
   */
  #backoffMs(attempts: number): number {
    const random = this.#options.random ?? Math.random;
    const ceiling = Math.min(maximumBackoffMs, minimumBackoffMs * 2 ** Math.min(attempts + 1, 16));
    return minimumBackoffMs + random() * (ceiling - minimumBackoffMs);
  }
}

/** Over TLS, or over WebSocket for AWS. Either way, a message that is too long does not fill the memory. */
function connect(options: IClientOptions): MqttClient {
  if (options.protocol === "mqtts") return new MqttClient(() => connectSocket(options), options);
  // AWS IoT Core allows 128 KB in a message, and one WebSocket message may carry several packets.
  const maxPayload = 64 * maximumPacketBytes;
  return mqtt.connect({ ...options, wsOptions: { ...options.wsOptions, maxPayload } });
}

function connectSocket({ host = "localhost", port = 8883, ...options }: IClientOptions): Duplex {
  const { ca, cert, key, ALPNProtocols } = options;
  const socket = connectTls({
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ca,
    cert,
    key,
    ...(Array.isArray(ALPNProtocols) ? { ALPNProtocols: ALPNProtocols.map(String) } : {}),
  });
  // Otherwise a command waits up to 40 ms for the broker's kernel to acknowledge our last PUBACK.
  socket.setNoDelay(true);
  return new FilteredSocket(socket, new PacketLimit());
}

/** @throws Error when a filter is refused or the connection ends */
async function subscribe(client: MqttClient, filters: readonly string[]): Promise<void> {
  for (let first = 0; first < filters.length; first += filtersPerSubscribe) {
    const some = filters.slice(first, first + filtersPerSubscribe);
    const ended = new Promise<never>((_, reject) => {
      client.once("close", () => reject(new Error("the broker closed the connection")));
    });
    await Promise.race([client.subscribeAsync(some, { qos: 1 }), ended]);
  }
}

function publishOver(client: MqttClient): Publish {
  return (topic, payload, timeoutMs) =>
    new Promise((resolve) => {
      const finish = (result: SendResult) => {
        clearTimeout(timeout);
        client.off("close", onClose);
        resolve(result);
      };
      const onClose = () =>
        finish({ type: "unknown", detail: "the connection to the broker was lost" });
      const timeout = setTimeout(
        () =>
          finish({
            type: "unknown",
            detail: `the broker did not acknowledge it within ${timeoutMs} ms`,
          }),
        timeoutMs,
      );
      client.once("close", onClose);
      client.publishAsync(topic, payload, { qos: 1, retain: false }).then(
        () => finish({ type: "sent" }),
        (error: unknown) => finish({ type: "unknown", detail: messageOf(error) }),
      );
    });
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(", ");
  return error instanceof Error ? error.message || error.name : String(error);
}
