import { existsSync } from "node:fs";
import { defaultPrefix } from "../../device/messages/topics.ts";
import { trustFiles } from "../certs/identity.ts";
import { claimIdentity, identityFiles } from "../certs/paths.ts";
import { readCredentials } from "../certs/read.ts";
import { UserError } from "../command-line/user-error.ts";
import {
  mergedSettings,
  readSettingsEntry,
  writeSettingsEntry,
} from "../provision/settings-entry.ts";
import { prepareKey, readFleet, writeClaimPair, writeTrustOf } from "./files.ts";

export interface BenchOptions {
  readonly certs: string;
  readonly thing: string;
  readonly template?: string;
  readonly endpoint?: string;
  readonly prefix?: string;
  /** files, PEM; default: those of `boom-box fleet` */
  readonly claimCert?: string;
  readonly claimKey?: string;
  readonly ca?: string;
  onStep(text: string): void;
}

/**
 * Makes all a box's image needs to claim its certificate, without any access to AWS: its own key,
 * made here, the request for it, the fleet's claim, and the settings. May be repeated; a key that is
 * there is kept.
 * @throws UserError in one line, with what to do
 */
export async function prepareBox(options: BenchOptions): Promise<void> {
  const { certs, thing, onStep } = options;
  if (existsSync(identityFiles(certs, thing).certificatePem)) {
    throw new UserError(
      `${thing} has a certificate of its own in ${certs} and needs no claim: name another thing, or move the folder away`,
    );
  }
  const fleet = await readFleet(certs);
  const endpoint = options.endpoint ?? fleet?.endpoint ?? (fleet && "localhost");
  const template = options.template ?? fleet?.template;
  if (endpoint === undefined || template === undefined) {
    throw new UserError(
      'which fleet? run "boom-box fleet" first, or name --template, --endpoint, --claim-cert, --claim-key and --ca',
    );
  }
  const own = identityFiles(certs, claimIdentity);
  const claim = await readCredentials({
    ca: options.ca ?? trustFiles(certs, claimIdentity).caPem,
    certificate: options.claimCert ?? own.certificatePem,
    key: options.claimKey ?? own.keyPem,
  });
  const before = await readSettingsEntry(certs, thing);
  const settings = mergedSettings(
    before,
    {
      thingName: thing,
      endpoint,
      prefix: options.prefix ?? fleet?.prefix ?? defaultPrefix,
    },
    { claim: { template } },
  );
  const { isNew } = await prepareKey(certs, thing);
  onStep(isNew ? "key and request made; the key stays here" : "key as it is; request made");
  await writeClaimPair(certs, thing, {
    certificatePem: claim.certificatePem,
    keyPem: claim.keyPem,
  });
  await writeTrustOf(certs, thing, claim.caPem);
  onStep("the fleet's claim, and the CA it trusts");
  await writeSettingsEntry(certs, thing, settings);
  onStep(`settings: ${endpoint}, template ${template}`);
}
