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
import { policyOf } from "./subject.ts";

/**
 * Lets a certificate be the box (or the service), and nothing else: the policy, the two attachments,
 * and only then ACTIVE. What is so already is left so.
 * @throws UserError when the policy says something else, or somebody deactivated the certificate
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
  const policyName = await ensurePolicy(run, certificateArn);
  if ((await cloud.listAttachedPolicies(certificateArn)).includes(policyName)) {
    tell(run, "attachment", "kept", `policy ${policyName} on it`);
  } else {
    await cloud.attachPolicy(policyName, certificateArn);
    tell(run, "attachment", "done", `policy ${policyName} attached to it`);
  }
  if (subject.type === "box") {
    if ((await cloud.listThingPrincipals(subject.name)).includes(certificateArn)) {
      tell(run, "attachment", "kept", `it stands for ${subject.name}`);
    } else {
      await cloud.attachThingPrincipal(subject.name, certificateArn);
      tell(run, "attachment", "done", `attached to the thing ${subject.name}`);
    }
  }
  if (certificate.status === "ACTIVE") {
    tell(run, "activation", "kept", `certificate ${short(certificateId)} is active`);
  } else {
    await cloud.updateCertificate(certificateId, "ACTIVE");
    tell(run, "activation", "done", `certificate ${short(certificateId)} made active`);
  }
  if (!entry.activated) {
    entry.activated = true;
    await writeRecord(run.certs, subject.name, record);
  }
}

/** Whoever deactivated it may have had a reason, such as a lost key. */
function refuseDeactivated(run: Run, entry: CertificateRecord, { status }: Certificate): void {
  if (status === "ACTIVE" || (status === "INACTIVE" && !entry.activated)) return;
  throw new UserError(
    `certificate ${short(entry.certificateId)} was made ${status} in ${run.cloud.name}: activate it there if that was a mistake; if its key is lost to someone, run "${commandFor(run, "deprovision")}", then provision again`,
  );
}

/** @returns its name */
async function ensurePolicy(run: Run, certificateArn: string): Promise<string> {
  const { cloud, subject } = run;
  const { policyName, document } = policyOf(subject, placeOf(certificateArn));
  const before = await cloud.getPolicy(policyName);
  if (before === undefined && (await cloud.createPolicy(policyName, document))) {
    tell(run, "policy", "done", `policy ${policyName}`);
    return policyName;
  }
  // Somebody else, or a call whose answer was lost, may have made it meanwhile.
  if (!isSame(before ?? (await cloud.getPolicy(policyName)), document)) {
    throw new UserError(
      `the policy ${policyName} in ${cloud.name} is not this project's: put its document back as docs/aws.md shows it, or take another --prefix`,
    );
  }
  tell(run, "policy", "kept", `policy ${policyName}`);
  return policyName;
}

/** Whether two documents say the same, in whatever order their members are. */
export function isSame(one: string | undefined, other: string): boolean {
  try {
    return one !== undefined && isDeepStrictEqual(JSON.parse(one), JSON.parse(other));
  } catch {
    return false;
  }
}
