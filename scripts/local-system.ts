import { createSecureContext } from "node:tls";
import type { Settings } from "../device/config.ts";
import type { EventReport } from "../device/core/report.ts";
import { defaultPrefix } from "../device/core/topics.ts";
import { SimulatedBox, type SimulatedBoxRecord } from "../host-sim/simulated-box.ts";
import { readIdentity } from "./certs/identity.ts";
import { ensureCertificates } from "./certs/store.ts";
import { serviceIdentity } from "./paths.ts";
import { isProvisionedInAws } from "./provision/record.ts";
import { Publisher } from "./publisher.ts";
import { requireSettings } from "./settings.ts";
import { startStandIn } from "./stand-in.ts";
import { UserError } from "./user-error.ts";

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
  if (await isProvisionedInAws(certs, thing)) {
    throw new UserError(
      `${thing} was provisioned in AWS IoT Core, and the stand-in does not know its certificate: name another box with --thing`,
    );
  }
  const steps = await ensureCertificates({ directory: certs, things: [thing] });
  for (const { identity, action } of steps) {
    if (action !== "kept") onlooker.log(`certificate ${action}: ${identity}`);
  }
  const cloud = await startStandIn(certs, port, (line) => onlooker.log(line));
  const settings = requireSettings({
    thingName: thing,
    endpoint: "localhost",
    port: cloud.port,
    prefix: defaultPrefix,
  });
  const { endpoint, prefix } = settings;
  const own = await readIdentity(certs, thing);
  const box = new SimulatedBox({
    settings,
    identity: {
      secureContext: createSecureContext({
        ca: own.caPem,
        cert: own.chainPem,
        key: own.keyPem,
      }),
    },
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
      await cloud.stop();
    },
  };
}

async function closeIfConnected(publisher: Promise<Publisher> | undefined): Promise<void> {
  // One that never connected has said so to whoever asked for it.
  const connected = await publisher?.catch(() => undefined);
  await connected?.close();
}
