import { askHost } from "./host.fake.ts";

/**
 * What tests of updates use of `node:crypto`, which XS lacks: Node does it, on the other side of the
 * bridge. Bytes cross it as text, one character each (`latin1`).
 */

type Bytes = Uint8Array;

const textOf = (bytes: Bytes) => Buffer.from(bytes).toString("latin1");
const bytesOf = (hex: string) => Buffer.from(hex, "hex");

class HostHash {
  #pieces = "";

  update(bytes: Bytes): this {
    this.#pieces += textOf(bytes);
    return this;
  }

  digest(): Buffer;
  digest(encoding: "hex"): string;
  digest(encoding?: "hex"): Buffer | string {
    const hex = askHost("sha256", this.#pieces);
    return encoding === "hex" ? hex : bytesOf(hex);
  }
}

export const createHash = () => new HostHash();

/** A key on P-256. The private one stays on Node. */
interface HostKey {
  readonly id: number;
  /** SubjectPublicKeyInfo, DER, hexadecimal */
  readonly spki: string;
}

export function generateKeyPairSync() {
  const key: HostKey = askHost("makeSigningKey");
  return { privateKey: key, publicKey: { export: () => bytesOf(key.spki) } };
}

export const createPublicKey = ({ key }: { readonly key: Bytes }) => ({ spki: textOf(key) });

export const sign = (_: "SHA256", bytes: Bytes, key: HostKey) =>
  bytesOf(askHost("sign", key.id, textOf(bytes)));

export const verify = (
  _: "SHA256",
  bytes: Bytes,
  { spki }: { readonly spki: string },
  signature: Bytes,
) => askHost("verify", spki, textOf(bytes), textOf(signature));
