import type { Settings } from "../device/config.ts";
import type { EventReport } from "../device/core/report.ts";
import { defaultPrefix } from "../device/core/topics.ts";
import { makeIdentity } from "../host-sim/hardware/tls.ts";
import { startLocalCloud } from "../host-sim/local-cloud.ts";
import { SimulatedBox, type SimulatedBoxRecord } from "../host-sim/simulated-box.ts";
import { listThings, readIdentity } from "./certs/identity.ts";
import { ensureCertificates } from "./certs/store.ts";
import { caIdentity, serverIdentity, serviceIdentity } from "./paths.ts";
import { Publisher, serviceClientIdPrefix } from "./publisher.ts";
import { announceStandIn, withdrawStandIn } from "./running-stand-in.ts";
import { requireSettings } from "./settings.ts";

export interface LocalSystemOptions {
  readonly thing: string;
  /** another is taken if this one cannot be had */
  readonly port: number;
  readonly certs: string;
}

/** Somebody who is told what happens: a terminal, a log, a test. */
export interface Onlooker {
  log(line: string): void;
  onRecord(record: SimulatedBoxRecord): void;
}

export interface LocalSystem {
  readonly settings: Settings;
  readonly box: SimulatedBox;
  /**
   * Publishes one `open` as the service does.
   * @returns what the box said, or undefined where it said nothing in time
   */
  open(): Promise<EventReport | undefined>;
  stop(): Promise<void>;
}

/** The whole of Boom Box on one machine: certificates, stand-in, a box, and a publisher for it. */
export async function startLocalSystem(
  { thing, port, certs }: LocalSystemOptions,
  onlooker: Onlooker,
): Promise<LocalSystem> {
  const steps = await ensureCertificates({ directory: certs, things: [thing] });
  for (const { identity, action } of steps) {
    if (action !== "kept") onlooker.log(`certificate ${action}: ${identity}`);
  }
  const cloud = await startCloud(certs, port, onlooker);
  const settings = requireSettings({
    thingName: thing,
    endpoint: "localhost",
    port: cloud.port,
    prefix: defaultPrefix,
  });
  const { endpoint, prefix } = settings;
  await announceStandIn(certs, { endpoint, port: cloud.port, prefix, pid: process.pid });
  const own = await readIdentity(certs, thing);
  const box = new SimulatedBox({
    settings,
    identity: makeIdentity({ ca: own.caPem, certificate: own.chainPem, key: own.keyPem }),
    onRecord: (record) => onlooker.onRecord(record),
  });
  box.start();
  const identity = await readIdentity(certs, serviceIdentity);
  let publisher: Promise<Publisher> | undefined;
  return {
    settings,
    box,
    open: async () => {
      publisher ??= Publisher.connect({
        endpoint,
        port: cloud.port,
        prefix,
        alpn: false,
        identity,
      });
      const used = publisher;
      try {
        return await (await used).open(thing, "the terminal", 5_000);
      } catch (error) {
        // The next open gets a connection of its own.
        if (publisher === used) publisher = undefined;
        void closeIfConnected(used);
        throw error;
      }
    },
    stop: async () => {
      await box.stop();
      await closeIfConnected(publisher);
      await withdrawStandIn(certs);
      await cloud.close();
    },
  };
}

async function closeIfConnected(publisher: Promise<Publisher> | undefined): Promise<void> {
  // One that never connected has said so to whoever asked for it.
  const connected = await publisher?.catch(() => undefined);
  await connected?.close();
}

async function startCloud(certs: string, port: number, onlooker: Onlooker) {
  const server = await readIdentity(certs, serverIdentity);
  const service = await readIdentity(certs, serviceIdentity);
  const ca = await readIdentity(certs, caIdentity);
  // Every box that has a certificate here may connect, so that `boom-box sim` can add some.
  const things = await Promise.all(
    (await listThings(certs)).map(async (thingName) => ({
      thingName,
      certificate: (await readIdentity(certs, thingName)).certificatePem,
    })),
  );
  return startLocalCloud({
    prefix: defaultPrefix,
    port,
    fallbackToAnyPort: true,
    ca: ca.certificatePem,
    certificate: server.chainPem,
    key: server.keyPem,
    things,
    service: { certificate: service.certificatePem, clientIdPrefix: serviceClientIdPrefix },
    onRecord: (record) => {
      if (record.type === "warning") onlooker.log(`stand-in: ${record.message}`);
      if (record.type === "denied") {
        onlooker.log(`stand-in: ${record.clientId} may not ${record.action} ${record.resource}`);
      }
    },
  });
}
