import { randomUUID } from "node:crypto";
import type { MqttClient } from "mqtt";
import type { EventReport } from "../device/core/report.ts";
import { topicsOf } from "../device/core/topics.ts";
import type { Broker } from "./broker-options.ts";
import { UserError } from "./user-error.ts";

/** Client ids start so, and the service's policy allows no others. */
export const serviceClientIdPrefix = "service-";

/** How long a command is good for: long enough for a slow phone network, short enough for a gate. */
const lifetimeMs = 10_000;

/** Sends commands and waits for what becomes of them. */
export class Publisher {
  readonly #client: MqttClient;
  readonly #prefix: string;

  private constructor(client: MqttClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  /** @throws UserError where the broker cannot be reached or does not let us in */
  static async connect({ endpoint, port, prefix, alpn, identity }: Broker): Promise<Publisher> {
    const { connectAsync } = await import("mqtt");
    try {
      const client = await connectAsync({
        protocol: "mqtts",
        host: endpoint,
        port,
        ca: identity.caPem,
        cert: identity.chainPem,
        key: identity.keyPem,
        clientId: `${serviceClientIdPrefix}${randomUUID()}`,
        protocolVersion: 4,
        clean: true,
        reconnectPeriod: 0,
        connectTimeout: 10_000,
        ...(alpn ? { ALPNProtocols: ["x-amzn-mqtt-ca"] } : {}),
      });
      return new Publisher(client, prefix);
    } catch (cause) {
      const detail = messageOf(cause);
      throw new UserError(
        `no connection to ${endpoint}:${port} (${detail}): is the broker running, and are these its certificates?`,
        { cause },
      );
    }
  }

  /**
   * Publishes one `open` with an id and times.
   * @returns the box's own report, or undefined where none came within `timeoutMs`
   */
  async open(thing: string, by: string, timeoutMs: number): Promise<EventReport | undefined> {
    const topics = topicsOf(this.#prefix, thing);
    const id = randomUUID();
    const issuedAt = Date.now();
    const command = { action: "open", id, issuedAt, expiresAt: issuedAt + lifetimeMs, by };
    // Wildcards as in the service's policy: it hears all boxes.
    await this.#client.subscribeAsync(topicsOf(this.#prefix, "+").event, { qos: 1 });
    const outcome = this.#outcomeOf(id, topics.event, timeoutMs);
    await this.#client.publishAsync(topics.command, JSON.stringify(command), { qos: 1 });
    return outcome;
  }

  async close(): Promise<void> {
    await this.#client.endAsync();
  }

  #outcomeOf(id: string, topic: string, timeoutMs: number): Promise<EventReport | undefined> {
    return new Promise((resolve) => {
      const finish = (report: EventReport | undefined) => {
        clearTimeout(timeout);
        this.#client.off("message", listen);
        resolve(report);
      };
      const listen = (from: string, payload: Buffer) => {
        const report = from === topic ? parseReport(payload.toString()) : undefined;
        if (report?.id === id) finish(report);
      };
      const timeout = setTimeout(() => finish(undefined), timeoutMs);
      this.#client.on("message", listen);
    });
  }
}

function parseReport(text: string): EventReport | undefined {
  try {
    const report = JSON.parse(text) as EventReport | null;
    const isReport = report?.outcome === "opened" || report?.outcome === "refused";
    return isReport ? report : undefined;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(", ");
  return error instanceof Error ? error.message || error.name : String(error);
}
