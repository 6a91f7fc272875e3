import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import {
  type NextCertificate,
  type ProvisioningRecord,
  writeRecord,
} from "../certs/provisioning-record.ts";
import { UserError } from "../command-line/user-error.ts";
import { type Certificate, OutcomeUnknown } from "./control-plane.ts";
import { nextKey, prepareNext, writeNext } from "./folder.ts";
import { commandFor, type Run, tell } from "./run.ts";

/** How far this computer's clock may be off AWS's while leftovers are looked for. */
const clockSlackMs = 24 * 3_600_000;

/** Between tries whose outcome is not known: what was made has to show up in the list. */
const waitsMs = [2_000, 5_000];

/**
 * The certificate of the key in `next/`, asked for once however often this is called.
 *
 * CreateCertificateFromCsr makes another certificate each time, and its answer may be lost. So the
 * key, the request and the time are on disk before it is sent; and as long as no answer is on disk,
 * the INACTIVE certificates made since then are searched for one of this very key.
 */
export async function obtainCertificate(
  run: Run,
  record: ProvisioningRecord,
): Promise<Certificate> {
  const { certs, subject } = run;
  record.next ??= {};
  const { next } = record;
  const { key, request } = await prepareNext(certs, subject.name);
  let certificate: Certificate;
  if (next.certificate === undefined) {
    // An earlier run asked, and has no answer on disk.
    if (next.requestedAt !== undefined) next.isUncertain = true;
    certificate = await find(run, next, key).then(
      (found) => found ?? ask(run, record, next, request, key),
    );
    const { certificateId, certificateArn } = certificate;
    next.certificate = { certificateId, certificateArn, activated: false };
    await writeRecord(certs, subject.name, record);
    tell(run, "certificate", "done", `certificate ${short(certificateId)} for the key made here`);
  } else {
    certificate = await described(run, next.certificate.certificateId);
    tell(run, "certificate", "kept", `certificate ${short(certificate.certificateId)}`);
  }
  await writeNext(certs, subject.name, key, certificate.certificatePem);
  return certificate;
}

async function ask(
  run: Run,
  record: ProvisioningRecord,
  next: NextCertificate,
  request: string,
  key: KeyObject,
): Promise<Certificate> {
  const { certs, subject, cloud } = run;
  next.requestedAt ??= run.now().getTime();
  await writeRecord(certs, subject.name, record);
  for (const wait of [...waitsMs, undefined]) {
    try {
      return checked(await cloud.createCertificateFromCsr(request), key);
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error;
      next.isUncertain = true;
      await writeRecord(certs, subject.name, record);
      if (wait === undefined) throw error;
      await run.sleep(wait);
      const found = await find(run, next, key);
      if (found !== undefined) return found;
    }
  }
  throw new Error("the last wait is undefined");
}

/** One left by a request whose answer was lost. Any more of the same key are of no use: deleted. */
async function find(
  run: Run,
  { requestedAt }: NextCertificate,
  key: KeyObject,
): Promise<Certificate | undefined> {
  if (requestedAt === undefined) return undefined;
  const [found, ...others] = await leftovers(run, requestedAt, key);
  for (const { certificateId } of others) await run.cloud.deleteCertificate(certificateId);
  return found;
}

/**
 * Deletes certificates of the key in `next/` other than the one in use: such as came of a request
 * whose answer was lost, and showed up later. Only the holder of the key can have asked for them.
 */
export async function sweep(run: Run, next: NextCertificate): Promise<void> {
  const key = await nextKey(run.certs, run.subject.name);
  if (key === undefined || next.requestedAt === undefined) return;
  for (const { certificateId } of await leftovers(run, next.requestedAt, key)) {
    if (certificateId === next.certificate?.certificateId) continue;
    await run.cloud.deleteCertificate(certificateId);
    tell(run, "deletion", "done", `certificate ${short(certificateId)}, left by a lost answer`);
  }
}

async function leftovers({ cloud }: Run, requestedAt: number, key: KeyObject) {
  const wanted = createPublicKey(key);
  const found: Certificate[] = [];
  for (const id of await cloud.listInactiveCertificates(new Date(requestedAt - clockSlackMs))) {
    const certificate = await cloud.describeCertificate(id);
    if (certificate && publicKeyOf(certificate)?.equals(wanted)) found.push(certificate);
  }
  return found;
}

/** @throws UserError when it is gone, which is not guessed to be well */
export async function described(run: Run, certificateId: string): Promise<Certificate> {
  const { cloud, subject } = run;
  const certificate = await cloud.describeCertificate(certificateId);
  if (certificate !== undefined) return certificate;
  throw new UserError(
    `${cloud.name} has no certificate ${short(certificateId)}, which lies in certs/${subject.name}: check the account and region; if it was deleted there, run "${commandFor(run, "deprovision")}", then provision again`,
  );
}

function checked(certificate: Certificate, key: KeyObject): Certificate {
  if (publicKeyOf(certificate)?.equals(createPublicKey(key))) return certificate;
  throw new UserError(
    `certificate ${short(certificate.certificateId)} came for another key than the one asked for: this is not AWS IoT; delete it there, and check --endpoint-url`,
  );
}

function publicKeyOf({ certificatePem }: Certificate): KeyObject | undefined {
  try {
    return new X509Certificate(certificatePem).publicKey;
  } catch {
    return undefined;
  }
}

/** A certificate's id as people are shown it. */
export function short(certificateId: string): string {
  return certificateId.slice(0, 12);
}
