import { randomBytes } from "node:crypto";
import type { InvitationView } from "./api.ts";
import { pageAssets } from "./assets.ts";
import type { GateLink } from "./cloud/gate-link.ts";
import type { Administration } from "./service/administrators.ts";
import type { Logger } from "./service/log.ts";
import { prometheusMetrics } from "./service/prometheus.ts";
import { connectionsPerClient, type RunningServer, serve, stopLimitFor } from "./service/server.ts";
import { Service } from "./service/service.ts";
import type { WebSettings } from "./service/settings.ts";
import { openStore } from "./store/open-store.ts";
import type { Store } from "./store/store.ts";

export interface RunningWeb {
  readonly store: Store;
  readonly port: number;
  readonly administration: Administration;
  /** The link that an administrator waits for, if there is one; only the operator may see it. */
  inviteWaitingAdministrator(): Promise<InvitationView | undefined>;
  /** Waits for requests in progress, for a command's life and 3 s at most. */
  stop(): Promise<void>;
}

/**
 * Starts the staff app on Node: database, service, page and socket.
 * @param prepare runs when the database is open and nothing else has started
 * @throws StoreError when the database cannot be opened, or Node's error when the address is in use;
 *   nothing is left running then
 */
export async function startWeb(
  settings: WebSettings,
  link: GateLink,
  log: Logger,
  prepare: (store: Store) => Promise<void> = async () => {},
): Promise<RunningWeb> {
  const assets = await pageAssets();
  const store = await openStore(settings.database);
  const service = new Service({
    store,
    link,
    settings,
    log,
    assets,
    randomBytes,
    metrics: prometheusMetrics(),
    now: Date.now,
  });
  let server: RunningServer | undefined;
  try {
    await prepare(store);
    const administration = await service.start();
    server = await serve(service, {
      ...settings.listen,
      stopLimitMs: stopLimitFor(settings.commandLifetimeMs),
      ...(settings.trustedProxies === 0 ? { connectionsPerClient } : {}),
    });
    const { port, stop } = server;
    return {
      store,
      port,
      administration,
      inviteWaitingAdministrator: () => service.inviteWaitingAdministrator(),
      stop,
    };
  } catch (error) {
    service.refuse();
    await service.close(0);
    throw error;
  }
}
