import { generateKeyPairSync, sign } from "node:crypto";
import { signedManifest, writeUpdateManifest } from "../../device/messages/update.ts";

/** A job that a box can complete at once: an update to the firmware that it runs. */
export interface SignedJob {
  /** JSON */
  readonly document: string;
  /** as an image has it, see device/update-keys.ts */
  readonly publicKey: string;
}

/** Signed with a key that is made for it and forgotten. */
export function signedJob(version: string, chip: string): SignedJob {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const manifest = Buffer.from(
    writeUpdateManifest({
      version,
      chip,
      network: "wifi",
      size: 4_096,
      sha256: "0".repeat(64),
      minimumVersion: "0.0.0",
    }),
  );
  const signature = sign("SHA256", manifest, privateKey).toString("base64");
  const signed = signedManifest(manifest.toString("base64"), signature);
  const spki = publicKey.export({ format: "der", type: "spki" });
  return {
    document: JSON.stringify({ ...signed, stream: "advisor", file: 0 }),
    publicKey: spki.subarray(-65).toString("hex"),
  };
}
