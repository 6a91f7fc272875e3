import { generateKeyPair, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { createRequest } from "../../host-sim/pki/request.ts";
import { makePrivateFolder, readIfPresent, writeAtomically } from "../certs/files.ts";
import { trustFiles } from "../certs/identity.ts";
import { privateKeyOf } from "../certs/parse.ts";
import { claimFiles, claimIdentity, identityFiles } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";

const generate = promisify(generateKeyPair);

/** The data from `boom-box fleet` for `boom-box claim`, in `certs/claim/fleet.json`. It contains no secrets. */
export interface FleetRecord {
  readonly cloud: "aws" | "local";
  readonly template: string;
  readonly prefix: string;
  /** undefined: the running stand-in */
  readonly endpoint?: string;
  /** whether its boxes get the policy for the setting `log` */
  readonly log?: boolean;
  /** whether its boxes get the policy for gates with names */
  readonly gates?: boolean;
}

const fleetPath = (certs: string) => join(certs, claimIdentity, "fleet.json");

export async function readFleet(certs: string): Promise<FleetRecord | undefined> {
  const bytes = await readIfPresent(fleetPath(certs));
  if (bytes === undefined) return undefined;
  try {
    const record = JSON.parse(String(bytes)) as FleetRecord;
    const { cloud, template, prefix, endpoint, log, gates } = record;
    return {
      cloud,
      template,
      prefix,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(log === true ? { log } : {}),
      ...(gates === true ? { gates } : {}),
    };
  } catch (cause) {
    throw new UserError(`${fleetPath(certs)} is damaged: run "boom-box fleet" again`, { cause });
  }
}

export async function writeFleet(certs: string, record: FleetRecord): Promise<void> {
  await writeAtomically(fleetPath(certs), `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Makes a key and its request in `certs/<name>`, or keeps the existing key. It must be RSA, because XS
 * signs only with RSA. The key never leaves the folder.
 * @returns the request, PEM, and whether the key is new
 */
export async function prepareKey(
  certs: string,
  name: string,
): Promise<{ readonly request: string; readonly isNew: boolean }> {
  const files = identityFiles(certs, name);
  await makePrivateFolder(join(certs, name));
  const there = await readIfPresent(files.keyPem);
  const known = there && privateKeyOf(there, "pem");
  if (there !== undefined && known?.asymmetricKeyType !== "rsa") {
    throw new UserError(`${files.keyPem} is not an RSA key: move it away, and run this again`);
  }
  const key = known ?? (await generate("rsa", { modulusLength: 2048 })).privateKey;
  const pem = key.export({ type: "pkcs8", format: "pem" }).toString();
  await writeAtomically(files.keyDer, key.export({ type: "pkcs8", format: "der" }));
  if (known === undefined) await writeAtomically(files.keyPem, pem);
  const request = await createRequest(pem, name);
  await writeAtomically(claimFiles(certs, name).requestPem, request);
  return { request, isNew: known === undefined };
}

/** All PEM. */
export interface ClaimPair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Writes the fleet's certificate and key to one box's folder: PEM for the simulator, DER for the board. */
export async function writeClaimPair(certs: string, thing: string, pair: ClaimPair): Promise<void> {
  const files = claimFiles(certs, thing);
  const key = privateKeyOf(Buffer.from(pair.keyPem), "pem");
  if (key === undefined)
    throw new Error("the claim key is invalid, although it was checked before");
  await writeAtomically(files.claimKeyDer, key.export({ type: "pkcs8", format: "der" }));
  await writeAtomically(files.claimKeyPem, pair.keyPem);
  await writeAtomically(files.claimCertificateDer, new X509Certificate(pair.certificatePem).raw);
  await writeAtomically(files.claimCertificatePem, pair.certificatePem);
}

/** @param trustPem one or more CAs; XS uses only the first */
export async function writeTrustOf(certs: string, name: string, trustPem: string): Promise<void> {
  const { caDer, caPem } = trustFiles(certs, name);
  await writeAtomically(caDer, new X509Certificate(trustPem).raw);
  await writeAtomically(caPem, trustPem);
}
