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
  /** PEM files; default: those from `boom-box fleet` */
  readonly claimCert?: string;
  readonly claimKey?: string;
  readonly ca?: string;
  onStep(text: string): void;
}

/**
 * Makes everything that a box's image needs to claim its certificate, without access to AWS: a key
 * made here, its request, the fleet's claim, and the settings. It can be repeated, and keeps an
 * existing key.
 * @throws UserError in one line, with what to do
 */
export async function prepareBox(options: BenchOptions): Promise<void> {
  const { certs, thing, onStep } = options;
  if (existsSync(identityFiles(certs, thing).certificatePem)) {
    throw new UserError(
      `${thing} already has its own certificate in ${certs}, so it cannot claim one: name another thing, or move the folder away`,
    );
  }
  const fleet = await readFleet(certs);
  const endpoint = options.endpoint ?? fleet?.endpoint ?? (fleet && "localhost");
  const template = options.template ?? fleet?.template;
  if (endpoint === undefined || template === undefined) {
    throw new UserError(
      'there is no fleet in this folder: run "boom-box fleet" first, or name --template, --endpoint, --claim-cert, --claim-key and --ca',
    );
  }
  const own = identityFiles(certs, claimIdentity);
  const claim = await readCredentials({
    ca: options.ca ?? trustFiles(certs, claimIdentity).caPem,
    certificate: options.claimCert ?? own.certificatePem,
    key: options.claimKey ?? own.keyPem,
  });
  const before = await readSettingsEntry(certs, thing);
  if (before.gates !== undefined && fleet?.template === template && fleet.gates !== true) {
    throw new UserError(
      `${thing} has gates with names, and the template ${template} is older than their policy: AWS would close its connection. Run "boom-box fleet" with a new --template`,
    );
  }
  // A template that gives the policy for the log gives the one for updates too; an older one may give
  // neither, and AWS closes the connection of a box without them. What a person has chosen stays.
  const hasPolicies = fleet?.template === template && fleet.log === true;
  const updates = hasPolicies && before.updates === undefined ? { updates: "aws" } : {};
  const log = hasPolicies && before.log === undefined ? { log: true } : {};
  const settings = mergedSettings(
    before,
    {
      thingName: thing,
      endpoint,
      prefix: options.prefix ?? fleet?.prefix ?? defaultPrefix,
    },
    { ...updates, ...log, claim: { template } },
  );
  const { isNew } = await prepareKey(certs, thing);
  onStep(isNew ? "key and request made; the key stays here" : "key unchanged; request made");
  await writeClaimPair(certs, thing, {
    certificatePem: claim.certificatePem,
    keyPem: claim.keyPem,
  });
  await writeTrustOf(certs, thing, claim.caPem);
  onStep("the fleet's claim certificate, and the CA that the box trusts");
  await writeSettingsEntry(certs, thing, settings);
  onStep(`settings: ${endpoint}, template ${template}`);
}
