import { createSecureContext } from "node:tls";
import { parseSettings, type Settings } from "../device/config.ts";
import { FleetProvisioning, type FleetProvisioningOptions } from "./cloud/fleet-provisioning.ts";
import { localAccount } from "./cloud/one-project.ts";
import { boxPolicy, claimPolicy } from "./cloud/policy-documents.ts";
import type { CloudRecord } from "./cloud/records.ts";
import { Registry } from "./cloud/registry.ts";
import { CloudStandIn } from "./cloud/stand-in.ts";
import type { MemoryStorage } from "./hardware/storage.ts";
import type { ClaimIdentity } from "./hardware/tls.ts";
import { createAuthority, type Identity, issueClient, issueServer } from "./pki/authority.ts";
import { createRequest, signRequest } from "./pki/request.ts";
import {
  SimulatedBox,
  type SimulatedBoxOptions,
  type SimulatedBoxRecord,
} from "./simulated-box.ts";

/** What provisioning creates for one box, and for the whole fleet. */
interface Material {
  readonly ca: Identity;
  readonly server: Identity;
  readonly claim: Identity;
  /** the box's own key; the certificate next to it is not registered */
  readonly own: Identity;
  readonly request: string;
}

export const template = "boom-box";
let made: Promise<Material> | undefined;

export function claimMaterial(): Promise<Material> {
  made ??= makeMaterial();
  return made;
}

async function makeMaterial(): Promise<Material> {
  const ca = await createAuthority();
  const own = await issueClient(ca, "lot-7");
  return {
    ca,
    own,
    server: await issueServer(ca),
    claim: await issueClient(ca, "claim"),
    request: await createRequest(own.keyPem, "lot-7"),
  };
}

/** A stand-in that provisions by claim, and boxes without a certificate of their own. */
export class ClaimCloud {
  readonly material: Material;
  readonly registry: Registry;
  readonly cloud: CloudStandIn;
  readonly records: CloudRecord[];
  /** registered things, in order */
  readonly things: string[];
  readonly #boxes: ClaimBox[] = [];

  private constructor(parts: {
    material: Material;
    registry: Registry;
    cloud: CloudStandIn;
    records: CloudRecord[];
    things: string[];
  }) {
    this.material = parts.material;
    this.registry = parts.registry;
    this.cloud = parts.cloud;
    this.records = parts.records;
    this.things = parts.things;
  }

  static async start(options: Partial<FleetProvisioningOptions> = {}): Promise<ClaimCloud> {
    const material = await claimMaterial();
    const { ca, server, claim } = material;
    const registry = new Registry(localAccount);
    registry.register({
      certificate: claim.certificatePem,
      policies: [claimPolicy({ ...localAccount, template })],
    });
    const things: string[] = [];
    const provisioning = new FleetProvisioning({
      templates: [template],
      sign: (request) => signRequest(ca, request),
      register: async (thingName, certificate) => {
        things.push(thingName);
        const policies = [boxPolicy({ ...localAccount, prefix: "gate" })];
        registry.register({ certificate, thingName, policies });
      },
      now: Date.now,
      ...options,
    });
    const records: CloudRecord[] = [];
    const cloud = await CloudStandIn.listen({
      ca: ca.certificatePem,
      certificate: server.certificatePem + ca.certificatePem,
      key: server.keyPem,
      registry,
      provisioning,
      onRecord: (record) => records.push(record),
    });
    return new ClaimCloud({ material, registry, cloud, records, things });
  }

  box(
    changes: {
      readonly storage?: MemoryStorage;
      readonly makeFirmware?: NonNullable<SimulatedBoxOptions["makeFirmware"]>;
    } = {},
  ): ClaimBox {
    const { ca, claim, own, request } = this.material;
    const box = new ClaimBox(settingsFor(this.cloud.port), {
      identity: { secureContext: createSecureContext({ ca: ca.certificatePem }) },
      claim: {
        certificate: claim.certificatePem,
        key: claim.keyPem,
        request,
        ownKey: own.keyPem,
        ca: ca.certificatePem,
      } satisfies ClaimIdentity,
      ...changes,
    });
    this.#boxes.push(box);
    return box;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#boxes.map(({ box }) => box.stop()));
    await this.cloud.close();
  }
}

function settingsFor(port: number): Settings {
  const result = parseSettings({
    thingName: "lot-7",
    endpoint: "localhost",
    port,
    pulseMs: 20,
    claim: { template },
  });
  if (result.type === "problems") throw new Error(result.problems.join());
  return result.settings;
}

/** A box, and all of its output. */
export class ClaimBox {
  readonly records: SimulatedBoxRecord[] = [];
  readonly box: SimulatedBox;
  #watchers: (() => void)[] = [];

  constructor(settings: Settings, options: Omit<SimulatedBoxOptions, "settings" | "onRecord">) {
    this.box = new SimulatedBox({
      ...options,
      settings,
      onRecord: (record) => {
        this.records.push(record);
        for (const look of this.#watchers) look();
      },
    });
    this.box.start();
  }

  /** The first record with these fields, past or future. */
  record(fields: Readonly<Record<string, unknown>>): Promise<SimulatedBoxRecord> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.records.find((record) => {
          const values = new Map<string, unknown>(Object.entries(record));
          return Object.entries(fields).every(([name, value]) => values.get(name) === value);
        });
        if (found === undefined) return;
        this.#watchers = this.#watchers.filter((watcher) => watcher !== look);
        resolve(found);
      };
      this.#watchers.push(look);
      look();
    });
  }

  get claims(): SimulatedBoxRecord[] {
    return this.records.filter(({ type }) => type === "claim");
  }
}
