import {
  type CertificateRecord,
  type ProvisioningRecord,
  writeRecord,
} from "../certs/provisioning-record.ts";
import { short } from "./certificate.ts";
import { removeReplaced } from "./folder.ts";
import { type Run, tell } from "./run.ts";
import { policyNamesOf } from "./subject.ts";

/**
 * Deletes one of this folder's certificates. It deactivates it first, so that it is useless even if a
 * later step fails. It detaches the thing last, because the attachment is what finds the certificate
 * again. It skips what is gone already.
 */
export async function retire(run: Run, { certificateId, certificateArn }: CertificateRecord) {
  const { cloud, subject } = run;
  const certificate = await cloud.describeCertificate(certificateId);
  if (certificate === undefined) return;
  if (certificate.status === "ACTIVE") {
    await cloud.updateCertificate(certificateId, "INACTIVE");
    tell(run, "deactivation", "done", `certificate ${short(certificateId)} deactivated`);
  }
  const attached = await cloud.listAttachedPolicies(certificateArn);
  for (const policyName of policyNamesOf(subject)) {
    if (attached.includes(policyName)) await cloud.detachPolicy(policyName, certificateArn);
  }
  if (subject.type === "box") await cloud.detachThingPrincipal(subject.name, certificateArn);
  await cloud.deleteCertificate(certificateId);
  tell(run, "deletion", "done", `certificate ${short(certificateId)} detached and deleted`);
}

/** The folder of a replaced certificate's files. */
export function replacedFolder({ certificateId }: CertificateRecord): string {
  return `replaced-${short(certificateId)}`;
}

/** Retires the certificates that were replaced. */
export async function retireReplaced(run: Run, record: ProvisioningRecord): Promise<void> {
  for (const entry of [...record.replaced]) {
    await retire(run, entry);
    await removeReplaced(run.certs, run.subject.name, replacedFolder(entry));
    record.replaced = record.replaced.filter((each) => each !== entry);
    await writeRecord(run.certs, run.subject.name, record);
  }
}
