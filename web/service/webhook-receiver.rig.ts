import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

export interface ReceivedMessage {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks on loopback. It answers with {@link status}. */
export class WebhookReceiver {
  readonly received: ReceivedMessage[] = [];
  status = 204;
  headers: Readonly<Record<string, string>> = {};
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      this.received.push({ headers: request.headers, body: await text(request) });
      response.writeHead(this.status, this.headers).end();
    });
  }

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/hook`;
  }

  /** The messages, each with a signature that the library of Standard Webhooks has accepted. */
  verified(secret: string): Record<string, unknown>[] {
    const webhook = new Webhook(secret);
    return this.received.map(({ headers, body }) => {
      const signed = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;
      const names = Object.fromEntries(signed.map((name) => [name, String(headers[name])]));
      return webhook.verify(body, names) as Record<string, unknown>;
    });
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}
