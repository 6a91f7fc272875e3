import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { expiryNotice } from "../certs/expiry.ts";
import { makePrivateFolder } from "../certs/files.ts";
import { withLock } from "../certs/lock.ts";
import { dayOf, notAfterOf } from "../certs/parse.ts";
import { type ProvisioningRecord, writeRecord } from "../certs/provisioning-record.ts";
import { authorize } from "./authorize.ts";
import { obtainCertificate, short, sweep } from "./certificate.ts";
import type { Certificate } from "./control-plane.ts";
import {
  clearNext,
  installNext,
  readInstalled,
  restoreInstalled,
  tidyFolder,
  writeTrust,
} from "./folder.ts";
import { proveConnection } from "./prove.ts";
import { replacedFolder } from "./retire.ts";
import { commandFor, type Run, tell } from "./run.ts";
import { mergedSettings, readSettingsEntry, writeSettingsEntry } from "./settings-entry.ts";
import { markOf } from "./subject.ts";
import { look, refuseOthers, type Survey, tellPlan } from "./survey.ts";

/** The broker for the test connection and for the box. */
export interface BrokerOptions {
  /** PEM: the CAs of the broker's certificate; a board gets only the first */
  readonly trustPem: string;
  /** default: the account's own Data-ATS endpoint */
  readonly endpoint?: string;
  /** default: 8883 */
  readonly port?: number;
  /** whether to write the port to the settings; a stand-in's port may change */
  readonly isPortKept: boolean;
}

type Broker = NonNullable<ProvisioningRecord["broker"]>;

