import { randomUUID } from "node:crypto";
import type { EventReport } from "../../device/messages/event.ts";
import { topicsOf } from "../../device/messages/topics.ts";
import { connectionProblem, openConnection } from "../broker/mqtt-connection.ts";
import type { Broker } from "../broker/options.ts";
import { UserError } from "../command-line/user-error.ts";

/** Client ids start so, and the service's policy allows no others. */
export const serviceClientIdPrefix = "service-";

/** How long a command is good for: long enough for a slow phone network, short enough for a gate. */
const lifetimeMs = 10_000;

/** How long the broker has to say good-bye, in ms. */
const goodbyeMs = 1_000;

/** What is used of an `MqttClient`. */
export interface PublisherClient {
  readonly connected: boolean;
  readonly stream: { destroy(): unknown };
  subscribeAsync(filter: string, options: { readonly qos: 1 }): Promise<unknown>;
  publishAsync(topic: string, payload: string, options: { readonly qos: 1 }): Promise<unknown>;
  endAsync(force: boolean): Promise<void>;
  on(event: "message", listener: (topic: string, payload: Buffer) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "message", listener: (topic: string, payload: Buffer) => void): unknown;
  off(event: "close", listener: () => void): unknown;
}

/** Sends commands and waits for what becomes of them. */
export class Publisher {
  readonly #client: PublisherClient;
  readonly #prefix: string;
  /** what the broker has not acknowledged; it may never do so */
  #unacknowledged = 0;

  /** `client` is connected, and does not connect again by itself. */
  constructor(client: PublisherClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
    // An error ends the connection, and that is what is waited for; unheard it would end the process.
    client.on("error", () => {});
  }

  /** @throws UserError where the broker cannot be reached or does not let us in */
  static async connect({ endpoint, port, prefix, alpn, identity }: Broker): Promise<Publisher> {
    const client = await openConnection({
      ...{ endpoint, port, alpn, clientId: `${serviceClientIdPrefix}${randomUUID()}` },
      identity: { ...identity, certificatePem: identity.chainPem },
    });
    try {
      await new Promise<void>((resolve, reject) => {
        client.once("connect", () => resolve());
        client.on("error", reject);
        // AWS hangs up on those it does not let in, without a CONNACK.
        client.once("close", () => reject(new Error("it hung up")));
      });
      return new Publisher(client, prefix);
    } catch (cause) {
      client.end(true);
      throw new UserError(
        `no connection to ${endpoint}:${port} (${connectionProblem(cause)}): is the broker running, and are these its certificates?`,
        { cause },
      );
    }
  }

  /**
   * Publishes one `open` with an id and times.
   * @returns the box's own report, or undefined where none came within `timeoutMs`
   * @throws UserError where the broker does not take it, or the connection is lost
   */
  async open(thing: string, by: string, timeoutMs: number): Promise<EventReport | undefined> {
    const topics = topicsOf(this.#prefix, thing);
    const id = randomUUID();
    const issuedAt = Date.now();
    const command = { action: "open", id, issuedAt, expiresAt: issuedAt + lifetimeMs, by };
    let isSent = false;
    const send = async () => {
      // Wildcards as in the service's policy: it hears all boxes.
      await this.#acknowledged(
        this.#client.subscribeAsync(topicsOf(this.#prefix, "+").event, { qos: 1 }),
      );
      isSent = true;
      await this.#acknowledged(
        this.#client.publishAsync(topics.command, JSON.stringify(command), { qos: 1 }),
      );
    };
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timeout);
        this.#client.off("message", onMessage);
        this.#client.off("close", onClose);
        settle();
      };
      const onMessage = (from: string, payload: Buffer) => {
        const report = from === topics.event ? parseReport(payload.toString()) : undefined;
        if (report?.id === id) finish(() => resolve(report));
      };
      const onClose = () => finish(() => reject(lost(thing, isSent)));
      const timeout = setTimeout(() => finish(() => resolve(undefined)), timeoutMs);
      this.#client.on("message", onMessage);
      this.#client.on("close", onClose);
      if (!this.#client.connected) onClose();
      else send().catch((cause: unknown) => finish(() => reject(notTaken(thing, cause))));
    });
  }

  async close(): Promise<void> {
    // A broker that is gone acknowledges nothing: not what was sent, and no good-bye.
    const giveUp = setTimeout(() => this.#client.stream.destroy(), goodbyeMs);
    await this.#client.endAsync(!this.#client.connected || this.#unacknowledged > 0);
    clearTimeout(giveUp);
  }

  async #acknowledged(acknowledgement: Promise<unknown>): Promise<void> {
    this.#unacknowledged += 1;
    await acknowledgement;
    this.#unacknowledged -= 1;
  }
}

function lost(thing: string, isSent: boolean): UserError {
  return new UserError(
    isSent
      ? `the connection to the broker was lost: whether ${thing} opened is not known`
      : "the connection to the broker was lost before the command was sent",
  );
}

function notTaken(thing: string, cause: unknown): UserError {
  return new UserError(
    `the broker did not take the command for ${thing} (${connectionProblem(cause)})`,
    {
      cause,
    },
  );
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
