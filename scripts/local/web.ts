import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Settings } from "../../device/config.ts";
import { loopbackAddress } from "../../host-sim/cloud/loopback.ts";
import type { LinkSettings } from "../../web/cloud/link-settings.ts";
import { atAllTimes } from "../../web/domain/grants.ts";
import type { RunningWeb } from "../../web/run.ts";
import type { Logger } from "../../web/service/log.ts";
import type { Store } from "../../web/store/store.ts";
import type { StoredIdentity } from "../certs/identity.ts";
import { messageOf, UserError } from "../command-line/user-error.ts";

export interface LocalWebOptions {
  /** where the box and the broker are */
  readonly box: Pick<Settings, "thingName" | "endpoint" | "port" | "prefix" | "gates">;
  /** the service's certificate */
  readonly identity: StoredIdentity;
  /** the folder of its database */
  readonly certs: string;
  /** if it is in use, another one is chosen */
  readonly port: number;
  log(line: string): void;
}

export interface LocalWeb {
  readonly url: string;
  /** the first administrator's sign-in link; undefined when an administrator exists */
  readonly invitationUrl: string | undefined;
  stop(): Promise<void>;
}

/**
 * Starts the staff app for the simulated box: the same service as `boom-box web`, on loopback, with a
 * gate for the box and a grant for the first administrator.
 * @throws UserError when it cannot start; then no part of it is left running
 */
export async function startLocalWeb(options: LocalWebOptions): Promise<LocalWeb> {
  const { box, identity, certs, log } = options;
  const { parseWebSettings } = await import("../../web/service/settings.ts");
  const { makeLink } = await import("../../web/cloud/link-settings.ts");
  const { startWeb } = await import("../../web/run.ts");
  const loopback = loopbackAddress();
  const port = await usablePort(options.port, loopback);
  const url = `http://localhost:${port}`;
  const parsed = parseWebSettings({
    environment: {
      BOOM_BOX_WEB_ORIGIN: url,
      BOOM_BOX_WEB_LISTEN: loopback === "::1" ? `[::1]:${port}` : `${loopback}:${port}`,
      BOOM_BOX_WEB_DATABASE: join(certs, ".web", "boom-box.db"),
    },
    readFile: () => "",
  });
  if (parsed.type === "problems") throw new Error(parsed.problems.join("; "));
  const link: LinkSettings = {
    type: "mqtt",
    prefix: box.prefix,
    host: box.endpoint,
    port: box.port,
    alpn: false,
    ca: identity.caPem,
    certificate: identity.chainPem,
    key: identity.keyPem,
  };
  let running: RunningWeb;
  const added: string[] = [];
  try {
    running = await startWeb(parsed.settings, await makeLink(link), loggerOf(log), (store) =>
      addGates(store, box, added),
    );
  } catch (cause) {
    const why = messageOf(cause);
    throw new UserError(`the staff app cannot start: ${why}`, { cause });
  }
  const invitation = await running.inviteWaitingAdministrator();
  const isNew = invitation !== undefined;
  await admitAdministrator(running.store, (gate) =>
    isNew ? gate.thingName === box.thingName : added.includes(gate.id),
  );
  return { url, invitationUrl: invitation?.url, stop: () => running.stop() };
}

/**
 * Adds each gate of the box that is not there. For a real box, an administrator does this by hand.
 * @param added receives their ids
 */
async function addGates(
  store: Store,
  { thingName, gates }: LocalWebOptions["box"],
  added: string[],
): Promise<void> {
  const known = await store.gates();
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const outputs = gates.length === 0 ? [null] : gates.map(({ name }) => name);
  for (const output of outputs) {
    if (known.some((gate) => gate.thingName === thingName && gate.output === output)) continue;
    const words = output === null ? [thingName] : [thingName, output];
    const id = idOf(words.join("-"), known);
    const name = `Gate ${words.join(" ")}`;
    await store.createGate({ id, name, thingName, output, timeZone, isActive: true });
    added.push(id);
  }
}

/** An id that no other gate has: the words, as far as there is room. */
function idOf(words: string, known: readonly { readonly id: string }[]): string {
  const id = words.toLowerCase().replaceAll(/[^a-z\d-]/g, "-");
  if (id.length <= 32 && known.every((gate) => gate.id !== id)) return id;
  return `${id.slice(0, 23)}-${randomUUID().slice(0, 8)}`;
}

/** Grants the first administrator access to these gates at all times. */
async function admitAdministrator(
  store: Store,
  isTheirs: (gate: { readonly id: string; readonly thingName: string }) => boolean,
): Promise<void> {
  const [person] = await store.administrators();
  if (person === undefined) return;
  for (const gate of await store.gates()) {
    const [gateId, personId] = [gate.id, person.id];
    if (!isTheirs(gate)) continue;
    if ((await store.grants({ gateId, personId })).length > 0) continue;
    await store.createGrant({ id: randomUUID(), personId, gateId, ...atAllTimes });
  }
}

/** Logs warnings and errors to the screen; the page shows the rest. */
function loggerOf(log: (line: string) => void): Logger {
  const tell = (fields: Readonly<Record<string, unknown>>, message: string) => {
    const { err, detail } = fields;
    const why = err instanceof Error ? err.message : detail;
    log(`staff app: ${message}${why === undefined || why === null ? "" : `: ${String(why)}`}`);
  };
  return { info: () => {}, warn: tell, error: tell };
}

/** `preferred` if it is free on loopback, else any free port. */
async function usablePort(preferred: number, loopback: string): Promise<number> {
  const listen = (port: number) =>
    new Promise<number | undefined>((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(undefined));
      server.listen(port, loopback, () => {
        const address = server.address();
        const found = typeof address === "object" ? address?.port : undefined;
        server.close(() => resolve(found));
      });
    });
  const port = (await listen(preferred)) ?? (await listen(0));
  if (port === undefined)
    throw new UserError(
      "the staff app found no free port on loopback: end a program that listens there, or use --no-web",
    );
  return port;
}
