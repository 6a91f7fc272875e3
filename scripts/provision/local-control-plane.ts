import { readFileSync } from "node:fs";
import { join } from "node:path";
import { localAccount } from "../../host-sim/cloud/one-project.ts";
import { parsePolicy } from "../../host-sim/cloud/policy.ts";
import { iotArn } from "../../host-sim/cloud/policy-documents.ts";
import type { PrincipalEntry } from "../../host-sim/cloud/registry.ts";
import { writeAtomically } from "../certs/files.ts";
import { withLock } from "../certs/lock.ts";
import { caIdentity, identityFiles } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";
import type { Certificate, ControlPlane, Thing } from "./control-plane.ts";

/** The file's contents: what AWS would store for one account. It contains no secrets. */
interface State {
  readonly things: Record<string, { attributes: Readonly<Record<string, string>> }>;
  readonly policies: Record<string, string>;
  readonly certificates: Record<string, StoredCertificate>;
}

interface StoredCertificate {
  readonly pem: string;
  /** ms since 1970 */
  readonly createdAt: number;
  status: "ACTIVE" | "INACTIVE";
  things: string[];
  policies: string[];
}

export const localCloudFile = "local-cloud.json";

const thingArn = (name: string) => iotArn(localAccount, `thing/${name}`);
const arnOf = (certificateId: string) => iotArn(localAccount, `cert/${certificateId}`);
const idOf = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);

/**
 * AWS IoT Core's control plane in a file next to the certificates. It signs with the folder's own CA.
 * The stand-in reads the certificates that it admits, and their policies, with
 * {@link localPrincipals}.
 */
export class LocalControlPlane implements ControlPlane {
  readonly type = "local";
  readonly region = localAccount.region;
  readonly name = "the stand-in";
  readonly #directory: string;

