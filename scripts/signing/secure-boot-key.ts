import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { join, resolve } from "node:path";
import { makePrivateFolder, readIfPresent, tighten, writeAtomically } from "../certs/files.ts";
import { updateSigning } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";
import type { SigningKeyStep } from "./signing-key.ts";

const modulusBits = 3072;

/** The key that signs bootloader and firmware for Secure Boot V2: `certs/update-signing/…`. */
const keyPath = (certsDirectory: string) =>
  join(certsDirectory, updateSigning, "secure-boot-private-key.pem");

/**
 * Makes a key for RSA-3072 (ESP-IDF, "Secure Boot V2"), unless there is one: a chip accepts its first
 * key for ever, so none is ever replaced.
 * @throws UserError when the key that is there cannot be used, or the folder cannot be written
 */
export async function ensureSecureBootKey(
  certsDirectory: string,
): Promise<Pick<SigningKeyStep, "outcome" | "tightened"> & { readonly path: string }> {
  const path = keyPath(certsDirectory);
  await makePrivateFolder(join(certsDirectory, updateSigning));
  if ((await readIfPresent(path)) !== undefined) {
    await requireSecureBootKey(certsDirectory);
    return { outcome: "kept", path, tightened: await tighten(path) };
  }
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: modulusBits });
  await writeAtomically(path, privateKey.export({ format: "pem", type: "pkcs8" }));
  return { outcome: "made", path, tightened: undefined };
}

/**
 * @returns the absolute path of the key's file, for ESP-IDF
 * @throws UserError when it is missing, or no private key for RSA-3072
 */
export async function requireSecureBootKey(certsDirectory: string): Promise<string> {
  const path = keyPath(certsDirectory);
  const pem = await readIfPresent(path);
  if (pem === undefined) {
    throw new UserError(
      `there is no key ${path}: make one with "boom-box signing-key --secure-boot"`,
    );
  }
  if (isSecureBootKey(pem)) return resolve(path);
  throw new UserError(
    `${path} is no private key for RSA-${modulusBits} (PEM, unencrypted): put the right one there`,
  );
}

function isSecureBootKey(pem: Buffer): boolean {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return false;
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  return asymmetricKeyType === "rsa" && asymmetricKeyDetails?.modulusLength === modulusBits;
}
