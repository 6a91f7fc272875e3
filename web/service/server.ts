import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { addressKey } from "../domain/address-key.ts";
import type { Service } from "./service.ts";

export interface ServerOptions {
  readonly host: string;
  /** 0: any free port */
  readonly port: number;
  /** how long to wait for requests in progress at the end, in ms; default: for a command of 10 s */
  readonly stopLimitMs?: number;
  /** how long a client may take to send the head of a request, and the whole request, in ms */
  readonly headersTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  /** connections from one client at the same time; undefined behind a proxy, which is every client */
  readonly connectionsPerClient?: number;
}

export interface RunningServer {
  readonly port: number;
  /**
   * Accepts nothing new, ends the streams, waits for requests in progress, and closes store and
   * link.
   */
  stop(): Promise<void>;
}

/** After a command's life, the service waits 2 s more for the box's event. */
const afterLifetimeMs = 3_000;

/** How long a stop waits for requests in progress, in ms. */
export function stopLimitFor(commandLifetimeMs: number): number {
  return commandLifetimeMs + afterLifetimeMs;
}

/** More than a building behind one address needs. Idle connections count: others would find none left. */
export const connectionsPerClient = 500;

function limitClients(server: Server, most: number): void {
  const counts = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const key = addressKey(socket.remoteAddress ?? "");
    const count = (counts.get(key) ?? 0) + 1;
    if (count > most) {
      socket.destroy();
      return;
    }
    counts.set(key, count);
    socket.once("close", () => {
      const left = (counts.get(key) ?? 1) - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    });
  });
}

/** Serves the started service on a socket of Node. Rejects when it cannot listen there. */
export async function serve(
  service: Service,
  { host, port, headersTimeoutMs = 10_000, requestTimeoutMs = 20_000, ...options }: ServerOptions,
): Promise<RunningServer> {
  const server = createAdaptorServer({
    fetch: service.app.fetch,
    createServer,
    serverOptions: {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
    },
  }) as ReturnType<typeof createServer>;
  server.maxConnections = 4_000;
  if (options.connectionsPerClient !== undefined)
    limitClients(server, options.connectionsPerClient);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      service.refuse();
      await service.close(options.stopLimitMs ?? stopLimitFor(10_000));
      server.closeAllConnections();
      await closed;
    },
  };
}
