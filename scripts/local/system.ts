import type { Settings } from "../../device/config.ts";
import type { EventReport } from "../../device/messages/event.ts";
import { defaultPrefix } from "../../device/messages/topics.ts";
import { FaultInjector } from "../../host-sim/faults/injector.ts";
import { makeIdentity } from "../../host-sim/hardware/tls.ts";
import { SimulatedBox, type SimulatedBoxRecord } from "../../host-sim/simulated-box.ts";
import { alreadyRuns, findStandIn } from "../broker/find-stand-in.ts";
import { readIdentity } from "../certs/identity.ts";
import { serviceIdentity } from "../certs/paths.ts";
import { isProvisionedInAws } from "../certs/provisioning-record.ts";
import { ensureCertificates } from "../certs/store.ts";
import { requireSettings } from "../command-line/settings.ts";
import { UserError } from "../command-line/user-error.ts";
import { Opener } from "../open/open-once.ts";
import { StandIn } from "./local-stand-in.ts";
import { type SiteFlags, siteSettings } from "./site-options.ts";

export interface LocalSystemOptions extends SiteFlags {
  readonly thing: string;
  /** if it is in use, another one is chosen */
  readonly port: number;
  readonly certs: string;
}

/** Receives what happens: a terminal, a log, a test. */
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
   * @param gate the name of a gate; absent: a plain one, for the first
   * @returns the box's report, or undefined when none came in time
   */
  open(gate?: string): Promise<EventReport | undefined>;
  stop(): Promise<void>;
}

/**
 * Starts the whole system on one machine: certificates, stand-in, a box, and a publisher for it.
 * @param beforeStart receives the system before the box is powered on
 */
export async function startLocalSystem(
  { thing, port, certs, ...site }: LocalSystemOptions,
  onlooker: Onlooker,
  beforeStart: (system: LocalSystem) => Promise<void> = async () => {},
): Promise<LocalSystem> {
  if (await isProvisionedInAws(certs, thing)) {
    throw new UserError(
      `${thing} was provisioned in AWS IoT Core, so the stand-in does not accept its certificate: name another box with --thing`,
    );
  }
  const other = await findStandIn(certs);
  if (other !== undefined) throw alreadyRuns(other);
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
    // As long as the simulated gate takes.
    ...siteSettings(site, site.contact === undefined ? {} : { travelMs: 2_000 }),
  });
  const { endpoint, prefix } = settings;
  const named = settings.gates.map(({ name }) => ({ thingName: thing, output: name }));
  const broker = { endpoint, port: standIn.port, prefix, alpn: false, identity };
  const opener = new Opener(broker, named);
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
          // Otherwise the next open would be lost before the opener notices.
          void opener.close();
        },
        up: () => standIn.up(),
      },
    }),
    open: (gate) => opener.open(thing, "the terminal", undefined, gate),
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
