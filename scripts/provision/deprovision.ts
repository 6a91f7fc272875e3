import {
  type CertificateRecord,
  type ProvisioningRecord,
  readRecord,
} from "../certs/provisioning-record.ts";
import { isSame } from "./authorize.ts";
import { short, sweep } from "./certificate.ts";
import { placeOf, type Thing } from "./control-plane.ts";
import { emptyFolder } from "./folder.ts";
import { withFolder } from "./provision.ts";
import { retire } from "./retire.ts";
import { type Run, tell } from "./run.ts";
import { markOf, policiesOf, policyNamesOf } from "./subject.ts";
import { certificatesIn, refuseOtherPlace } from "./survey.ts";

export interface DeprovisionOptions {
  /** delete key and certificate on this machine, instead of moving them aside */
  readonly isDeletingFiles: boolean;
}

/** The resources of the folder's record, or without a record those of a thing that was made here. */
interface Belongings {
  readonly record: ProvisioningRecord | undefined;
  readonly certificates: readonly CertificateRecord[];
  readonly thing: Thing | undefined;
  readonly isThingOurs: boolean;
}

/** Reports what {@link deprovision} would do. */
export async function planDeprovision(run: Run, options: DeprovisionOptions): Promise<void> {
  const { subject, cloud } = run;
  const { record, certificates, thing, isThingOurs } = await find(run);
  if (record === undefined && thing === undefined) {
    tell(run, "deletion", "kept", `${subject.name} has nothing in ${cloud.name}`);
    return;
  }
  for (const { certificateId } of certificates) {
    const id = short(certificateId);
    tell(run, "deletion", "planned", `certificate ${id}: deactivate, detach and delete it`);
  }
  for (const policyName of policyNamesOf(subject)) {
    tell(run, "policy", "planned", `delete the policy ${policyName}, if nothing else uses it`);
  }
  if (thing !== undefined) {
    if (isThingOurs) tell(run, "thing", "planned", `delete the thing ${subject.name}`);
    else tell(run, "thing", "note", `thing ${subject.name} was not made here: not deleted`);
  }
  if (record === undefined) return;
  const verb = options.isDeletingFiles ? "delete" : "move aside";
  tell(run, "files", "planned", `${verb} key and certificate in certs/${subject.name}/`);
}

/**
 * Undoes what `provision` made, and nothing else. It does not delete a certificate that this folder
 * does not know, a thing without our mark, or a policy that has another document or is in use, and it
 * reports each of them. It can be repeated after any failure.
 */
export async function deprovision(run: Run, options: DeprovisionOptions): Promise<void> {
  const { record, thing } = await find(run);
  if (record !== undefined) {
    await withFolder(run, async () => {
      await undo(run);
      await clearFolder(run, options);
    });
  } else if (thing !== undefined) {
    await undo(run);
  }
}

async function undo(run: Run): Promise<void> {
  const { record, certificates, thing, isThingOurs } = await find(run);
  for (const certificate of certificates) await retire(run, certificate);
  if (record?.next) await sweep(run, record.next);
  const arn = certificates[0]?.certificateArn ?? thing?.arn;
  for (const policyName of policyNamesOf(run.subject)) await removePolicy(run, policyName, arn);
  if (thing !== undefined) await removeThing(run, isThingOurs);
}

async function clearFolder(run: Run, { isDeletingFiles }: DeprovisionOptions): Promise<void> {
  const { certs, subject } = run;
  const aside = await emptyFolder(certs, subject.name, isDeletingFiles);
  const what = aside === undefined ? "key and certificate deleted" : `moved aside to ${aside}/`;
  tell(run, "files", "done", `certs/${subject.name}/: ${what}; settings.json stays`);
}

/**
 * Finds what belongs to the box. If the folder is lost, a certificate must meet three conditions: it is
 * attached to a thing that was made here, it has this project's policy, and it is attached to no other
 * thing.
 */
async function find(run: Run): Promise<Belongings> {
  const { cloud, certs, subject } = run;
  const record = await readRecord(certs, subject.name);
  if (record !== undefined) refuseOtherPlace(run, record);
  const thing = subject.type === "box" ? await cloud.describeThing(subject.name) : undefined;
  const isThingOurs = thing?.attributes["boom-box"] === markOf(subject)["boom-box"];
  const certificates = [...certificatesIn(record)];
  if (record === undefined && isThingOurs) {
    for (const certificateArn of await cloud.listThingPrincipals(subject.name)) {
      if (certificates.some((each) => each.certificateArn === certificateArn)) continue;
      const policies = await cloud.listAttachedPolicies(certificateArn);
      if (!policies.includes(policyNamesOf(subject)[0])) continue;
      const certificateId = certificateArn.slice(certificateArn.lastIndexOf("/") + 1);
      certificates.push({ certificateId, certificateArn, activated: true });
    }
  }
  return { record, certificates, thing, isThingOurs };
}

async function removePolicy(run: Run, policyName: string, arn: string | undefined): Promise<void> {
  const { cloud, subject } = run;
  const document = await cloud.getPolicy(policyName);
  if (document === undefined) return;
  const ours = arn === undefined ? [] : policiesOf(subject, placeOf(arn));
  const isOurs = ours.some(
    (each) => each.policyName === policyName && isSame(document, each.document),
  );
  if (!isOurs) {
    tell(run, "policy", "note", `policy ${policyName} may not be ours: not deleted`);
  } else if (
    (await cloud.listTargetsForPolicy(policyName)).length === 0 &&
    (await cloud.deletePolicy(policyName))
  ) {
    tell(run, "policy", "done", `policy ${policyName} deleted, because nothing else used it`);
  } else {
    tell(run, "policy", "kept", `policy ${policyName}: others use it`);
  }
}

async function removeThing(run: Run, isOurs: boolean): Promise<void> {
  const { cloud, subject } = run;
  if (!isOurs) {
    tell(run, "thing", "note", `thing ${subject.name} was not made here: not deleted`);
    return;
  }
  const others = await cloud.listThingPrincipals(subject.name);
  if (others.length > 0) {
    tell(run, "thing", "note", `thing ${subject.name} has other certificates: not deleted`);
    return;
  }
  await cloud.deleteThing(subject.name);
  tell(run, "thing", "done", `thing ${subject.name} deleted`);
}
