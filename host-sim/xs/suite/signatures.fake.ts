import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import type { TestCalls } from "./host.fake.ts";

type SignatureCalls = Pick<TestCalls, "sha256" | "makeSigningKey" | "sign" | "verify">;

const bytesOf = (text: string) => Buffer.from(text, "latin1");

/** Hashes and signs for tests on XS. The keys last as long as their test file. */
export function signatureCalls(): SignatureCalls {
  const keys: KeyObject[] = [];
  return {
    sha256: (bytes) => createHash("sha256").update(bytesOf(bytes)).digest("hex"),
    makeSigningKey: () => {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const spki = publicKey.export({ format: "der", type: "spki" }).toString("hex");
      return { id: keys.push(privateKey) - 1, spki };
    },
    sign: (id, bytes) => {
      const key = keys[id];
      if (key === undefined) throw new RangeError(`there is no key ${id}`);
      return sign("SHA256", bytesOf(bytes), key).toString("hex");
    },
    verify: (spki, bytes, signature) => {
      const key = createPublicKey({ key: bytesOf(spki), format: "der", type: "spki" });
      return verify("SHA256", bytesOf(bytes), key, bytesOf(signature));
    },
  };
}
