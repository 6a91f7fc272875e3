import { defaultPrefix } from "../../device/messages/topics.ts";
import { FleetProvisioning } from "../../host-sim/cloud/fleet-provisioning.ts";
import {
  type LocalCloudOptions,
  localAccount,
  startLocalCloud,
} from "../../host-sim/cloud/one-project.ts";
import type { CloudRecord } from "../../host-sim/cloud/records.ts";
import {
  certificateIdOf,
  type PrincipalEntry,
  type Registry,
} from "../../host-sim/cloud/registry.ts";
import type { CloudStandIn } from "../../host-sim/cloud/stand-in.ts";
import { announceStandIn, withdrawStandIn } from "../broker/find-stand-in.ts";
import { listThings, readIdentity } from "../certs/identity.ts";
import { caIdentity, serverIdentity, serviceIdentity } from "../certs/paths.ts";
import { readRecord } from "../certs/provisioning-record.ts";
import { defaultTemplate } from "../claim/template.ts";
import { messageOf } from "../command-line/user-error.ts";
import { LocalControlPlane, localPrincipals } from "../provision/local-control-plane.ts";
import { markOf, policyOf, type Subject } from "../provision/subject.ts";

/**
 * The stand-in for AWS IoT Core on a folder's certificates, announced to the commands in other
 * terminals. It can go down and come back where it was, with what it knew.
 */
export class StandIn {
  readonly port: number;
  readonly #certs: string;
  readonly #options: LocalCloudOptions;
  readonly #onLine: (line: string) => void;
  /** one step after the other, however fast they are asked for */
  #cloud: Promise<CloudStandIn | undefined>;
  #store: CloudStandIn["store"];

  private constructor(
    certs: string,
    options: LocalCloudOptions,
    onLine: (line: string) => void,
    cloud: CloudStandIn,
  ) {
    this.#certs = certs;
    this.#options = options;
    this.#onLine = onLine;
    this.#cloud = Promise.resolve(cloud);
    this.#store = cloud.store;
    this.port = cloud.port;
  }

  /**
   * Every box that has a certificate in the folder may connect: those of `boom-box certs` by the box's
   * policy, those of `boom-box provision --local` by what was attached to them, and as soon as it was.
   * @param port another is taken if this one cannot be had
   * @throws UserError where the folder has no certificates for it
   */
  static async start(
    certs: string,
    port: number,
    onLine: (line: string) => void,
  ): Promise<StandIn> {
    const server = await readIdentity(certs, serverIdentity);
    const service = await readIdentity(certs, serviceIdentity);
    const ca = await readIdentity(certs, caIdentity);
    const options: LocalCloudOptions = {
      prefix: defaultPrefix,
      ca: ca.certificatePem,
      certificate: server.chainPem,
      key: server.keyPem,
      things: await thingsByFolder(certs),
      service: { certificate: service.certificatePem },
      refresh: refresher(certs, onLine),
      provisioning: provisioningIn(certs),
      onRecord: (record) => logRecord(record, onLine),
    };
    const cloud = await startLocalCloud({ ...options, port, fallbackToAnyPort: true });
    const running = { endpoint: "localhost", port: cloud.port, prefix: defaultPrefix };
    try {
      await announceStandIn(certs, { ...running, pid: process.pid });
    } catch (error) {
      await cloud.close();
      throw error;
    }
    return new StandIn(certs, options, onLine, cloud);
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
        this.#onLine(`stand-in: it cannot come back: ${String(error)}`);
        return undefined;
      }
    });
  }

  async stop(): Promise<void> {
    await withdrawStandIn(this.#certs);
    this.down();
    await this.#cloud;
  }
}

function logRecord(record: CloudRecord, onLine: (line: string) => void): void {
  if (record.type === "warning") onLine(`stand-in: ${record.message}`);
  if (record.type === "denied") {
    onLine(`stand-in: ${record.clientId} may not ${record.action} ${record.resource}`);
  }
}

/** Those that were provisioned are known by the cloud that made their certificates instead. */
async function thingsByFolder(certs: string) {
  const things: { thingName: string; certificate: string }[] = [];
  for (const thingName of await listThings(certs)) {
    if ((await readRecord(certs, thingName))?.current !== undefined) continue;
    things.push({ thingName, certificate: (await readIdentity(certs, thingName)).certificatePem });
  }
  return things;
}

/** Registers what `provision --local` has changed since the last search. */
function refresher(certs: string, onLine: (line: string) => void): (registry: Registry) => void {
  let known: readonly PrincipalEntry[] = [];
  return (registry) => {
    let found: readonly PrincipalEntry[];
    try {
      found = localPrincipals(certs);
      for (const entry of found) registry.register(entry);
    } catch (error) {
      onLine(`stand-in: ${messageOf(error)}`);
      return;
    }
    const there = new Set(found.map(({ certificate }) => certificate));
    for (const entry of known) {
      // Anew: a stand-in that was down meanwhile has a registry that never knew it.
      if (!there.has(entry.certificate)) registry.register({ ...entry, status: "INACTIVE" });
    }
    known = found;
  };
}

/** Registers what is claimed in the same file as what `provision --local` makes. */
function provisioningIn(certs: string): FleetProvisioning {
  const cloud = new LocalControlPlane(certs);
  return new FleetProvisioning({
    templates: [defaultTemplate],
    sign: async (request) => {
      try {
        return (await cloud.createCertificateFromCsr(request)).certificatePem;
      } catch {
        // Whatever came over the network is no request.
        return undefined;
      }
    },
    register: async (thingName, certificate) => {
      const certificateId = certificateIdOf(certificate);
      const { certificateArn = "" } = (await cloud.describeCertificate(certificateId)) ?? {};
      const box: Subject = { type: "box", name: thingName, prefix: defaultPrefix };
      const { policyName, document } = policyOf(box, localAccount);
      await cloud.createPolicy(policyName, document);
      await cloud.createThing(thingName, markOf(box));
      await cloud.attachPolicy(policyName, certificateArn);
      await cloud.attachThingPrincipal(thingName, certificateArn);
      await cloud.updateCertificate(certificateId, "ACTIVE");
    },
    now: Date.now,
  });
}
