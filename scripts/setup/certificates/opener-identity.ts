import { existsSync } from "node:fs";
import { remedyFor } from "../../broker/options.ts";
import { readIdentity, type StoredIdentity } from "../../certs/identity.ts";
import { identityFiles } from "../../certs/paths.ts";
import { SetupError } from "../failure.ts";

/**
 * The identity that sends commands, as for `boom-box open`.
 * @param name `service`, or `aws-service`
 * @throws SetupError when there is none; UserError
 */
export async function openerIdentity(certs: string, name: string): Promise<StoredIdentity> {
  if (existsSync(identityFiles(certs, name).certificatePem)) return readIdentity(certs, name);
  throw new SetupError(
    "this computer has no certificate that may send commands to this broker",
    `run "${remedyFor(name)}" in another terminal and try again; or send OPEN from the staff app, and watch here what the box does`,
  );
}
