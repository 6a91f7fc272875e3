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

/** How far this computer's clock may differ from AWS's in the search for leftover certificates. */
const clockSlackMs = 24 * 3_600_000;

/** Waits after an unknown outcome, because a new certificate appears in AWS's list with a delay. */
const waitsMs = [2_000, 5_000];

/**
 * Obtains the certificate for the key in `next/`. Repeated calls do not create more certificates.
 *
 * CreateCertificateFromCsr creates another certificate at each call, and its answer may be lost. So
 * the key, the request and the time are on disk before the call. Until an answer is on disk, this
 * searches the INACTIVE certificates created since then for one with this key.
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
    // An earlier run sent the request, and has no answer on disk.
    if (next.requestedAt !== undefined) next.isUncertain = true;
    certificate = await find(run, next, key).then(
      (found) => found ?? ask(run, record, next, request, key),
    );
    const { certificateId, certificateArn } = certificate;
    next.certificate = { certificateId, certificateArn, activated: false };
    await writeRecord(certs, subject.name, record);
    tell(
      run,
      "certificate",
      "done",
      `certificate ${short(certificateId)} created for the key made here`,
    );
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
  throw new Error("the loop must return or throw at its last wait");
}

/** Finds a certificate that a request with a lost answer left. Deletes any others of the same key. */
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
 * Deletes certificates of the key in `next/` except the one in use. They come from requests whose
 * answer was lost. Only the holder of the key can have requested them.
 */
export async function sweep(run: Run, next: NextCertificate): Promise<void> {
  const key = await nextKey(run.certs, run.subject.name);
  if (key === undefined || next.requestedAt === undefined) return;
  for (const { certificateId } of await leftovers(run, next.requestedAt, key)) {
    if (certificateId === next.certificate?.certificateId) continue;
    await run.cloud.deleteCertificate(certificateId);
    tell(
      run,
      "deletion",
      "done",
      `certificate ${short(certificateId)} deleted; a request with a lost answer left it`,
    );
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

/** @throws UserError when the cloud has no such certificate */
export async function described(run: Run, certificateId: string): Promise<Certificate> {
  const { cloud, subject } = run;
  const certificate = await cloud.describeCertificate(certificateId);
  if (certificate !== undefined) return certificate;
  throw new UserError(
    `${cloud.name} does not have the certificate ${short(certificateId)} from certs/${subject.name}: check the account and region; if it was deleted there, run "${commandFor(run, "deprovision")}", then provision again`,
  );
}

function checked(certificate: Certificate, key: KeyObject): Certificate {
  if (publicKeyOf(certificate)?.equals(createPublicKey(key))) return certificate;
  throw new UserError(
    `certificate ${short(certificate.certificateId)} was issued for another key than the requested one, so this is not AWS IoT: delete the certificate there, and check --endpoint-url`,
  );
}

function publicKeyOf({ certificatePem }: Certificate): KeyObject | undefined {
  try {
    return new X509Certificate(certificatePem).publicKey;
  } catch {
    return undefined;
  }
}

/** A certificate's ID, shortened for output. */
export function short(certificateId: string): string {
  return certificateId.slice(0, 12);
}