export interface ProvisionOptions extends BrokerOptions {
  /** continue even if the thing has other certificates, which stay */
  readonly isBesideOthers: boolean;
  /** more settings to write, such as `networks` */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Reports what {@link provision} would do. @throws UserError when it would be refused */
export async function planProvision(run: Run, options: ProvisionOptions): Promise<void> {
  tellPlan(run, await lookAndRefuse(run, options));
}

async function lookAndRefuse(run: Run, options: ProvisionOptions): Promise<Survey> {
  const survey = await look(run);
  if (!options.isBesideOthers) refuseOthers(run, survey);
  // Problems of the settings are reported before anything is created.
  if (run.subject.type === "box") {
    await settingsFor(run, options, { endpoint: options.endpoint ?? "x.test", port: 8883 });
  }
  return survey;
}

/**
 * Provisions a box: thing, key, certificate, policy, attachments, files, and a connection that proves
 * them. It can be repeated after any failure: it keeps completed steps, and no resource is orphaned.
 * @throws UserError of one line; a later call continues with what exists
 */
export async function provision(
  run: Run,
  options: ProvisionOptions,
): Promise<{ readonly endpoint: string; readonly certificateArn: string }> {
  const { certs, subject, cloud } = run;
  return withFolder(run, async () => {
    const survey = await lookAndRefuse(run, options);
    const record: ProvisioningRecord = survey.record ?? {
      version: 1,
      cloud: cloud.type,
      type: subject.type,
      region: cloud.region,
      prefix: subject.prefix,
      replaced: [],
    };
    if (subject.type === "box") await ensureThing(run, survey);
    const isNew = record.current === undefined;
    const certificate = survey.current ?? (await obtainCertificate(run, record));
    const entry = record.current ?? record.next?.certificate;
    if (entry === undefined) throw new Error("the obtained certificate is not in the record");
    await authorize(run, record, entry, certificate);
    if (isNew) await install(run, record, certificate);
    else await mend(run, record, certificate);
    const broker = await brokerOf(run, record, options);
    const { endpoint } = broker;
    await writeTrust(certs, subject.name, options.trustPem);
    if (subject.type === "box") {
      const settings = await settingsFor(run, options, broker);
      const isChanged = await writeSettingsEntry(certs, subject.name, settings);
      tell(run, "settings", isChanged ? "done" : "kept", `settings.json: endpoint ${endpoint}`);
    }
    await connect(run, options.trustPem, broker, await readInstalled(certs, subject.name));
    if (options.isPortKept) record.broker = broker;
    record.provenAt = run.now().toISOString();
    await writeRecord(certs, subject.name, record);
    return { endpoint, certificateArn: certificate.certificateArn };
  });
}

/** Runs `work` with the folder locked. It creates and cleans up the folder first. */
export async function withFolder<T>(run: Run, work: () => Promise<T>): Promise<T> {
  const { certs, subject } = run;
  await makePrivateFolder(join(certs, subject.name));
  return withLock(join(certs, subject.name), 30_000, async () => {
    await tidyFolder(certs, subject.name);
    return work();
  });
}

async function ensureThing(run: Run, { thing }: Survey): Promise<void> {
  const { cloud, subject } = run;
  if (thing !== undefined) {
    tell(run, "thing", "kept", `thing ${subject.name}`);
    return;
  }
  await cloud.createThing(subject.name, markOf(subject));
  tell(run, "thing", "done", `thing ${subject.name}`);
}

/** Installs the files in `next/`, and updates the record. */
export async function install(
  run: Run,
  record: ProvisioningRecord,
  { certificateId, certificatePem }: Certificate,
): Promise<void> {
  const { certs, subject } = run;
  const { next } = record;
  if (next?.certificate === undefined) throw new Error("there is no certificate to install");
  const { current } = record;
  const label = current === undefined ? `before-${short(certificateId)}` : replacedFolder(current);
  const aside = await installNext(certs, subject.name, label);
  if (next.isUncertain) await sweep(run, next);
  if (current !== undefined) record.replaced.push(current);
  record.current = next.certificate;
  delete record.next;
  delete record.provenAt;
  await writeRecord(certs, subject.name, record);
  await clearNext(certs, subject.name);
  const ends = dayOf(notAfterOf(new X509Certificate(certificatePem)));
  const kept = aside === undefined ? "" : `; the old files are in ${aside}/`;
  tell(run, "files", "done", `certs/${subject.name}/: key and certificate, until ${ends}${kept}`);
}

/** Restores the files of an existing certificate, and warns when it is about to expire. */
async function mend(
  run: Run,
  record: ProvisioningRecord,
  { certificatePem }: Certificate,
): Promise<void> {
  const { certs, subject } = run;
  // A `next/` that is not in the record is left from an interrupted run. A recorded one is `rotate`'s.
  if (record.next === undefined) await clearNext(certs, subject.name);
  const written = await restoreInstalled(certs, subject.name, certificatePem);
  const what = written.length === 0 ? "key and certificate" : `restored ${written.join(", ")}`;
  tell(run, "files", written.length === 0 ? "kept" : "done", `certs/${subject.name}/: ${what}`);
  const notice = expiryNotice(new X509Certificate(certificatePem), run.now());
  if (notice === undefined) return;
  tell(run, "certificate", "note", `the certificate ${notice}: run "${commandFor(run, "rotate")}"`);
}

/** The broker: as requested, as proven before, or the account's own endpoint. */
export async function brokerOf(
  { cloud }: Run,
  { broker }: ProvisioningRecord,
  options: BrokerOptions,
): Promise<Broker> {
  return {
    endpoint: options.endpoint ?? broker?.endpoint ?? (await cloud.describeEndpoint()),
    port: options.port ?? broker?.port ?? 8883,
  };
}

/** Connects like the box, to prove the certificate. @throws UserError when that fails */
export async function connect(
  run: Run,
  trustPem: string,
  { endpoint, port }: Broker,
  identity: { readonly certificatePem: string; readonly keyPem: string },
): Promise<void> {
  await proveConnection(run.subject, {
    endpoint,
    port,
    alpn: port === 443,
    sleep: run.sleep,
    identity: { ...identity, caPem: trustPem },
    onRetry: (reason) =>
      tell(
        run,
        "connection",
        "note",
        `no connection yet (${reason}): a new certificate may need some seconds`,
      ),
  });
  const heard = run.subject.type === "box" ? "its command topic" : "the boxes' events";
  tell(
    run,
    "connection",
    "done",
    `connected to ${endpoint}:${port} as ${run.subject.name}, and subscribed to ${heard}`,
  );
}

async function settingsFor(run: Run, options: ProvisionOptions, { endpoint, port }: Broker) {
  const { name, prefix } = run.subject;
  const before = await readSettingsEntry(run.certs, name);
  const { isPortKept } = options;
  const isUsual = port === 8883 && before.port === undefined;
  // Its certificate has the policies for them now; what a person has chosen stays.
  const updates = before.updates === undefined ? { updates: "aws" } : {};
  const log = before.log === undefined ? { log: true } : {};
  return mergedSettings(
    before,
    { thingName: name, endpoint, prefix, ...(isPortKept && !isUsual ? { port } : {}) },
    {
      ...updates,
      ...log,
      ...options.settings,
      ...(isPortKept && port === 443 ? { alpn: true } : {}),
    },
  );
}
