import { randomBytes } from "node:crypto";
import type { InvitationView } from "./api.ts";
import { pageAssets } from "./assets.ts";
import type { GateLink } from "./cloud/gate-link.ts";
import type { Logger } from "./service/log.ts";
import { prometheusMetrics } from "./service/prometheus.ts";
import { type RunningServer, serve } from "./service/server.ts";
import { Service } from "./service/service.ts";
import type { WebSettings } from "./service/settings.ts";
import { openStore } from "./store/open-store.ts";
import type { Store } from "./store/store.ts";

export interface RunningWeb {
  readonly store: Store;
  readonly port: number;
  /** for the operator's eyes alone; undefined where an administrator can sign in already */
  readonly invitation: InvitationView | undefined;
  /** In good order: what is under way comes to its end, 13 s at most. */
  stop(): Promise<void>;
}

/**
 * The staff app on Node: database, service, page, socket. `prepare` finds the database open, and nothing
 * else begun.
 * @throws StoreError where the database cannot be opened, or Node's error where the address is taken;
 *   nothing runs then
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
    const invitation = await service.start();
    server = await serve(service, settings.listen);
    const { port, stop } = server;
    return { store, invitation, port, stop };
  } catch (error) {
    service.refuse();
    await service.close(0);
    throw error;
  }
}
