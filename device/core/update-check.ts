import {
  compareVersions,
  isVersion,
  readUpdateDocument,
  readUpdateManifest,
  type UpdateDocument,
  type UpdateManifest,
  type UpdateNetwork,
  type UpdateReason,
} from "../messages/update.ts";

/** What a box is and has, as far as an update must fit it. */
export interface UpdateTarget {
  /** its firmware's */
  readonly version: string;
  readonly chip: string;
  /** the chip's number in the header of an image; undefined: there is none */
  readonly imageId?: number | undefined;
  readonly network: UpdateNetwork | undefined;
  /** of the slot for the new firmware; undefined if the hardware has none */
  readonly slotBytes: number | undefined;
  /** how many public keys the image has */
  readonly keyCount: number;
  /** see {@link VerifyUpdate} */
  readonly verify: VerifyUpdate;
  /** in bytes; undefined if the platform cannot report it */
  freeHeap(): number | undefined;
}

/**
 * Whether the key signed these bytes: ECDSA with P-256 and SHA-256.
 * @param signature `ECDSA-Sig-Value`, DER, untrusted
 * @param key 0 for the first public key in the image
 */
export type VerifyUpdate = (manifest: Uint8Array, signature: Uint8Array, key: number) => boolean;

export type UpdateCheck =
  | {
      readonly type: "fits";
      readonly document: UpdateDocument;
      readonly manifest: UpdateManifest;
    }
  /** it is the firmware that runs */
  | { readonly type: "runs"; readonly version: string }
  | { readonly type: "refused"; readonly reason: UpdateReason; readonly version?: string };

/** A block, the message that brings it and what is made of both, with a margin. */
const leastHeapBytes = 24 * 1024;

/** Everything that can be known before a byte is erased. Nothing unsigned is believed. */
export function checkUpdate(jobDocument: unknown, target: UpdateTarget): UpdateCheck {
  const document = readUpdateDocument(jobDocument);
  if (document === undefined) return refused("malformed");
  if (target.keyCount === 0) return refused("unsigned");
  if (!isSigned(document, target)) return refused("signature");
  const manifest = readUpdateManifest(document.manifest);
  if (manifest === undefined) return refused("malformed");
  const { version, chip, network, size, minimumVersion } = manifest;
  const reason = ((): UpdateReason | undefined => {
    if (chip !== target.chip) return "chip";
    if (target.network !== undefined && network !== target.network) return "network";
    if (target.slotBytes === undefined) return "no-slot";
    if (size > target.slotBytes) return "too-large";
    if (version === target.version) return undefined;
    // A version that is not three numbers belongs to somebody's own build: it takes any release.
    if (isVersion(target.version)) {
      if (compareVersions(target.version, minimumVersion) < 0) return "minimum-version";
      if (compareVersions(version, target.version) < 0) return "not-newer";
    }
    const heap = target.freeHeap();
    return heap !== undefined && heap < leastHeapBytes ? "low-memory" : undefined;
  })();
  if (reason !== undefined) return refused(reason, version);
  if (version === target.version) return { type: "runs", version };
  return { type: "fits", document, manifest };
}

function isSigned({ manifest, signature }: UpdateDocument, target: UpdateTarget): boolean {
  for (let key = 0; key < target.keyCount; key++) {
    if (target.verify(manifest, signature, key)) return true;
  }
  return false;
}

function refused(reason: UpdateReason, version?: string): UpdateCheck {
  return { type: "refused", reason, ...(version === undefined ? {} : { version }) };
}
