import { join } from "node:path";
import { isHostName, numberLimits } from "../../device/config.ts";
import { UserError } from "../command-line/user-error.ts";
import { readIfPresent, writeAtomically } from "./files.ts";

/**
 * What provisioning knows of one folder, in `provisioning.json` beside the certificate. It is
 * written before and after everything that cannot be asked for again, so that a run that was cut
 * short goes on where it stopped. Nothing in it is secret.
 */
export interface ProvisioningRecord {
  readonly version: 1;
  /** whose certificate it is */
  readonly cloud: "aws" | "local";
  readonly type: "box" | "service";
  /** of `cloud`: `eu-central-1` */
  readonly region: string;
  readonly prefix: string;
  /** in use: its files lie in the folder itself */
  current?: CertificateRecord;
  /** on its way: its files lie in `next/` */
  next?: NextCertificate;
  /** in use before, and not deleted yet */
  replaced: CertificateRecord[];
  /** AWS's, where `sim` and `open` connect to; a stand-in's is found otherwise */
  broker?: { readonly endpoint: string; readonly port: number };
  /** a connection with `current` has held: ISO 8601 */
  provenAt?: string;
}

export interface CertificateRecord {
  readonly certificateId: string;
  readonly certificateArn: string;
  /** it was made ACTIVE; should it be INACTIVE later, somebody else did that */
  activated: boolean;
}

export interface NextCertificate {
  /** before a request was first sent, ms since 1970 */
  requestedAt?: number;
  /** an answer never came: there may be a certificate of this key that nobody knows of */
  isUncertain?: boolean;
  certificate?: CertificateRecord;
}

export const recordFile = "provisioning.json";

/**
 * The record of `certs/<name>`, or undefined when the folder was not provisioned.
 * @throws UserError when there is one that cannot be read: nothing is guessed of a certificate
 */
export async function readRecord(
  certsDirectory: string,
  name: string,
): Promise<ProvisioningRecord | undefined> {
  const path = join(certsDirectory, name, recordFile);
  const bytes = await readIfPresent(path);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (isRecord(value)) return value;
  } catch {
    // said below
  }
  throw new UserError(
    `${path} is damaged: restore it from a backup, or move the folder away and provision ${name} anew`,
  );
}

export async function writeRecord(
  certsDirectory: string,
  name: string,
  record: ProvisioningRecord,
): Promise<void> {
  const path = join(certsDirectory, name, recordFile);
  await writeAtomically(path, `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Whether the certificate in place is AWS's: `boom-box certs` and the stand-in leave it alone. One
 * that is only on its way leaves what is in place as it was.
 */
export async function isProvisionedInAws(certsDirectory: string, name: string): Promise<boolean> {
  return isInAws(await readRecord(certsDirectory, name));
}

/** The same of a record that was read. */
export function isInAws(record: ProvisioningRecord | undefined): boolean {
  return record?.cloud === "aws" && record.current !== undefined;
}

function isRecord(value: unknown): value is ProvisioningRecord {
  const { version, cloud, type, region, prefix, broker, current, next, replaced } = Object(
    value,
  ) as Partial<Record<string, unknown>>;
  return (
    version === 1 &&
    (cloud === "aws" || cloud === "local") &&
    (type === "box" || type === "service") &&
    typeof region === "string" &&
    typeof prefix === "string" &&
    (broker === undefined || isBroker(broker)) &&
    (current === undefined || isCertificate(current)) &&
    (next === undefined || isNext(next)) &&
    Array.isArray(replaced) &&
    replaced.every(isCertificate)
  );
}

function isBroker(value: unknown): boolean {
  const { endpoint, port } = Object(value) as Partial<Record<string, unknown>>;
  const { minimum, maximum } = numberLimits.port;
  const isPort = typeof port === "number" && port >= minimum && port <= maximum;
  return typeof endpoint === "string" && isHostName(endpoint) && isPort;
}

function isNext(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { requestedAt, certificate } = value as Partial<Record<string, unknown>>;
  return (
    (requestedAt === undefined || Number.isFinite(requestedAt)) &&
    (certificate === undefined || isCertificate(certificate))
  );
}

function isCertificate(value: unknown): boolean {
  const { certificateId, certificateArn, activated } = Object(value) as Partial<
    Record<string, unknown>
  >;
  return (
    typeof certificateId === "string" &&
    /^[0-9a-f]{64}$/.test(certificateId) &&
    typeof certificateArn === "string" &&
    certificateArn.endsWith(`cert/${certificateId}`) &&
    typeof activated === "boolean"
  );
}
