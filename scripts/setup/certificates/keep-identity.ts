import { readIfPresent, setAside } from "../../certs/files.ts";
import { type StoredIdentity, writeIdentity } from "../../certs/identity.ts";
import { privateKeyOf } from "../../certs/parse.ts";
import { identityFiles } from "../../certs/paths.ts";
import { readRecord } from "../../certs/provisioning-record.ts";
import { SetupError } from "../failure.ts";

/** @throws SetupError when `certs/<thing>/` belongs to what `boom-box provision` made */
export async function requireRoom(certs: string, thing: string): Promise<void> {
  if ((await readRecord(certs, thing)) === undefined) return;
  throw new SetupError(
    `certs/${thing}/ has the files of a box that was provisioned`,
    "do not keep the files, or choose another name for the box",
  );
}

/** Writes `certs/<thing>/`. A key that is there is renamed, never deleted. */
export async function keepIdentity(
  certs: string,
  thing: string,
  identity: StoredIdentity,
): Promise<void> {
  const { keyPem, keyDer } = identityFiles(certs, thing);
  for (const [path, form] of [
    [keyPem, "pem"],
    [keyDer, "der"],
  ] as const) {
    const bytes = await readIfPresent(path);
    const own = privateKeyOf(Buffer.from(identity.keyDer), "der");
    const isSame = bytes && own && privateKeyOf(bytes, form)?.equals(own);
    if (bytes !== undefined && isSame !== true) await setAside(path);
  }
  await writeIdentity(certs, thing, identity, { trustPem: identity.caPem });
}