  /** `directory` contains a CA, made by `ensureCertificates`. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  async describeThing(thingName: string): Promise<Thing | undefined> {
    const thing = this.#read().things[thingName];
    return thing && { arn: thingArn(thingName), attributes: thing.attributes };
  }

  createThing(thingName: string, attributes: Readonly<Record<string, string>>) {
    return this.#change(({ things }) => {
      things[thingName] ??= { attributes };
    });
  }

  deleteThing(thingName: string) {
    return this.#change(({ things }) => {
      delete things[thingName];
    });
  }

  async listThingPrincipals(thingName: string) {
    return Object.entries(this.#read().certificates)
      .filter(([, { things }]) => things.includes(thingName))
      .map(([id]) => arnOf(id));
  }

  attachThingPrincipal(thingName: string, certificateArn: string) {
    return this.#change((state) => {
      const certificate = certificateIn(state, idOf(certificateArn));
      certificate.things = [...new Set([...certificate.things, thingName])];
    });
  }

  detachThingPrincipal(thingName: string, certificateArn: string) {
    return this.#change(({ certificates }) => {
      const certificate = certificates[idOf(certificateArn)];
      if (certificate) certificate.things = certificate.things.filter((name) => name !== thingName);
    });
  }

  async getPolicy(policyName: string) {
    return this.#read().policies[policyName];
  }

  createPolicy(policyName: string, document: string): Promise<boolean> {
    return this.#change(({ policies }) => {
      const isNew = policies[policyName] === undefined;
      policies[policyName] ??= document;
      return isNew;
    });
  }

  async deletePolicy(policyName: string): Promise<boolean> {
    return this.#change(({ policies, certificates }) => {
      const used = Object.values(certificates).some((each) => each.policies.includes(policyName));
      if (!used) delete policies[policyName];
      return !used;
    });
  }

  async listTargetsForPolicy(policyName: string) {
    return Object.entries(this.#read().certificates)
      .filter(([, { policies }]) => policies.includes(policyName))
      .map(([id]) => arnOf(id));
  }

  async listAttachedPolicies(certificateArn: string) {
    return this.#read().certificates[idOf(certificateArn)]?.policies ?? [];
  }

  attachPolicy(policyName: string, certificateArn: string) {
    return this.#change((state) => {
      const certificate = certificateIn(state, idOf(certificateArn));
      certificate.policies = [...new Set([...certificate.policies, policyName])];
    });
  }

  detachPolicy(policyName: string, certificateArn: string) {
    return this.#change(({ certificates }) => {
      const certificate = certificates[idOf(certificateArn)];
      if (certificate === undefined) return;
      certificate.policies = certificate.policies.filter((name) => name !== policyName);
    });
  }

  async createCertificateFromCsr(request: string): Promise<Certificate> {
    const { signRequest } = await import("../../host-sim/pki/request.ts");
    const ca = identityFiles(this.#directory, caIdentity);
    const issuer = {
      certificatePem: readFileSync(ca.certificatePem, "utf8"),
      keyPem: readFileSync(ca.keyPem, "utf8"),
    };
    const certificatePem = await signRequest(issuer, request);
    if (certificatePem === undefined) {
      throw new UserError(
        "the certificate request is not signed by its own key: run the command again",
      );
    }
    const { certificateIdOf } = await import("../../host-sim/cloud/registry.ts");
    const certificateId = certificateIdOf(certificatePem);
    await this.#change(({ certificates }) => {
      certificates[certificateId] = {
        pem: certificatePem,
        createdAt: Date.now(),
        status: "INACTIVE",
        things: [],
        policies: [],
      };
    });
    const certificateArn = arnOf(certificateId);
    return { certificateId, certificateArn, certificatePem, status: "INACTIVE" };
  }

  async describeCertificate(certificateId: string): Promise<Certificate | undefined> {
    const found = this.#read().certificates[certificateId];
    return (
      found && {
        certificateId,
        certificateArn: arnOf(certificateId),
        certificatePem: found.pem,
        status: found.status,
      }
    );
  }

  async listInactiveCertificates(since: Date) {
    return Object.entries(this.#read().certificates)
      .filter(([, { status, createdAt }]) => status === "INACTIVE" && createdAt >= since.getTime())
      .map(([id]) => id);
  }

  updateCertificate(certificateId: string, status: "ACTIVE" | "INACTIVE") {
    return this.#change((state) => {
      certificateIn(state, certificateId).status = status;
    });
  }

  deleteCertificate(certificateId: string) {
    return this.#change(({ certificates }) => {
      delete certificates[certificateId];
    });
  }

  async describeEndpoint() {
    return "localhost";
  }

  #read(): State {
    return readState(this.#directory);
  }

  #change<T>(change: (state: State) => T): Promise<T> {
    return withLock(this.#directory, 30_000, async () => {
      const state = this.#read();
      const result = change(state);
      const path = join(this.#directory, localCloudFile);
      await writeAtomically(path, `${JSON.stringify(state, null, 2)}\n`);
      return result;
    });
  }
}

/** The file's certificates in the stand-in's form. One read, so that a change is never seen in part. */
export function localPrincipals(directory: string): PrincipalEntry[] {
  const { certificates, policies } = readState(directory);
  return Object.values(certificates).map(({ pem, status, things, policies: attached }) => ({
    certificate: pem,
    status,
    policies: attached.flatMap((name) => {
      const document = policies[name];
      return document === undefined ? [] : [parsePolicy(JSON.parse(document))];
    }),
    ...(things[0] === undefined ? {} : { thingName: things[0] }),
  }));
}

function readState(directory: string): State {
  const path = join(directory, localCloudFile);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    text = '{"things":{},"policies":{},"certificates":{}}';
  }
  try {
    const { things, policies, certificates } = JSON.parse(text) as State;
    // No prototype, because a box may be called "constructor".
    return {
      things: Object.assign(Object.create(null), things),
      policies: Object.assign(Object.create(null), policies),
      certificates: Object.assign(Object.create(null), certificates),
    };
  } catch (cause) {
    throw new UserError(
      `${path} is not valid JSON: delete it, and provision the stand-in's boxes again`,
      { cause },
    );
  }
}

function certificateIn({ certificates }: State, certificateId: string): StoredCertificate {
  const found = certificates[certificateId];
  if (found === undefined)
    throw new UserError(
      `the stand-in does not know the certificate ${certificateId}: run "boom-box provision --local" again`,
    );
  return found;
}
