import assert from "node:assert/strict";
import fc from "fast-check";
import { maxCertificateLength, parseCertificate } from "./certificate.ts";
import { verifyChain } from "./chain.ts";
import { type Family, host, type KeyType, makeFamily, now } from "./chains.vectors.ts";
import { MalformedError } from "./der.ts";
import { readKeyExchange } from "./key-exchange.ts";
import { nodeVerifier } from "./node-verifier.fake.ts";
import { AlgorithmError } from "./public-key.ts";

/** What a malicious server may send instead of a certificate. */
describe("bytes that are not a certificate, or differ from the signed one", function () {
  this.timeout(60_000);
  const kinds: readonly KeyType[] = ["rsa", "p256"];
  const families = new Map<KeyType, Family>();
  before(async () => {
    for (const kind of kinds) families.set(kind, await makeFamily(kind));
  });
  function familyOf(kind: KeyType): Family {
    const family = families.get(kind);
    assert.ok(family);
    return family;
  }

  function judge(chain: readonly Uint8Array[], roots: readonly Uint8Array[]) {
    return verifyChain({ chain, roots, host, date: now.getTime(), verifier: nodeVerifier });
  }

  /** Any other error would be an unexpected case. */
  function parse(der: Uint8Array): "certificate" | "refused" {
    try {
      parseCertificate(der);
      return "certificate";
    } catch (error) {
      assert.ok(error instanceof MalformedError || error instanceof AlgorithmError, String(error));
      return "refused";
    }
  }

  function changed(bytes: Uint8Array, at: number, by: number): Uint8Array {
    const copy = Uint8Array.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ by;
    return copy;
  }

  for (const kind of kinds) {
    it(`never trusts a chain of which one byte was changed, ${kind}`, () => {
      const { leaf, intermediate, root } = familyOf(kind);
      const chain = [leaf.der, intermediate.der];
      assert.ok(judge(chain, [root.der]).isTrusted);
      for (const place of [0, 1]) {
        const der = chain[place] ?? new Uint8Array();
        for (let at = 0; at < der.length; at++) {
          for (const by of [1, 0x80, (at % 255) + 1]) {
            const other = chain.with(place, changed(der, at, by));
            assert.ok(!judge(other, [root.der]).isTrusted, `${place}: byte ${at} by ${by}`);
            parse(changed(der, at, by));
          }
        }
      }
    });

    it(`never trusts truncated or extended chains, ${kind}`, () => {
      const { leaf, intermediate, root } = familyOf(kind);
      for (let length = 0; length < leaf.der.length; length++) {
        const verdict = judge([leaf.der.subarray(0, length), intermediate.der], [root.der]);
        assert.deepEqual(verdict, { isTrusted: false, reason: "malformed", certificate: 0 });
      }
      for (const tail of [[0], [0x30, 0], [...leaf.der]]) {
        const longer = Uint8Array.of(...leaf.der, ...tail);
        const verdict = judge([longer, intermediate.der], [root.der]);
        assert.deepEqual(verdict, { isTrusted: false, reason: "malformed", certificate: 0 });
      }
    });
  }

  it("are refused without a throw", () => {
    const { root, leaf } = familyOf("p256");
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 }), (chain) => {
        assert.ok(!judge(chain, [root.der]).isTrusted);
        assert.ok(!judge([leaf.der, ...chain], chain).isTrusted);
        for (const each of chain) assert.equal(parse(each), "refused");
      }),
    );
  });

  it("are refused as malformed, also if many bytes were changed", () => {
    const { leaf } = familyOf("p256");
    const splice = fc.record({
      at: fc.nat(leaf.der.length),
      away: fc.nat(8),
      bytes: fc.uint8Array({ maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(splice, { minLength: 1, maxLength: 4 }), (splices) => {
        const bytes = [...leaf.der];
        for (const { at, away, bytes: put } of splices) bytes.splice(at, away, ...put);
        parse(Uint8Array.from(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it("are not parsed if they are longer than any certificate", () => {
    const { leaf, intermediate, root } = familyOf("rsa");
    const long = new Uint8Array(maxCertificateLength + 1);
    long.set(leaf.der);
    assert.throws(() => parseCertificate(long), new MalformedError("too long"));
    assert.deepEqual(judge([leaf.der, intermediate.der], [root.der.subarray(1)]), {
      isTrusted: false,
      reason: "malformed",
      certificate: 2,
    });
  });

  it("are not a key exchange either", () => {
    const context = {
      clientRandom: new Uint8Array(32),
      serverRandom: new Uint8Array(32),
      suite: [0xc0, 0x2f],
      key: parseCertificate(familyOf("rsa").leaf.der).key,
      verifier: nodeVerifier,
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (body) => {
        assert.equal(readKeyExchange(body, context), undefined);
      }),
    );
  });
});
