import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { ClaimSettings } from "../../device/config.ts";
import { defaultPrefix } from "../../device/messages/topics.ts";
import type { ClaimIdentity } from "../../host-sim/hardware/tls.ts";
import { findStandIn } from "../broker/find-stand-in.ts";
import { trustFiles } from "../certs/identity.ts";
import { claimFiles, identityFiles } from "../certs/paths.ts";
import { readCredentials } from "../certs/read.ts";
import { requireSettings } from "../command-line/settings.ts";
import { UserError } from "../command-line/user-error.ts";
import { readSettingsEntry } from "../provision/settings-entry.ts";
import { readFleet } from "./files.ts";

export interface ClaimingBoxFlags {
  readonly certs: string;
  readonly thing: string;
  readonly endpoint?: string;
  readonly port?: number;
  readonly prefix?: string;
  readonly alpn?: boolean;
  readonly cert?: string;
}

/** A box from `boom-box claim`, for the simulator. All PEM. */
export interface ClaimingBox {
  readonly endpoint: string;
  readonly port: number;
  readonly prefix: string;
  readonly alpn: boolean;
  readonly settings: ClaimSettings;
  /** the claim identity, which the box uses until it has its own */
  readonly identity: { readonly caPem: string; readonly chainPem: string; readonly keyPem: string };
  readonly claim: ClaimIdentity;
}

/**
 * Returns undefined for a box that has its own certificate.
 * @throws UserError in one line, with what to do
 */
export async function readClaimingBox(flags: ClaimingBoxFlags): Promise<ClaimingBox | undefined> {
  const { certs, thing } = flags;
  const own = identityFiles(certs, thing);
  const files = claimFiles(certs, thing);
  const isOther = flags.cert !== undefined || existsSync(own.certificatePem);
  if (isOther || !existsSync(files.requestPem)) return undefined;
  const entry = requireSettings(await readSettingsEntry(certs, thing));
  if (entry.claim === undefined) return undefined;
  const fleet = await readFleet(certs);
  const standIn = fleet?.cloud === "local" ? await findStandIn(certs) : undefined;
  const endpoint = flags.endpoint ?? standIn?.endpoint ?? entry.endpoint;
  const pair = await readCredentials({
    ca: trustFiles(certs, thing).caPem,
    certificate: files.claimCertificatePem,
    key: files.claimKeyPem,
  });
  const [request, ownKey] = await Promise.all(
    [files.requestPem, own.keyPem].map((path) => readText(path, thing)),
  );
  const port = flags.port ?? standIn?.port ?? entry.port;
  return {
    endpoint,
    port,
    settings: entry.claim,
    prefix: flags.prefix ?? entry.prefix ?? defaultPrefix,
    alpn: flags.alpn ?? (entry.alpn || port === 443),
    identity: { caPem: pair.caPem, chainPem: pair.chainPem, keyPem: pair.keyPem },
    claim: {
      certificate: pair.chainPem,
      key: pair.keyPem,
      ca: pair.caPem,
      request: request ?? "",
      ownKey: ownKey ?? "",
    },
  };
}

async function readText(path: string, thing: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const words = `${path} cannot be read: run "boom-box claim --thing ${thing}" again`;
    throw new UserError(words, { cause });
  }
}
