import { defaultPrefix } from "../../device/messages/topics.ts";
import { FleetProvisioning } from "../../host-sim/cloud/fleet-provisioning.ts";
import { Jobs } from "../../host-sim/cloud/jobs.ts";
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
import { Streams } from "../../host-sim/cloud/streams.ts";
import { announceStandIn, withdrawStandIn } from "../broker/find-stand-in.ts";
import { listThings, readIdentity } from "../certs/identity.ts";
import { caIdentity, serverIdentity, serviceIdentity } from "../certs/paths.ts";
import { readRecord } from "../certs/provisioning-record.ts";
import { defaultTemplate } from "../claim/template.ts";
import { messageOf } from "../command-line/user-error.ts";
import { LocalControlPlane, localPrincipals } from "../provision/local-control-plane.ts";
import { markOf, policiesOf, type Subject } from "../provision/subject.ts";
import { UpdateControl } from "./update-control.ts";

/**
 * The stand-in for AWS IoT Core, with the certificates of one folder. It announces itself to commands
 * in other terminals, unless it is private. After `down`, `up` restarts it on the same port with the same stored state.
 */
export class StandIn {
  readonly port: number;
  readonly #certs: string;
  readonly #options: LocalCloudOptions;
  readonly #onLine: (line: string) => void;
  /** undefined: the stand-in is private */
  readonly #control: UpdateControl | undefined;
  /** runs `down` and `up` one after the other, however fast they are called */
  #cloud: Promise<CloudStandIn | undefined>;
  #store: CloudStandIn["store"];

  private constructor(
    certs: string,
    options: LocalCloudOptions,
    onLine: (line: string) => void,
    cloud: CloudStandIn,
    control: UpdateControl | undefined,
  ) {
    this.#certs = certs;
    this.#options = options;
    this.#onLine = onLine;
    this.#control = control;
    this.#cloud = Promise.resolve(cloud);
    this.#store = cloud.store;
    this.port = cloud.port;
  }

  /**
   * Every box that has a certificate in the folder may connect. A certificate from `boom-box certs`
   * has the box's policy. One from `boom-box provision --local` has the policies that are attached to
   * it, and an attachment takes effect at once.
   * @param port if it is in use, another one is chosen
   * @param isPrivate for one short command: others must not rely on it
   * @param listen the address to listen on; default: loopback
   * @throws UserError when the folder has no certificates for the stand-in, or another one is announced
   */
  static async start(
    certs: string,
    port: number,
    onLine: (line: string) => void,
    isPrivate = false,
    listen?: string,
  ): Promise<StandIn> {
    const server = await readIdentity(certs, serverIdentity);
    const service = await readIdentity(certs, serviceIdentity);
    const ca = await readIdentity(certs, caIdentity);
    const jobs = new Jobs();
    const streams = new Streams();
    const options: LocalCloudOptions = {
      prefix: defaultPrefix,
      jobs,
      streams,
      ca: ca.certificatePem,
      certificate: server.chainPem,
      key: server.keyPem,
      things: await thingsByFolder(certs),
      service: { certificate: service.certificatePem },
      refresh: refresher(certs, onLine),
      provisioning: provisioningIn(certs),
      ...(listen === undefined ? {} : { listen }),
      onRecord: (record) => logRecord(record, onLine),
    };
    const cloud = await startLocalCloud({ ...options, port, fallbackToAnyPort: true });
    const running = { endpoint: "localhost", port: cloud.port, prefix: defaultPrefix };
    const control = isPrivate ? undefined : await UpdateControl.listen(jobs, streams);
    try {
      if (control !== undefined) {
        const { access } = control;
        await announceStandIn(certs, { ...running, pid: process.pid, control: access });
      }
    } catch (error) {
      await control?.close();
      await cloud.close();
      throw error;
    }
    return new StandIn(certs, options, onLine, cloud, control);
  }

  down(): void {
    this.#cloud = this.#cloud.then(async (cloud) => {
      await cloud?.close();
      return undefined;
    });
  }

  /** If another process has taken the port meanwhile, the stand-in stays down and logs that. */
  up(): void {
    this.#cloud = this.#cloud.then(async (cloud) => {
      if (cloud !== undefined) return cloud;
      try {
        return await startLocalCloud({ ...this.#options, port: this.port, store: this.#store });
      } catch (error) {
        this.#onLine(`stand-in: cannot restart: ${String(error)}`);
        return undefined;
      }
    });
  }

  async stop(): Promise<void> {
    await withdrawStandIn(this.#certs);
    await this.#control?.close();
    this.down();
    await this.#cloud;
  }
}

function logRecord(record: CloudRecord, onLine: (line: string) => void): void {
  if (record.type === "warning") onLine(`stand-in: ${record.message}`);
  if (record.type === "denied") {
    onLine(`stand-in: ${record.clientId} is not allowed ${record.action} on ${record.resource}`);
  }
}

/** Without provisioned boxes: the control plane that issued their certificates knows them. */
async function thingsByFolder(certs: string) {
  const things: { thingName: string; certificate: string }[] = [];
  for (const thingName of await listThings(certs)) {
    if ((await readRecord(certs, thingName))?.current !== undefined) continue;
    things.push({ thingName, certificate: (await readIdentity(certs, thingName)).certificatePem });
  }
  return things;
}

/** Registers what `provision --local` has changed since the last call. */
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
      // Registered again, because a restarted stand-in has a new registry without it.
      if (!there.has(entry.certificate)) registry.register({ ...entry, status: "INACTIVE" });
    }
    known = found;
  };
}

/** Registers claimed boxes in the file that `provision --local` uses. */
function provisioningIn(certs: string): FleetProvisioning {
  const cloud = new LocalControlPlane(certs);
  return new FleetProvisioning({
    templates: [defaultTemplate],
    sign: async (request) => {
      try {
        return (await cloud.createCertificateFromCsr(request)).certificatePem;
      } catch {
        // The bytes from the network are not a valid request.
        return undefined;
      }
    },
    register: (thingName, certificate) => admitBox(cloud, thingName, certificateIdOf(certificate)),
    now: Date.now,
  });
}

/** Lets the stand-in admit a box with a certificate that its control plane has issued. */
export async function admitBox(
  cloud: LocalControlPlane,
  thingName: string,
  certificateId: string,
): Promise<void> {
  const { certificateArn = "" } = (await cloud.describeCertificate(certificateId)) ?? {};
  const box: Subject = { type: "box", name: thingName, prefix: defaultPrefix };
  await cloud.createThing(thingName, markOf(box));
  for (const { policyName, document } of policiesOf(box, localAccount)) {
    await cloud.createPolicy(policyName, document);
    await cloud.attachPolicy(policyName, certificateArn);
  }
  await cloud.attachThingPrincipal(thingName, certificateArn);
  await cloud.updateCertificate(certificateId, "ACTIVE");
}
