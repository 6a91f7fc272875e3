import { defaultPrefix } from "../device/core/topics.ts";
import type { CloudRecord } from "../host-sim/cloud/records.ts";
import type { CloudStandIn } from "../host-sim/cloud/stand-in.ts";
import { type LocalCloudOptions, startLocalCloud } from "../host-sim/local-cloud.ts";
import { listThings, readIdentity } from "./certs/identity.ts";
import { caIdentity, serverIdentity, serviceIdentity } from "./paths.ts";
import { serviceClientIdPrefix } from "./publisher.ts";

/** Somebody who is told what goes wrong. */
export interface BrokerLog {
  log(line: string): void;
}

/** The stand-in for AWS IoT Core, which can go down and come back where it was, with what it knew. */
export class LocalBroker {
  readonly port: number;
  readonly #options: LocalCloudOptions;
  readonly #onlooker: BrokerLog;
  /** one step after the other, however fast they are asked for */
  #cloud: Promise<CloudStandIn | undefined>;
  #store: CloudStandIn["store"];

  private constructor(options: LocalCloudOptions, onlooker: BrokerLog, cloud: CloudStandIn) {
    this.#options = options;
    this.#onlooker = onlooker;
    this.#cloud = Promise.resolve(cloud);
    this.#store = cloud.store;
    this.port = cloud.port;
  }

  /** Takes any port where `port` cannot be had. */
  static async start(certs: string, port: number, onlooker: BrokerLog): Promise<LocalBroker> {
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
    const options: LocalCloudOptions = {
      prefix: defaultPrefix,
      ca: ca.certificatePem,
      certificate: server.chainPem,
      key: server.keyPem,
      things,
      service: { certificate: service.certificatePem, clientIdPrefix: serviceClientIdPrefix },
      onRecord: (record) => logRecord(record, onlooker),
    };
    const cloud = await startLocalCloud({ ...options, port, fallbackToAnyPort: true });
    return new LocalBroker(options, onlooker, cloud);
  }

  down(): void {
    this.#cloud = this.#cloud.then(async (cloud) => {
      await cloud?.close();
      return undefined;
    });
  }

  /** Somebody else may have taken its port meanwhile: then it stays down, and says so. */
  up(): void {
    this.#cloud = this.#cloud.then(async (cloud) => {
      if (cloud !== undefined) return cloud;
      try {
        return await startLocalCloud({ ...this.#options, port: this.port, store: this.#store });
      } catch (error) {
        this.#onlooker.log(`stand-in: it cannot come back: ${String(error)}`);
        return undefined;
      }
    });
  }

  async stop(): Promise<void> {
    this.down();
    await this.#cloud;
  }
}

function logRecord(record: CloudRecord, onlooker: BrokerLog): void {
  if (record.type === "warning") onlooker.log(`stand-in: ${record.message}`);
  if (record.type === "denied") {
    onlooker.log(`stand-in: ${record.clientId} may not ${record.action} ${record.resource}`);
  }
}
