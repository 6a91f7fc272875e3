import type { Settings } from "../../device/config.ts";
import type { EventReport } from "../../device/messages/event.ts";
import { defaultPrefix } from "../../device/messages/topics.ts";
import { FaultInjector } from "../../host-sim/faults/injector.ts";
import { makeIdentity } from "../../host-sim/hardware/tls.ts";
import { SimulatedBox, type SimulatedBoxRecord } from "../../host-sim/simulated-box.ts";
import { readIdentity } from "../certs/identity.ts";
import { serviceIdentity } from "../certs/paths.ts";
import { isProvisionedInAws } from "../certs/provisioning-record.ts";
import { ensureCertificates } from "../certs/store.ts";
import { requireSettings } from "../command-line/settings.ts";
import { UserError } from "../command-line/user-error.ts";
import { Opener } from "../open/open-once.ts";
import { StandIn } from "./local-stand-in.ts";

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
  readonly faults: FaultInjector;
  /**
   * Publishes one `open` as the service does.
   * @returns what the box said, or undefined where it said nothing in time
   */
  open(): Promise<EventReport | undefined>;
  stop(): Promise<void>;
}

/**
 * The whole of Boom Box on one machine: certificates, stand-in, a box, and a publisher for it.
 * @param beforeStart is handed everything before the box is powered on
 */
export async function startLocalSystem(
  { thing, port, certs }: LocalSystemOptions,
  onlooker: Onlooker,
  beforeStart: (system: LocalSystem) => Promise<void> = async () => {},
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
  const own = await readIdentity(certs, thing);
  const identity = await readIdentity(certs, serviceIdentity);
  const standIn = await StandIn.start(certs, port, (line) => onlooker.log(line));
  const settings = requireSettings({
    thingName: thing,
    endpoint: "localhost",
    port: standIn.port,
    prefix: defaultPrefix,
  });
  const { endpoint, prefix } = settings;
  const opener = new Opener({ endpoint, port: standIn.port, prefix, alpn: false, identity });
  const onRecord = (record: SimulatedBoxRecord) => onlooker.onRecord(record);
  const box = new SimulatedBox({
    settings,
    identity: makeIdentity({ ca: own.caPem, certificate: own.chainPem, key: own.keyPem }),
    onRecord,
  });
  const system: LocalSystem = {
    settings,
    box,
    faults: new FaultInjector({
      box,
      onRecord,
      broker: {
        down: () => {
          standIn.down();
          // Nobody has to find out by an open that is lost.
          void opener.close();
        },
        up: () => standIn.up(),
      },
    }),
    open: () => opener.open(thing, "the terminal"),
    stop: async () => {
      await box.stop();
      await opener.close();
      await standIn.stop();
    },
  };
  try {
    await beforeStart(system);
  } catch (error) {
    await system.stop();
    throw error;
  }
  box.start();
  return system;
}
