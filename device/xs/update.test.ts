import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { updateVerifier as verifierOnNode } from "../../host-sim/hardware/update.ts";
import { nodeVerifier } from "./tls/node-verifier.fake.ts";
import { updateVerifier, XsSha256 } from "./update.ts";

const pairs = [0, 1].map(() => generateKeyPairSync("ec", { namedCurve: "P-256" }));
const points = pairs.map(({ publicKey }) =>
  publicKey.export({ format: "der", type: "spki" }).subarray(-65).toString("hex"),
);
const manifest = new Uint8Array(Buffer.from('{"type":"boom-box-firmware"}'));
const signatureBy = (index: 0 | 1) => {
  const key = pairs[index]?.privateKey;
  assert.ok(key);
  return new Uint8Array(sign("SHA256", manifest, key));
};

/** Moddable's class, with Node. */
class FakeDigest {
  readonly #hash: ReturnType<typeof createHash>;

  constructor(type: string) {
    this.#hash = createHash(type);
  }

  write(data: ArrayBuffer | Uint8Array): void {
    this.#hash.update(new Uint8Array(data));
  }

  close(): ArrayBuffer {
    return Uint8Array.from(this.#hash.digest()).buffer;
  }

  process(): ArrayBuffer {
    throw new Error("not in pieces");
  }
}

const verifiers = {
  XS: updateVerifier(points, nodeVerifier),
  Node: verifierOnNode(points),
};

for (const [name, verify] of Object.entries(verifiers)) {
  describe(`the signature of a manifest, checked on ${name}`, () => {
    it("is right by the key that made it, and by no other", () => {
      for (const index of [0, 1] as const) {
        assert.equal(verify(manifest, signatureBy(index), index), true);
        assert.equal(verify(manifest, signatureBy(index), 1 - index), false);
      }
      assert.equal(verify(manifest, signatureBy(0), 2), false, "there is no such key");
    });

    it("is wrong for other bytes", () => {
      const signature = signatureBy(0);
      fc.assert(
        fc.property(fc.nat(manifest.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
          const changed = manifest.slice();
          changed[at] = bits ^ (changed[at] ?? 0);
          assert.equal(verify(changed, signature, 0), false);
        }),
      );
    });

    it("is wrong when it is anything else, and that never throws", () => {
      const zeros = Uint8Array.of(0x30, 6, 2, 1, 0, 2, 1, 0);
      assert.equal(verify(manifest, zeros, 0), false);
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 80 }), (signature) => {
          assert.equal(verify(manifest, signature, 0), false);
        }),
      );
    });
  });
}

describe("a hash in pieces", () => {
  it("is that of the whole", () => {
    const digest = new XsSha256(FakeDigest);
    digest.write(Uint8Array.of(1, 2));
    digest.write(Uint8Array.of(3));
    const whole = createHash("sha256")
      .update(Uint8Array.of(1, 2, 3))
      .digest();
    assert.deepEqual(digest.end(), Uint8Array.from(whole));
  });
});
