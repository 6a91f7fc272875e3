import { isDeepStrictEqual } from "node:util";
import {
  type CertificateRecord,
  type ProvisioningRecord,
  writeRecord,
} from "../certs/provisioning-record.ts";
import { UserError } from "../command-line/user-error.ts";
import { short } from "./certificate.ts";
import { type Certificate, placeOf } from "./control-plane.ts";
import { commandFor, type Run, tell } from "./run.ts";
import { type NamedPolicy, policiesOf } from "./subject.ts";

/**
 * Authorizes a certificate as the box (or the service), and as nothing else: creates the policies, makes
 * the attachments, then activates the certificate. It skips what is done already.
 * @throws UserError when the policy has another document, or somebody deactivated the certificate
 */
export async function authorize(
  run: Run,
  record: ProvisioningRecord,
  entry: CertificateRecord,
  certificate: Certificate,
): Promise<void> {
  const { cloud, subject } = run;
  const { certificateId, certificateArn } = certificate;
  refuseDeactivated(run, entry, certificate);
  for (const policy of policiesOf(subject, placeOf(certificateArn))) {
    await ensurePolicy(run, policy);
    await attach(run, policy.policyName, certificateArn);
  }
  if (subject.type === "box") {
    if ((await cloud.listThingPrincipals(subject.name)).includes(certificateArn)) {
      tell(run, "attachment", "kept", `certificate is attached to the thing ${subject.name}`);
    } else {
      await cloud.attachThingPrincipal(subject.name, certificateArn);
      tell(run, "attachment", "done", `certificate attached to the thing ${subject.name}`);
    }
  }
  if (certificate.status === "ACTIVE") {
    tell(run, "activation", "kept", `certificate ${short(certificateId)} is active`);
  } else {
    await cloud.updateCertificate(certificateId, "ACTIVE");
    tell(run, "activation", "done", `certificate ${short(certificateId)} activated`);
  }
  if (!entry.activated) {
    entry.activated = true;
    await writeRecord(run.certs, subject.name, record);
  }
}

/** Never activates such a certificate again: it may be inactive because its key was lost. */
function refuseDeactivated(run: Run, entry: CertificateRecord, { status }: Certificate): void {
  if (status === "ACTIVE" || (status === "INACTIVE" && !entry.activated)) return;
  throw new UserError(
    `certificate ${short(entry.certificateId)} was made ${status} in ${run.cloud.name}: activate it there if that was a mistake; if somebody else may have its key, run "${commandFor(run, "deprovision")}", then provision again`,
  );
}

async function attach(run: Run, policyName: string, certificateArn: string): Promise<void> {
  const { cloud } = run;
  if ((await cloud.listAttachedPolicies(certificateArn)).includes(policyName)) {
    tell(run, "attachment", "kept", `policy ${policyName} is attached`);
    return;
  }
  await cloud.attachPolicy(policyName, certificateArn);
  tell(run, "attachment", "done", `policy ${policyName} attached to the certificate`);
}

async function ensurePolicy(run: Run, { policyName, document }: NamedPolicy): Promise<void> {
  const { cloud } = run;
  const before = await cloud.getPolicy(policyName);
  if (before === undefined && (await cloud.createPolicy(policyName, document))) {
    tell(run, "policy", "done", `policy ${policyName}`);
    return;
  }
  // Another run, or a call whose answer was lost, may have created it meanwhile.
  if (!isSame(before ?? (await cloud.getPolicy(policyName)), document)) {
    throw new UserError(
      `the policy ${policyName} in ${cloud.name} has another document: restore the document in docs/aws.md, or use another --prefix`,
    );
  }
  tell(run, "policy", "kept", `policy ${policyName}`);
}

/** Whether two documents are equal, whatever the order of their members. */
export function isSame(one: string | undefined, other: string): boolean {
  try {
    return one !== undefined && isDeepStrictEqual(JSON.parse(one), JSON.parse(other));
  } catch {
    return false;
  }
}
