import { X509Certificate } from "node:crypto";
import { join, resolve } from "node:path";
import type { Identity } from "../../host-sim/pki/authority.ts";
import { loopbackNames } from "../../host-sim/pki/loopback.ts";
import { UserError } from "../command-line/user-error.ts";
import { makePrivateFolder, removeLeftovers, setAside, tighten } from "./files.ts";
import { writeIdentity } from "./identity.ts";
import {
  type Found,
  findIdentity,
  type Purpose,
  reasonAgainst,
  reasonToReissue,
} from "./inspect.ts";
import { withLock } from "./lock.ts";
import { canonicalName, checkedServerNames, checkedThings } from "./names.ts";
import { fingerprintOf, namesOf, notAfterOf } from "./parse.ts";
import {
  awsServiceIdentity,
  caIdentity,
  identityFiles,
  reservedIdentities,
  serverIdentity,
  serviceIdentity,
} from "./paths.ts";
import { readRecord } from "./provisioning-record.ts";

export interface EnsureOptions {
  /** created if missing */
  readonly directory: string;
  /** the boxes that need a certificate; others in the folder do not change */
  readonly things: readonly string[];
  /** the server's names besides localhost; it keeps the names it has */
  readonly serverNames?: readonly string[];
  /** identities that get a new key and certificate even if theirs are good */
  readonly renew?: readonly string[];
  /** the clock, for tests */
  readonly now?: Date;
  /** how long to wait for another run on the folder, milliseconds; default 30,000 */
  readonly lockWaitMs?: number;
}

/** What was done about one identity. */
export interface CertificateStep {
  readonly identity: string;
  /** `created`: the first certificate. `kept`: the same certificate. `renewed`: another certificate */
  readonly action: "created" | "kept" | "renewed";
  /** why it was renewed, or what else was repaired */
  readonly reason?: string;
  readonly notAfter: Date;
  /** SHA-256 of the certificate's DER, lower-case hex */
  readonly fingerprint: string;
}

/** The CA for the other identities. Without its key it is trusted, but cannot sign. */
interface Authority {
  readonly certificate: X509Certificate;
  readonly certificatePem: string;
  readonly keyPem: string | undefined;
}

interface Run {
  readonly directory: string;
  readonly serverNames: readonly string[];
  readonly renew: ReadonlySet<string>;
  readonly now: Date;
}

/**
 * Ensures that the CA, the server, the service and each thing have a valid certificate. Returns what
 * it did, in that order. A second call changes nothing.
 *
 * It issues a certificate again when the old one is missing, unreadable, expired or about to expire
 * (7 days), belongs to another key, or was signed by another CA. It reuses the private key if there
 * is one: only `renew` replaces a key. A file without a usable key is renamed, never deleted.
 * @throws UserError for an invalid name, a folder that cannot be written, another run that does not
 * finish, or a CA key that is needed but missing
 */
export async function ensureCertificates(options: EnsureOptions): Promise<CertificateStep[]> {
  const things = checkedThings(options.things);
  const run: Run = {
    directory: resolve(options.directory),
    serverNames: checkedServerNames(options.serverNames ?? []),
    renew: new Set(options.renew),
    now: options.now ?? new Date(),
  };
  for (const name of run.renew) {
    if (name === awsServiceIdentity) {
      throw new UserError(
        `AWS IoT Core issued the certificate of ${name}: run "boom-box rotate --service" to renew it`,
      );
    }
    if (![...reservedIdentities, ...things].includes(name)) {
      throw new UserError(
        `cannot renew "${name}", which does not exist: name ca, server, service or a box`,
      );
    }
  }
  await makePrivateFolder(run.directory);
  return withLock(run.directory, options.lockWaitMs ?? 30_000, async () => {
    const ca = await ensureAuthority(run);
    const steps = [ca.step];
    const leaves: [string, Purpose][] = [
      [serverIdentity, { type: "server", names: [...loopbackNames, ...run.serverNames] }],
      ...[serviceIdentity, ...things].map((name): [string, Purpose] => [
        name,
        { type: "client", name },
      ]),
    ];
    for (const [name, purpose] of leaves) {
      steps.push(
        (await leftAlone(run, name)) ?? (await ensureLeaf(run, name, purpose, ca.authority)),
      );
    }
    return steps;
  });
}

/**
 * The step for an identity that was provisioned. This command must not issue its certificate again:
 * AWS's is signed by another CA, and the stand-in's control plane has a record of its own.
 * @throws UserError when `renew` names the identity
 */
async function leftAlone(run: Run, name: string): Promise<CertificateStep | undefined> {
  const record = await readRecord(run.directory, name);
  if (record?.current === undefined) return undefined;
  const isAws = record.cloud === "aws";
  const where = isAws ? "AWS IoT Core" : "the stand-in";
  const remedy = `"boom-box rotate${isAws ? "" : " --local"} --thing ${name}" renews it`;
  const certificate = (await findIdentity(run.directory, name)).chain.at(0);
  if (certificate === undefined || run.renew.has(name)) {
    throw new UserError(
      `${name} was provisioned in ${where}, so this command does not change it: ${remedy}`,
    );
  }
  return stepOf(name, "kept", certificate, [`provisioned in ${where}, not changed: ${remedy}`]);
}

