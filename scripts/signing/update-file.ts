import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import * as v from "valibot";
import { chips } from "../../device/chips/table.ts";
import {
  isVersion,
  readUpdateManifest,
  type SignedManifest,
  signedManifest,
  type UpdateManifest,
  writeUpdateManifest,
} from "../../device/messages/update.ts";
import { UserError } from "../command-line/user-error.ts";
import type { FirmwarePackage } from "../package/firmware-package.ts";

/** In a package's folder: the document of a job, except for the stream that has the firmware. */
export const updateFile = "update.json";

/** What a box says of its chip: device/xs/esp32/board.ts. */
const chipOf = ({ chip, isSecure }: FirmwarePackage) =>
  isSecure ? `${chips[chip].title}-secure` : chips[chip].title;

export interface UpdateFile {
  readonly signed: SignedManifest;
  readonly manifest: UpdateManifest;
}

/**
 * Signs what a firmware is.
 * @param minimumVersion boxes with an older firmware refuse it
 * @throws UserError when its version is not one that boxes can compare
 */
export function signUpdate(
  firmware: FirmwarePackage,
  key: KeyObject,
  minimumVersion: string,
): UpdateFile {
  const { version, network, parts } = firmware;
  const image = parts.find(({ file }) => file === "firmware.bin");
  if (image === undefined) throw new Error("a package has a firmware.bin");
  if (!isVersion(version)) {
    throw new UserError(
      `an update's version is three numbers of at most five digits, and this one is ${version}: change it in package.json`,
    );
  }
  const { bytes } = image;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const size = bytes.length;
  const chip = chipOf(firmware);
  const manifest = { version, chip, network, size, sha256, minimumVersion };
  const text = Buffer.from(writeUpdateManifest(manifest));
  const signature = sign("SHA256", text, key);
  return {
    signed: signedManifest(text.toString("base64"), signature.toString("base64")),
    manifest: { type: "boom-box-firmware", ...manifest },
  };
}

export function writeUpdateFile({ signed }: UpdateFile): string {
  return `${JSON.stringify(signed, undefined, 2)}\n`;
}

const base64 = v.pipe(v.string(), v.base64(), v.maxLength(2_000));
const file = v.strictObject({
  operation: v.literal("firmware-update"),
  manifest: base64,
  signature: base64,
});

/**
 * Reads the file strictly: what a box would refuse is refused here.
 * @param key its private or public key; undefined: the signature is not checked
 * @returns the update, or what is wrong, in words that follow the file's name
 */
export function readUpdateFile(text: string, key?: KeyObject): UpdateFile | string {
  const parsed = v.safeParse(file, parseJson(text));
  if (!parsed.success) return "is not the document of an update";
  const signed = parsed.output;
  const bytes = Buffer.from(signed.manifest, "base64");
  const manifest = readUpdateManifest(bytes);
  if (manifest === undefined) return "has a manifest that no box understands";
  if (key !== undefined) {
    const publicKey = key.type === "private" ? createPublicKey(key) : key;
    const isSigned = verify("SHA256", bytes, publicKey, Buffer.from(signed.signature, "base64"));
    if (!isSigned) return "is not signed with this key";
  }
  return { signed, manifest };
}

/** Whether the update is about this firmware, for its chip. */
export function isUpdateTo({ manifest }: UpdateFile, firmware: FirmwarePackage): boolean {
  const image = firmware.parts.find((part) => part.file === "firmware.bin")?.bytes;
  if (image === undefined || manifest.chip !== chipOf(firmware)) return false;
  const sha256 = createHash("sha256").update(image).digest("hex");
  return manifest.size === image.length && manifest.sha256 === sha256;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
