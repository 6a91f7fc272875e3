import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { join } from "node:path";
import { makePrivateFolder, readIfPresent, tighten, writeAtomically } from "../certs/files.ts";
import { updateSigning } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";

/** The files of the key that signs firmware updates: `certs/update-signing/…`. */
export interface SigningFiles {
  /** PKCS#8 */
  readonly privateKey: string;
  /** SubjectPublicKeyInfo: goes into every image */
  readonly publicKey: string;
  /** the one after it, or before it; put here by hand, and goes into every image too */
  readonly secondPublicKey: string;
}

export function signingFiles(certsDirectory: string): SigningFiles {
  const file = (name: string) => join(certsDirectory, updateSigning, name);
  return {
    privateKey: file("private-key.pem"),
    publicKey: file("public-key.pem"),
    secondPublicKey: file("second-public-key.pem"),
  };
}

export interface SigningKeyStep {
  readonly outcome: "made" | "kept";
  readonly files: SigningFiles;
  /** what was wrong with an old file's permissions */
  readonly tightened: string | undefined;
}

/**
 * Makes a key on P-256, unless there is one: boxes accept no other key's updates, so none is ever
 * replaced.
 * @throws UserError when the key that is there cannot be used, or the folder cannot be written
 */
export async function ensureSigningKey(certsDirectory: string): Promise<SigningKeyStep> {
  const files = signingFiles(certsDirectory);
  await makePrivateFolder(join(certsDirectory, updateSigning));
  const isThere = (await readIfPresent(files.privateKey)) !== undefined;
  const tightened = isThere ? await tighten(files.privateKey) : undefined;
  const key = isThere ? await readSigningKey(files.privateKey) : await makeKey(files);
  const pem = createPublicKey(key).export({ format: "pem", type: "spki" });
  const there = await readIfPresent(files.publicKey);
  if (there === undefined) await writeAtomically(files.publicKey, pem);
  else if (there.toString() !== pem) {
    throw new UserError(
      `${files.publicKey} is not the public key of ${files.privateKey}: move away the one that is not yours`,
    );
  }
  return { outcome: isThere ? "kept" : "made", files, tightened };
}

async function makeKey({ privateKey: path, publicKey }: SigningFiles): Promise<KeyObject> {
  if ((await readIfPresent(publicKey)) !== undefined) {
    throw new UserError(
      `${path} is missing, but there is its public key: restore it from a backup, or move away ${publicKey} to begin anew`,
    );
  }
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await writeAtomically(path, privateKey.export({ format: "pem", type: "pkcs8" }));
  return privateKey;
}

/** @throws UserError when it is missing, or no private key on P-256 */
export async function readSigningKey(path: string): Promise<KeyObject> {
  const pem = await readIfPresent(path);
  if (pem === undefined) {
    throw new UserError(`there is no key ${path}: make one with "boom-box signing-key"`);
  }
  const key = parse(() => createPrivateKey(pem));
  if (key !== undefined && isP256(key)) return key;
  throw new UserError(`${path} is no private key on P-256 (PEM, unencrypted): name another one`);
}

/**
 * The public keys that go into an image.
 * @returns as device/update-keys.ts has them; none if there is no key
 * @throws UserError when a file is no public key on P-256
 */
export async function readUpdateKeys(certsDirectory: string): Promise<string[]> {
  const { publicKey, secondPublicKey } = signingFiles(certsDirectory);
  const points: string[] = [];
  for (const path of [publicKey, secondPublicKey]) {
    const pem = await readIfPresent(path);
    if (pem === undefined) continue;
    const key = parse(() => createPublicKey(pem));
    if (key === undefined || !isP256(key)) {
      throw new UserError(`${path} is no public key on P-256 (PEM): replace or remove it`);
    }
    points.push(pointOf(key));
  }
  return points;
}

/** @returns the uncompressed point (SEC 1, 2.3.3), in hexadecimal */
function pointOf(key: KeyObject): string {
  const spki = key.export({ format: "der", type: "spki" });
  return spki.subarray(-pointBytes).toString("hex");
}

/** A byte that says uncompressed, and two coordinates. */
const pointBytes = 65;

const isP256 = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject) =>
  asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1";

function parse(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
