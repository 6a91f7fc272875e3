import { join } from "node:path";
import { isHostName, numberLimits } from "../../device/config.ts";
import { UserError } from "../command-line/user-error.ts";
import { readIfPresent, writeAtomically } from "./files.ts";

/**
 * What provisioning has done for one folder, in `provisioning.json` next to the certificate. It is
 * written before and after each step that cannot be repeated, so that an interrupted run can
 * continue. It contains no secrets.
 */
export interface ProvisioningRecord {
  readonly version: 1;
  /** who issued the certificate */
  readonly cloud: "aws" | "local";
  readonly type: "box" | "service";
  /** of `cloud`: `eu-central-1` */
  readonly region: string;
  readonly prefix: string;
  /** in use: its files are in the folder itself */
  current?: CertificateRecord;
  /** requested, not in use yet: its files are in `next/` */
  next?: NextCertificate;
  /** used before, and not deleted yet */
  replaced: CertificateRecord[];
  /** the AWS endpoint for `sim` and `open`; absent for the stand-in, which announces itself */
  broker?: { readonly endpoint: string; readonly port: number };
  /** when a connection with `current` succeeded: ISO 8601 */
  provenAt?: string;
}

export interface CertificateRecord {
  readonly certificateId: string;
  readonly certificateArn: string;
  /** provisioning made it ACTIVE; if it is INACTIVE later, somebody else deactivated it */
  activated: boolean;
}

export interface NextCertificate {
  /** just before the first request was sent, ms since 1970 */
  requestedAt?: number;
  /** an answer was lost, so an unrecorded certificate of this key may exist */
  isUncertain?: boolean;
  certificate?: CertificateRecord;
}

export const recordFile = "provisioning.json";

/**
 * The record of `certs/<name>`, or undefined when the folder was not provisioned.
 * @throws UserError when the record cannot be read: the certificate's state is never guessed
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
    // reported below
  }
  throw new UserError(
    `${path} is damaged: restore it from a backup, or move the folder away and provision ${name} again`,
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
 * Whether AWS issued the current certificate: `boom-box certs` and the stand-in do not touch it. A
 * certificate that is only requested does not count.
 */
export async function isProvisionedInAws(certsDirectory: string, name: string): Promise<boolean> {
  return isInAws(await readRecord(certsDirectory, name));
}

/** Like {@link isProvisionedInAws}, for a record that was read before. */
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