async function ensureAuthority(run: Run): Promise<{ step: CertificateStep; authority: Authority }> {
  const { found, notes } = await look(run, caIdentity);
  const purpose: Purpose = { type: "authority" };
  const present = found.chain.at(0);
  const asked = run.renew.has(caIdentity);
  if (
    present !== undefined &&
    found.key === undefined &&
    !asked &&
    reasonAgainst(present, purpose, undefined, run.now) === undefined
  ) {
    // a new CA would lock out every box in the field, so it needs an explicit request
    const state = found.otherKeys.length === 0 ? "missing" : "unreadable";
    notes.push(`the private key is ${state}: it cannot sign certificates`);
    const authority: Authority = {
      certificate: present,
      certificatePem: present.toString(),
      keyPem: undefined,
    };
    return { authority, step: stepOf(caIdentity, "kept", present, notes) };
  }
  const reason = reasonToChange(run, caIdentity, found, purpose, undefined);
  const identity =
    (reason === undefined ? identityOf(found) : undefined) ??
    (await (
      await import("../../host-sim/pki/authority.ts")
    ).createAuthority(await issueOptions(run, found, asked)));
  const step = await settle(run, caIdentity, found, identity, reason, notes, {});
  return {
    step,
    authority: { certificate: new X509Certificate(identity.certificateDer), ...identity },
  };
}

async function ensureLeaf(
  run: Run,
  name: string,
  purpose: Purpose,
  ca: Authority,
): Promise<CertificateStep> {
  const { found, notes } = await look(run, name);
  const reason = reasonToChange(run, name, found, purpose, ca.certificate);
  const identity =
    (reason === undefined ? identityOf(found) : undefined) ??
    (await issueLeaf(run, name, purpose, found, ca));
  return settle(
    run,
    name,
    found,
    identity,
    reason,
    notes,
    purpose.type === "server"
      ? { issuersPem: ca.certificatePem }
      : name === serviceIdentity
        ? {}
        : { trustPem: ca.certificatePem },
  );
}

async function issueLeaf(
  run: Run,
  name: string,
  purpose: Purpose,
  found: Found,
  ca: Authority,
): Promise<Identity> {
  if (ca.keyPem === undefined) {
    const { keyPem } = identityFiles(run.directory, caIdentity);
    throw new UserError(
      `${keyPem} is needed to sign for "${name}", but cannot be used: restore it, or make a new CA with "boom-box certs --renew ca" (every box must then be flashed again)`,
    );
  }
  const issuer = { certificatePem: ca.certificatePem, keyPem: ca.keyPem };
  const { issueClient, issueServer } = await import("../../host-sim/pki/authority.ts");
  const options = await issueOptions(run, found, run.renew.has(name));
  if (purpose.type !== "server") return issueClient(issuer, name, options);
  const leaf = found.chain.at(0);
  const before = leaf === undefined ? [] : namesOf(leaf).flatMap((at) => canonicalName(at) ?? []);
  return issueServer(issuer, [...run.serverNames, ...before], options);
}

/** Cleans up the folder of one identity, then reads it. */
async function look(run: Run, name: string): Promise<{ found: Found; notes: string[] }> {
  const folder = join(run.directory, name);
  await makePrivateFolder(folder);
  await removeLeftovers(folder);
  const { keyPem, keyDer } = identityFiles(run.directory, name);
  const wide: string[] = [];
  for (const path of [folder, keyPem, keyDer]) {
    const before = await tighten(path);
    if (before !== undefined) wide.push(before);
  }
  const notes = wide.length === 0 ? [] : [`made private again: ${wide.join(", ")}`];
  return { found: await findIdentity(run.directory, name), notes };
}

function reasonToChange(
  run: Run,
  name: string,
  found: Found,
  purpose: Purpose,
  ca: X509Certificate | undefined,
): string | undefined {
  return run.renew.has(name) && found.anything
    ? "as requested, with a new key"
    : reasonToReissue(found, purpose, ca, run.now);
}

async function issueOptions(run: Run, found: Found, withNewKey: boolean) {
  const { backdateMs } = await import("../../host-sim/pki/authority.ts");
  const notBefore = new Date(run.now.getTime() - backdateMs);
  if (withNewKey || found.key === undefined) return { notBefore };
  return { notBefore, keyPem: found.key.export({ type: "pkcs8", format: "pem" }).toString() };
}

/** Writes the files that differ from those found, and returns what it did. */
async function settle(
  run: Run,
  name: string,
  found: Found,
  identity: Identity,
  reason: string | undefined,
  notes: string[],
  extra: { issuersPem?: string; trustPem?: string },
): Promise<CertificateStep> {
  const renew = run.renew.has(name);
  if (!renew) {
    for (const path of found.otherKeys) notes.push(`moved aside: ${await setAside(path)}`);
  }
  const written = await writeIdentity(run.directory, name, identity, { ...extra, renew });
  const certificate = new X509Certificate(identity.certificateDer);
  if (reason !== undefined) {
    return found.anything
      ? stepOf(name, "renewed", certificate, [reason, ...notes])
      : stepOf(name, "created", certificate, notes);
  }
  if (written.length > 0) notes.push(`restored: ${written.join(", ")}`);
  return stepOf(name, "kept", certificate, notes);
}

function stepOf(
  identity: string,
  action: CertificateStep["action"],
  certificate: X509Certificate,
  notes: readonly string[],
): CertificateStep {
  return {
    identity,
    action,
    ...(notes.length === 0 ? {} : { reason: notes.join("; ") }),
    notAfter: notAfterOf(certificate),
    fingerprint: fingerprintOf(certificate),
  };
}

/** The identity from the files, or undefined when a part is missing. */
function identityOf(found: Found): Identity | undefined {
  const certificate = found.chain.at(0);
  if (certificate === undefined || found.key === undefined) return undefined;
  return {
    certificatePem: certificate.toString(),
    certificateDer: certificate.raw,
    keyPem: found.key.export({ type: "pkcs8", format: "pem" }).toString(),
    keyDer: found.key.export({ type: "pkcs8", format: "der" }),
  };
}
