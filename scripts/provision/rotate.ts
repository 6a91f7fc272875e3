import {
  type CertificateRecord,
  type ProvisioningRecord,
  readRecord,
  writeRecord,
} from "../certs/provisioning-record.ts";
import { UserError } from "../command-line/user-error.ts";
import { authorize } from "./authorize.ts";
import { described, obtainCertificate, short } from "./certificate.ts";
import { readNext, writeTrust } from "./folder.ts";
import { type BrokerOptions, brokerOf, connect, install, withFolder } from "./provision.ts";
import { retireReplaced } from "./retire.ts";
import { commandFor, type Run, tell } from "./run.ts";
import { refuseOtherPlace } from "./survey.ts";

export interface RotateOptions extends BrokerOptions {
  /** keep the old certificate active until `--delete-old`, because the board still has it */
  readonly isOldKept: boolean;
}

/** The folder's record. @throws UserError when the folder has no certificate to rotate */
async function requireRecord(run: Run): Promise<ProvisioningRecord> {
  const record = await readRecord(run.certs, run.subject.name);
  if (record !== undefined) refuseOtherPlace(run, record);
  if (record?.current !== undefined) return record;
  throw new UserError(
    `certs/${run.subject.name} was not provisioned: run "${commandFor(run, "provision")}"; to renew a certificate from "boom-box certs", run "boom-box certs --renew ${run.subject.name}"`,
  );
}

/** Reports what {@link rotate} would do. @throws UserError when it would be refused */
export async function planRotate(run: Run, { isOldKept }: RotateOptions): Promise<void> {
  const { name } = run.subject;
  const record = await requireRecord(run);
  const old = await described(run, record.current?.certificateId ?? "");
  const id = short(old.certificateId);
  tell(run, "key", "planned", `make a new key in certs/${name}/next/`);
  tell(run, "certificate", "planned", `request a certificate for the key; ${id} stays for now`);
  tell(
    run,
    "connection",
    "planned",
    `connect once with it; if ${name} is online, this disconnects it for a moment`,
  );
  tell(run, "files", "planned", `install it in certs/${name}/, and keep the old files`);
  if (isOldKept) tell(run, "deactivation", "note", `keep ${id} active until rotate --delete-old`);
  else {
    // The board may have a certificate that an earlier rotation kept.
    const kept = await activeOnes(run, record.replaced);
    const ids = [id, ...kept.map(short)].join(" and ");
    tell(run, "deactivation", "planned", `deactivate ${ids}: flash the board again after that`);
  }
}

/**
 * Makes a new key and certificate, proves them with a connection, installs them, then deactivates the
 * old certificate. After an interruption, the next call continues with the same new certificate.
 * @throws UserError of one line; until the new certificate has connected, the old one is unchanged
 */
export async function rotate(run: Run, options: RotateOptions): Promise<void> {
  const { certs, subject } = run;
  await requireRecord(run);
  await withFolder(run, async () => {
    const record = await requireRecord(run);
    if (!isInPlace(record)) {
      const certificate = await obtainCertificate(run, record);
      const entry = record.next?.certificate;
      if (entry === undefined) throw new Error("the obtained certificate is not in the record");
      await authorize(run, record, entry, certificate);
      const broker = await brokerOf(run, record, options);
      await connect(run, options.trustPem, broker, await readNext(certs, subject.name));
      await install(run, record, certificate);
    }
    await writeTrust(certs, subject.name, options.trustPem);
    if (options.isOldKept) {
      const words = `the old certificate stays active: flash the board, then run "${commandFor(run, "rotate")} --delete-old"`;
      tell(run, "deactivation", "note", words);
    } else {
      await deactivateReplaced(run, record);
    }
    record.provenAt = run.now().toISOString();
    await writeRecord(certs, subject.name, record);
  });
}

/** Whether an earlier run was interrupted after it installed the new certificate. */
function isInPlace({ next, provenAt, replaced }: ProvisioningRecord): boolean {
  return next === undefined && provenAt === undefined && replaced.length > 0;
}

async function activeOnes({ cloud }: Run, entries: readonly CertificateRecord[]) {
  const ids: string[] = [];
  for (const { certificateId } of entries) {
    const found = await cloud.describeCertificate(certificateId);
    if (found?.status === "ACTIVE") ids.push(certificateId);
  }
  return ids;
}

async function deactivateReplaced(run: Run, { replaced }: ProvisioningRecord): Promise<void> {
  for (const certificateId of await activeOnes(run, replaced)) {
    await run.cloud.updateCertificate(certificateId, "INACTIVE");
    const words = `old certificate ${short(certificateId)} deactivated`;
    tell(run, "deactivation", "done", words);
  }
}

/** Deletes replaced certificates, active or not, and their files. */
export async function deleteOld(run: Run): Promise<void> {
  await requireRecord(run);
  await withFolder(run, async () => {
    const record = await requireRecord(run);
    if (record.replaced.length === 0) tell(run, "deletion", "kept", "there is no old certificate");
    await retireReplaced(run, record);
  });
}
