import type { AedesPublishPacket, Client } from "aedes";
import { Connection } from "./connection.ts";
import type { FleetProvisioning } from "./fleet-provisioning.ts";
import type { Jobs } from "./jobs.ts";
import { ShadowService } from "./shadow-service.ts";
import type { Shadows } from "./shadows.ts";
import type { Streams } from "./streams.ts";
import { matchesFilter } from "./topic-rules.ts";
import { type UpdateMessage, UpdateService } from "./update-service.ts";

/** AWS's services behind reserved topics. What is undefined answers nothing. */
export interface ReservedServicesOptions {
  readonly provisioning: FleetProvisioning | undefined;
  readonly jobs: Jobs | undefined;
  readonly streams: Streams | undefined;
  readonly shadows: Shadows | undefined;
  /** milliseconds since 1970 */
  readonly now: () => number;
  readonly publish: (message: UpdateMessage) => Promise<void>;
  readonly warn: (message: string) => void;
}

/**
 * Answers what clients publish to reserved topics: "returns the … results through the same MQTT
 * connection used to publish the API request". Nobody else can subscribe to an answer; only a shadow's
 * answers reach everybody.
 *
 * AWS documents that Jobs also answers a client that has not subscribed to the answer. This does
 * not, so that no client comes to rely on it.
 */
export class ReservedServices {
  readonly #options: ReservedServicesOptions;
  readonly #updates: UpdateService;
  readonly #shadows: ShadowService | undefined;

  constructor(options: ReservedServicesOptions) {
    const { jobs, streams, shadows, now, publish, warn } = options;
    this.#options = options;
    const send = (service: string) => (message: UpdateMessage) => {
      publish(message).catch((error: Error) => warn(`${service}: ${error.message}`));
    };
    this.#shadows = shadows && new ShadowService({ shadows, now, publish: send("shadows") });
    this.#updates = new UpdateService({
      jobs,
      streams,
      scope: { topics: "aws", prefix: "" },
      now,
      notify: send("jobs"),
    });
  }

  /** A client has published. */
  handle(client: Client, { topic, payload }: AedesPublishPacket): void {
    const request = Buffer.from(payload);
    if (this.#shadows?.handle(client, topic, request) === true) return;
    const answered =
      this.#options.provisioning?.answer(topic, request)?.then((answer) => [answer]) ??
      this.#updates.answer(topic, request);
    answered
      ?.then((answers) => {
        for (const answer of answers) reply(client, answer);
      })
      .catch((error: Error) => this.#options.warn(`${topic}: ${error.message}`));
  }

  close(): void {
    this.#updates.close();
    this.#shadows?.close();
  }
}

/** The connection of a client; undefined: not one of the stand-in's. */
export function connectionOf(client: Client): Connection | undefined {
  return client.conn instanceof Connection ? client.conn : undefined;
}

function reply(client: Client, { topic, payload }: UpdateMessage): void {
  const connection = connectionOf(client);
  const qos = subscribedQos(client, topic);
  if (connection?.isConnected !== true || qos === undefined) return;
  if (!connection.mayReceive(topic)) return;
  const message = { cmd: "publish", topic, qos, retain: false, dup: false } as const;
  client.publish({ ...message, payload: Buffer.from(payload) }, () => {});
}

/** The highest QoS of the client's subscriptions to `topic`; undefined: it has none. */
function subscribedQos(client: Client, topic: string): 0 | 1 | undefined {
  // kept by aedes, but missing from its types
  const { subscriptions } = client as unknown as {
    subscriptions: Readonly<Record<string, { readonly qos: number }>>;
  };
  const matching = Object.entries(subscriptions).filter(([filter]) => matchesFilter(filter, topic));
  if (matching.length === 0) return undefined;
  return matching.some(([, { qos }]) => qos > 0) ? 1 : 0;
}
