import { X509Certificate } from "node:crypto";
import { defaultPrefix } from "../../device/messages/topics.ts";
import { claimPolicy } from "../../host-sim/cloud/policy-documents.ts";
import { readIfPresent, writeAtomically } from "../certs/files.ts";
import { claimIdentity, identityFiles } from "../certs/paths.ts";
import { type ControlPlane, placeOf } from "../provision/control-plane.ts";
import { policiesOf, type Subject } from "../provision/subject.ts";
import { prepareKey, readFleet, writeFleet, writeTrustOf } from "./files.ts";
import type { TemplateRequest } from "./template.ts";

export interface FleetOptions {
  readonly cloud: ControlPlane;
  readonly certs: string;
  readonly template: string;
  readonly prefix?: string;
  /** the CA that the boxes trust, PEM */
  readonly trustPem: string;
  /** absent for the stand-in, which has a built-in template */
  readonly templates?: Templates;
  readonly request?: TemplateRequest;
  onStep(text: string): void;
}

/** The calls of AWS IoT's control plane for templates. */
export interface Templates {
  /** @returns false if a template with that name exists */
  create(request: TemplateRequest): Promise<boolean>;
}

/**
 * Creates what a fleet needs once: the claim certificate with its policy, the boxes' policies, and the
 * template. It can be repeated, and keeps what exists.
 * @throws UserError in one line, with what to do
 */
export async function prepareFleet(options: FleetOptions): Promise<void> {
  const { cloud, certs, template, onStep } = options;
  const prefix = options.prefix ?? defaultPrefix;
  const { certificateArn, certificateId } = await claimCertificate(options);
  const place = placeOf(certificateArn);
  const box: Subject = { type: "box", name: "", prefix };
  const ofClaim = {
    policyName: `boom-box-claim@${template}`,
    document: JSON.stringify(claimPolicy({ ...place, template })),
  };
  for (const { policyName, document } of [...policiesOf(box, place), ofClaim]) {
    const isNew = await cloud.createPolicy(policyName, document);
    onStep(`policy ${policyName}${isNew ? "" : ", unchanged"}`);
  }
  await cloud.attachPolicy(ofClaim.policyName, certificateArn);
  const before = await readFleet(certs);
  // A template stays as it was made, and an old one does not give the policies that came later.
  const isKnown = before?.template === template;
  let log = options.templates === undefined || (isKnown && before.log === true);
  let gates = options.templates === undefined || (isKnown && before.gates === true);
  if (options.templates !== undefined && options.request !== undefined) {
    const isNew = await options.templates.create(options.request);
    log ||= isNew;
    gates ||= isNew;
    onStep(`template ${template}${isNew ? "" : ", unchanged"}`);
  }
  await cloud.updateCertificate(certificateId, "ACTIVE");
  onStep("claim certificate active");
  await writeTrustOf(certs, claimIdentity, options.trustPem);
  const endpoint = cloud.type === "aws" ? { endpoint: await cloud.describeEndpoint() } : {};
  await writeFleet(certs, { cloud: cloud.type, template, prefix, ...endpoint, log, gates });
}

/** The claim certificate in `certs/claim` if the cloud knows it, else a new one for a key made here. */
async function claimCertificate({ cloud, certs, onStep }: FleetOptions) {
  const files = identityFiles(certs, claimIdentity);
  const there = await readIfPresent(files.certificatePem);
  if (there !== undefined) {
    const id = new X509Certificate(there).fingerprint256.replaceAll(":", "").toLowerCase();
    const known = await cloud.describeCertificate(id);
    if (known !== undefined) {
      onStep("claim certificate, unchanged");
      return known;
    }
  }
  const { request } = await prepareKey(certs, claimIdentity);
  const made = await cloud.createCertificateFromCsr(request);
  const certificate = new X509Certificate(made.certificatePem);
  await writeAtomically(files.certificateDer, certificate.raw);
  await writeAtomically(files.certificatePem, certificate.toString());
  onStep("claim certificate created for a key made here");
  return made;
}
