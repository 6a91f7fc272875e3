import { consistsOf, isDigit, isHexDigit, isLetter } from "../characters.ts";
import { decodeBase64 } from "../core/base64.ts";
import { readUtf8 } from "../core/utf8.ts";
import { isWhole, membersOf, parseJson } from "./json.ts";
import { isStreamId } from "./update-topics.ts";

/** What a job tells a box to do (`jobDocument`). Its manifest is signed, and the rest is not. */
export interface UpdateDocument {
  /** the exact bytes that are signed: an {@link UpdateManifest} as JSON */
  readonly manifest: Uint8Array;
  /** ECDSA with P-256 and SHA-256 over the manifest: `ECDSA-Sig-Value`, DER (RFC 3279, 2.2.3) */
  readonly signature: Uint8Array;
  /** the stream that has the firmware */
  readonly stream: string;
  /** the firmware's file in that stream, 0–255 */
  readonly file: number;
}

/** What the owner of the signing key says about a firmware. */
export interface UpdateManifest {
  readonly type: "boom-box-firmware";
  readonly version: string;
  /** as Espressif writes it */
  readonly chip: string;
  readonly network: UpdateNetwork;
  /** in bytes */
  readonly size: number;
  /** of the whole firmware: 64 lower-case hexadecimal digits */
  readonly sha256: string;
  /** a box with an older firmware refuses this one */
  readonly minimumVersion: string;
}

export type UpdateNetwork = "wifi" | "ethernet";

/** Why an update ended without the new firmware: for `statusDetails.reason`, and for people. */
export const updateReasons = [
  "malformed",
  "unsigned",
  "signature",
  "chip",
  "network",
  "too-large",
  "minimum-version",
  "not-newer",
  "busy",
  "no-slot",
  /** a block is wrong, or did not come */
  "block",
  "hash",
  "write",
  /** the new firmware did not connect in time */
  "not-confirmed",
  /** the bootloader or a crash brought the old firmware back */
  "rolled-back",
  "cancelled",
  "low-memory",
  /** the chip does not take what was downloaded and verified: Secure Boot, or a flash that fails */
  "not-startable",
] as const;
export type UpdateReason = (typeof updateReasons)[number];

/** What a box does about an update, in the order of a good one; then how it ended. */
export const updateStates = [
  "downloading",
  /** all of it has arrived, and is what was signed */
  "ready",
  "restarting",
  "trial",
  "confirmed",
  "giving-up",
  "succeeded",
  "failed",
  "rejected",
  /** the server has no such job any more */
  "dropped",
] as const;
export type UpdateStage = (typeof updateStates)[number];

const operation = "firmware-update";
const manifestType = "boom-box-firmware";
const maximumManifestBytes = 1_024;
/** Two numbers of 33 bytes, and their tags. */
const maximumSignatureBytes = 72;
/** The size of an ESP32's largest flash. */
const maximumFirmwareBytes = 16 * 1024 * 1024;

/** @param value parsed JSON, untrusted. @returns undefined unless it is one, and nothing else */
export function readUpdateDocument(value: unknown): UpdateDocument | undefined {
  const members = membersOf(value);
  const { stream, file } = members;
  if (members.operation !== operation || Object.keys(members).length !== 5) return undefined;
  const manifest = readBytes(members.manifest, maximumManifestBytes);
  const signature = readBytes(members.signature, maximumSignatureBytes);
  if (manifest === undefined || signature === undefined) return undefined;
  if (typeof stream !== "string" || !isStreamId(stream)) return undefined;
  if (!isWhole(file, 0, 255)) return undefined;
  return { manifest, signature, stream, file };
}

/** @param bytes untrusted. @returns undefined unless it is one, and nothing else */
export function readUpdateManifest(bytes: Uint8Array): UpdateManifest | undefined {
  if (bytes.length > maximumManifestBytes) return undefined;
  const members = membersOf(parseJson(readUtf8(bytes)));
  const { type, version, chip, network, size, sha256, minimumVersion } = members;
  if (type !== manifestType || Object.keys(members).length !== 7) return undefined;
  if (!isVersion(version) || !isVersion(minimumVersion)) return undefined;
  if (typeof chip !== "string" || !consistsOf(chip, isChipUnit, 1, 16)) return undefined;
  if (network !== "wifi" && network !== "ethernet") return undefined;
  if (!isWhole(size, 1, maximumFirmwareBytes)) return undefined;
  if (typeof sha256 !== "string" || !consistsOf(sha256, isLowerHexDigit, 64, 64)) return undefined;
  return { type, version, chip, network, size, sha256, minimumVersion };
}

/** The text whose UTF-8 bytes are signed. */
export function writeUpdateManifest(manifest: Omit<UpdateManifest, "type">): string {
  const { version, chip, network, size, sha256, minimumVersion } = manifest;
  const type = manifestType;
  return JSON.stringify({ type, version, chip, network, size, sha256, minimumVersion });
}

/** A job document, except for the stream, which is made when the firmware is stored. */
export interface SignedManifest {
  readonly operation: typeof operation;
  /** base64 */
  readonly manifest: string;
  /** base64 */
  readonly signature: string;
}

/** Both in base64. */
export function signedManifest(manifest: string, signature: string): SignedManifest {
  return { operation, manifest, signature };
}

/** Three numbers of at most five digits, without leading zeros. */
export function isVersion(value: unknown): value is string {
  if (typeof value !== "string") return false;
  const numbers = value.split(".");
  return (
    numbers.length === 3 &&
    numbers.every((each) => consistsOf(each, isDigit, 1, 5) && (each === "0" || each[0] !== "0"))
  );
}

/** Negative if `version` is older than `other`, 0 if they are equal. Both must be versions. */
export function compareVersions(version: string, other: string): number {
  const others = other.split(".");
  for (const [index, each] of version.split(".").entries()) {
    const difference = Number(each) - Number(others[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function readBytes(value: unknown, maximum: number): Uint8Array | undefined {
  if (typeof value !== "string" || value.length > 4 * Math.ceil(maximum / 3)) return undefined;
  const bytes = decodeBase64(value);
  return bytes !== undefined && bytes.length > 0 && bytes.length <= maximum ? bytes : undefined;
}

const isLowerHexDigit = (unit: number) => isHexDigit(unit) && (unit < 0x41 || unit > 0x46);
const isChipUnit = (unit: number) => isLetter(unit) || isDigit(unit) || unit === 0x2d;
