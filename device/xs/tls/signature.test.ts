import assert from "node:assert/strict";
import { constants, createHash, createPublicKey, publicDecrypt, sign } from "node:crypto";
import fc from "fast-check";
import { makeKey } from "./chains.vectors.ts";
import { nodeVerifier } from "./node-verifier.fake.ts";
import { type PublicKey, parsePublicKey } from "./public-key.ts";
import { encodePkcs1, type Hash, isSigned, readEcdsaSignature } from "./signature.ts";

const data = Uint8Array.of(1, 2, 3);
const hashes: readonly Hash[] = ["SHA256", "SHA384", "SHA512"];
const n = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

/** `ECDSA-Sig-Value` of two INTEGERs, their bytes as hex. */
function ecdsaValue(r: string, s: string): Uint8Array {
  const integer = (value: string) => {
    const bytes = Buffer.from(value, "hex");
    return [2, bytes.length, ...bytes];
  };
  const both = [...integer(r), ...integer(s)];
  return Uint8Array.of(0x30, both.length, ...both);
}

describe("a signature", () => {
  const rsa = makeKey("rsa");
  const ecdsa = makeKey("p256");
  const publicOf = (key: typeof rsa) =>
    parsePublicKey(createPublicKey(key).export({ type: "spki", format: "der" }));
  const rsaKey = publicOf(rsa);
  const ecdsaKey = publicOf(ecdsa);
  const isBy = (key: PublicKey, type: PublicKey["type"], signature: Uint8Array, hash: Hash) =>
    isSigned({ algorithm: { type, hash }, key, data, signature }, nodeVerifier);

  for (const hash of hashes) {
    it(`is valid only with its own key, type and hash: ${hash}`, () => {
      const other = hash === "SHA256" ? "SHA512" : "SHA256";
      const byRsa = sign(hash, data, rsa);
      assert.ok(isBy(rsaKey, "rsa", byRsa, hash));
      assert.ok(!isBy(rsaKey, "rsa", byRsa, other));
      assert.ok(!isBy(rsaKey, "ecdsa", byRsa, hash));
      assert.ok(!isBy(ecdsaKey, "rsa", byRsa, hash));
      const byEcdsa = sign(hash, data, ecdsa);
      assert.ok(isBy(ecdsaKey, "ecdsa", byEcdsa, hash));
      assert.ok(!isBy(ecdsaKey, "ecdsa", byEcdsa, other));
      assert.ok(!isBy(publicOf(makeKey("p256")), "ecdsa", byEcdsa, hash));
    });

    it(`with RSA decodes to the text that Node writes: ${hash}`, () => {
      const signature = sign(hash, data, rsa);
      const options = { key: createPublicKey(rsa), padding: constants.RSA_NO_PADDING };
      const digest = createHash(hash).update(data).digest();
      assert.deepEqual(
        encodePkcs1(hash, digest, signature.length),
        Uint8Array.from(publicDecrypt(options, signature)),
      );
    });
  }

  it("is not computed if its format is wrong", () => {
    let asked = 0;
    const verifier = {
      verify() {
        asked += 1;
        return true;
      },
    };
    const ask = (key: PublicKey, signature: Uint8Array) =>
      isSigned({ algorithm: { type: key.type, hash: "SHA256" }, key, data, signature }, verifier);
    const good = sign("SHA256", data, rsa);
    assert.ok(ask(rsaKey, good));
    assert.equal(asked, 1);
    for (const bad of [
      new Uint8Array(),
      good.subarray(1),
      Uint8Array.of(0, ...good),
      new Uint8Array(256).fill(0xff),
    ]) {
      assert.ok(!ask(rsaKey, bad));
    }
    for (const [r, s] of [
      ...([
        ["00", "01"],
        ["01", "00"],
        ["00", "00"],
        ["", "01"],
      ] as const),
      ...([
        ["81", "01"],
        ["0001", "01"],
        [`00${n}`, "01"],
        ["01", `00${n}`],
      ] as const),
      ["01", `00${"ff".repeat(33)}`],
    ] as const) {
      assert.ok(!ask(ecdsaKey, ecdsaValue(r, s)), `${r}, ${s}`);
    }
    assert.ok(!ask(ecdsaKey, Uint8Array.of(...ecdsaValue("01", "01"), 0)));
    assert.equal(asked, 1);
    const almost = n.replace(/1$/, "0");
    assert.ok(ask(ecdsaKey, ecdsaValue(`00${almost}`, "01")));
  });

  it("with ECDSA is two numbers, as long as the curve's order", () => {
    const numbers = readEcdsaSignature(ecdsaValue("05", "00ff"), "P-384");
    assert.deepEqual([numbers?.r.length, numbers?.s.length], [48, 48]);
    assert.deepEqual([numbers?.r.at(-1), numbers?.s.at(-1)], [5, 255]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        readEcdsaSignature(bytes, "P-256");
      }),
    );
  });

  it("is invalid if the verifier throws", () => {
    const verifier = {
      verify(): boolean {
        throw new Error("no native");
      },
    };
    const algorithm = { type: "rsa", hash: "SHA256" } as const;
    const signature = sign("SHA256", data, rsa);
    assert.ok(!isSigned({ algorithm, key: rsaKey, data, signature }, verifier));
  });
});
