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
  /** the old certificate stays active until `--delete-old`: the board still has it */
  readonly isOldKept: boolean;
}

/** The record of a folder that has a certificate to rotate. @throws UserError when it has none */
async function requireRecord(run: Run): Promise<ProvisioningRecord> {
  const record = await readRecord(run.certs, run.subject.name);
  if (record !== undefined) refuseOtherPlace(run, record);
  if (record?.current !== undefined) return record;
  throw new UserError(
    `certs/${run.subject.name} was not provisioned: "${commandFor(run, "provision")}" does that; what "boom-box certs" made is renewed by "boom-box certs --renew ${run.subject.name}"`,
  );
}

/** Says what {@link rotate} would do. @throws UserError when it would be refused */
export async function planRotate(run: Run, { isOldKept }: RotateOptions): Promise<void> {
  const { name } = run.subject;
  const record = await requireRecord(run);
  const old = await described(run, record.current?.certificateId ?? "");
  const id = short(old.certificateId);
  tell(run, "key", "planned", `make a new key in certs/${name}/next/`);
  tell(run, "certificate", "planned", `have a certificate made for it, beside ${id}`);
  tell(
    run,
    "connection",
    "planned",
    `connect once with it; ${name}, if it is online, is thrown off and comes back`,
  );
  tell(run, "files", "planned", `put it in place in certs/${name}/, and keep the old files`);
  if (isOldKept) tell(run, "deactivation", "note", `leave ${id} active, until rotate --delete-old`);
  else {
    // One that an earlier rotation kept may be the board's.
    const kept = await activeOnes(run, record.replaced);
    const ids = [id, ...kept.map(short)].join(" and ");
    tell(
      run,
      "deactivation",
      "planned",
      `make ${ids} inactive: a board must then be flashed again`,
    );
  }
}

/**
 * A new key and certificate beside the old ones, proven by a connection, then put in place; then the
 * old certificate is deactivated. Cut short, the next call goes on with the same new certificate.
 * @throws UserError of one line; until the new one has connected, the old one is as it was
 */
export async function rotate(run: Run, options: RotateOptions): Promise<void> {
  const { certs, subject } = run;
  await requireRecord(run);
  await withFolder(run, async () => {
    const record = await requireRecord(run);
    if (!isInPlace(record)) {
      const certificate = await obtainCertificate(run, record);
      const entry = record.next?.certificate;
      if (entry === undefined) throw new Error("an obtained certificate is recorded");
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

/** An earlier run was cut short between putting the new certificate in place and its last line. */
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
    const words = `old certificate ${short(certificateId)} made inactive`;
    tell(run, "deactivation", "done", words);
  }
}

/** Deletes the certificates that were replaced, active or not, and their files. */
export async function deleteOld(run: Run): Promise<void> {
  await requireRecord(run);
  await withFolder(run, async () => {
    const record = await requireRecord(run);
    if (record.replaced.length === 0) tell(run, "deletion", "kept", "no old certificate is left");
    await retireReplaced(run, record);
  });
}
