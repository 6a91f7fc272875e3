import assert from "node:assert/strict";
import { maxChainLength, type Question, type Verdict, verifyChain } from "./chain.ts";
import {
  around,
  authority,
  type ChainCase,
  type Family,
  host,
  type KeyType,
  type Made,
  make,
  makeCases,
  makeFamily,
  makeKey,
  now,
  server,
  type Wish,
  x509,
} from "./chains.vectors.ts";
import { nodeVerifier } from "./node-verifier.fake.ts";

const { KeyUsageFlags: usage, ExtendedKeyUsage: extended } = x509;

describe("a server's chain", function () {
  this.timeout(60_000);
  let family: Family;
  before(async () => {
    family = await makeFamily("rsa");
  });

  function judge(chain: readonly Made[], more: Partial<Question> = {}): Verdict {
    return verifyChain({
      chain: chain.map(({ der }) => der),
      roots: [family.root.der],
      host,
      date: now.getTime(),
      verifier: nodeVerifier,
      ...more,
    });
  }

  const told = (verdict: Verdict) =>
    verdict.isTrusted ? "trusted" : `${verdict.reason} ${verdict.certificate}`;
  const toldOf = (chain: readonly Made[], more?: Partial<Question>) => told(judge(chain, more));

  const leafWith = (wish: Partial<Wish>) =>
    make({
      subject: "CN=leaf",
      issuer: family.intermediate,
      key: family.leaf.key,
      extensions: server(),
      ...wish,
    });
  const intermediateWith = (wish: Partial<Wish>) =>
    make({
      subject: "CN=Intermediate",
      issuer: family.root,
      key: family.intermediate.key,
      extensions: authority(0),
      ...wish,
    });
  const rootWith = (wish: Partial<Wish>) =>
    make({ subject: "CN=Root", key: family.root.key, extensions: authority(), ...wish });

  const kinds: readonly KeyType[] = ["rsa", "p256"];
  for (const kind of kinds) {
    it(`is classified correctly, all eight, ${kind}`, async () => {
      const own = await makeFamily(kind);
      const cases = await makeCases(own);
      const roots = [own.root.der];
      const expected = ({ refused }: ChainCase) =>
        refused === undefined ? "trusted" : `${refused.reason} ${refused.certificate}`;
      assert.deepEqual(
        cases.map(({ name, chain }) => `${name}: ${toldOf(chain, { roots })}`),
        cases.map((each) => `${each.name}: ${expected(each)}`),
      );
    });
  }

  it("returns the leaf with its key", () => {
    const verdict = judge([family.leaf, family.intermediate]);
    assert.ok(verdict.isTrusted);
    assert.deepEqual(verdict.leaf.der, family.leaf.der);
    assert.equal(verdict.leaf.key.type, "rsa");
  });

  it("may continue past the one that a root signed, and match several roots", async () => {
    const other = await makeFamily("p256", "CN=Other");
    const { leaf, intermediate, root } = family;
    assert.equal(toldOf([leaf, intermediate, root]), "trusted");
    assert.equal(toldOf([leaf, intermediate, other.root]), "trusted");
    const roots = [other.root.der, root.der];
    assert.equal(toldOf([leaf, intermediate], { roots }), "trusted");
    const namesake = await make({ subject: "CN=Root", keyType: "p256", extensions: authority() });
    assert.equal(
      toldOf([leaf, intermediate], { roots: [namesake.der, ...roots] }),
      "trusted",
      "another root of the same name is skipped",
    );
  });

  it("needs a root, and a leaf", () => {
    const { leaf, intermediate } = family;
    assert.equal(toldOf([leaf, intermediate], { roots: [] }), "issuer 1");
    assert.equal(toldOf([leaf]), "issuer 0");
    assert.equal(toldOf([]), "malformed 0");
  });

  it("must have each certificate signed by the next, in order", async () => {
    const { leaf, intermediate, root } = family;
    assert.equal(toldOf([leaf, root, intermediate]), "issuer 0");
    assert.equal(toldOf([intermediate, leaf]), "key-usage 0");
    const wide = await intermediateWith({ extensions: authority() });
    const middle = await make({
      subject: "CN=Middle",
      issuer: wide,
      signer: makeKey("rsa"),
      extensions: authority(),
    });
    const under = await leafWith({ issuer: middle });
    assert.equal(toldOf([under, middle, wide]), "signature 1");
    const impostor = await intermediateWith({ signer: makeKey("rsa") });
    assert.equal(toldOf([leaf, impostor]), "signature 1");
    const nobodys = await leafWith({ issuer: { ...family.root, subject: "CN=Nobody" } });
    assert.equal(toldOf([nobodys]), "issuer 0", "the root's key, another name");
    const namesake = await makeFamily("rsa");
    assert.equal(toldOf([leaf, namesake.intermediate]), "signature 0");
    assert.equal(toldOf([namesake.leaf, namesake.intermediate]), "signature 1");
  });

  it("has at most six certificates", () => {
    const { leaf, intermediate, root } = family;
    const of = (length: number) => [
      ...[leaf, intermediate],
      ...new Array<Made>(length - 2).fill(root),
    ];
    assert.equal(toldOf(of(maxChainLength)), "trusted");
    assert.equal(toldOf(of(maxChainLength + 1)), `too-long ${maxChainLength}`);
  });

  it("must be within all validity periods, to the second, including the root's", async () => {
    const chain = [family.leaf, family.intermediate];
    const young = { notBefore: around(1_000) };
    const over = { notAfter: around(-1_000) };
    assert.equal(toldOf([await leafWith(young), family.intermediate]), "not-yet-valid 0");
    assert.equal(toldOf([family.leaf, await intermediateWith(young)]), "not-yet-valid 1");
    assert.equal(toldOf(chain, { roots: [(await rootWith(young)).der] }), "not-yet-valid 2");
    assert.equal(toldOf(chain, { roots: [(await rootWith(over)).der] }), "expired 2");
    const brief = [
      await leafWith({ notBefore: now, notAfter: around(10_000) }),
      family.intermediate,
    ];
    const at = (ms: number) => toldOf(brief, { date: now.getTime() + ms });
    assert.deepEqual([at(-1), at(0)], ["not-yet-valid 0", "trusted"]);
    assert.deepEqual([at(10_999), at(11_000)], ["trusted", "expired 0"]);
    assert.equal(toldOf(chain, { date: Number.NaN }), "not-yet-valid 0");
  });

  it("must match its key usage", async () => {
    const { leaf, intermediate } = family;
    const encipher = await leafWith({ extensions: server([host], usage.keyEncipherment) });
    assert.equal(toldOf([encipher, intermediate]), "key-usage 0");
    const [constraints, flags, , names] = server();
    const client = new x509.ExtendedKeyUsageExtension([extended.clientAuth]);
    assert.ok(constraints && flags && names);
    const ofClient = await leafWith({ extensions: [constraints, flags, client, names] });
    assert.equal(toldOf([ofClient, intermediate]), "key-usage 0");
    const silent = await leafWith({ extensions: [names] });
    assert.equal(
      toldOf([silent, intermediate]),
      "trusted",
      "without key usage, every use is allowed",
    );

    const lists = await intermediateWith({ extensions: authority(0, usage.cRLSign) });
    assert.equal(toldOf([leaf, lists]), "key-usage 1");
    const forClients = await intermediateWith({ extensions: [...authority(0), client] });
    assert.equal(toldOf([leaf, forClients]), "key-usage 1");
    const rootOfLists = await rootWith({ extensions: authority(undefined, usage.cRLSign) });
    assert.equal(toldOf([leaf, intermediate], { roots: [rootOfLists.der] }), "key-usage 2");
  });

  it("must have only CAs above its leaf, including the root", async () => {
    const { leaf, intermediate } = family;
    const bare = await intermediateWith({ extensions: authority().slice(1) });
    assert.equal(toldOf([leaf, bare]), "not-a-ca 1");
    const bareRoot = await rootWith({ extensions: authority().slice(1) });
    assert.equal(toldOf([leaf, intermediate], { roots: [bareRoot.der] }), "not-a-ca 2");
    const below = await make({ subject: "CN=below", issuer: leaf, extensions: server() });
    assert.equal(toldOf([below, leaf, intermediate]), "not-a-ca 1");
  });

  it("respects the path length of its CAs", async () => {
    const { intermediate } = family;
    const second = await make({
      subject: "CN=Second",
      issuer: intermediate,
      extensions: authority(),
    });
    const leaf = await leafWith({ issuer: second });
    assert.equal(toldOf([leaf, second, intermediate]), "path-length 2");
    const wider = await intermediateWith({ extensions: authority(1) });
    assert.equal(toldOf([leaf, second, wider]), "trusted");
    const narrow = await rootWith({ extensions: authority(0) });
    const roots = [narrow.der];
    assert.equal(toldOf([family.leaf, intermediate], { roots }), "path-length 2");
    const again = await make({
      subject: "CN=Intermediate",
      issuer: intermediate,
      extensions: authority(0),
    });
    const under = await leafWith({ issuer: again });
    assert.equal(
      toldOf([under, again, intermediate]),
      "trusted",
      "a self-issued one does not count",
    );
  });

  it("has no unsupported critical extension", async () => {
    const { leaf, intermediate } = family;
    // permittedSubtrees: dNSName "iot.example"; 1.3.6.1.4.1.99999.1 is nobody's.
    const bytes = Buffer.from(`300fa00d300b8209${Buffer.from("iot.examp").toString("hex")}`, "hex");
    for (const isCritical of [true, false]) {
      const constraints = new x509.Extension("2.5.29.30", isCritical, bytes);
      const constrained = await intermediateWith({ extensions: [...authority(0), constraints] });
      assert.equal(toldOf([leaf, constrained]), "unknown-critical-extension 1");
    }
    const nobodys = (isCritical: boolean) =>
      new x509.Extension("1.3.6.1.4.1.99999.1", isCritical, Buffer.from("0500", "hex"));
    const unheeded = await leafWith({ extensions: [...server(), nobodys(true)] });
    assert.equal(toldOf([unheeded, intermediate]), "unknown-critical-extension 0");
    const known = await leafWith({ extensions: [...server(), nobodys(false)] });
    assert.equal(toldOf([known, intermediate]), "trusted");
    const strange = await rootWith({ extensions: [...authority(), nobodys(true)] });
    const roots = [strange.der];
    assert.equal(toldOf([leaf, intermediate], { roots }), "unknown-critical-extension 2");
    const twice = await leafWith({ extensions: [...server(), nobodys(false), nobodys(false)] });
    assert.equal(toldOf([twice, intermediate]), "malformed 0");
  });

  it("must use SHA-2 and supported key sizes", async () => {
    const { leaf, intermediate } = family;
    for (const hash of ["SHA-256", "SHA-384", "SHA-512"] as const) {
      assert.equal(toldOf([await leafWith({ hash }), intermediate]), "trusted", hash);
    }
    const hash = "SHA-1";
    assert.equal(toldOf([await leafWith({ hash }), intermediate]), "algorithm 0");
    assert.equal(toldOf([leaf, await intermediateWith({ hash })]), "algorithm 1");
    const old = await rootWith({ hash });
    assert.equal(toldOf([leaf, intermediate], { roots: [old.der] }), "algorithm 2");
    const weak = await leafWith({ key: makeKey("rsa", 1024) });
    assert.equal(toldOf([weak, intermediate]), "algorithm 0");
    const heavy = await leafWith({ key: makeKey("rsa", 4104) });
    assert.equal(toldOf([heavy, intermediate]), "algorithm 0");
  });

  it("may mix RSA and ECDSA, but the signature type must match the key", async () => {
    const ecdsa = makeKey("p256");
    const intermediate = await intermediateWith({ key: ecdsa });
    assert.equal(toldOf([await leafWith({ issuer: intermediate }), intermediate]), "trusted");
    assert.equal(toldOf([family.leaf, intermediate]), "signature 0");
  });

  it("is not trusted if the verifier throws or refuses", () => {
    const { leaf, intermediate } = family;
    const throwing = {
      verify(): boolean {
        throw new Error("no such key");
      },
    };
    assert.equal(toldOf([leaf, intermediate], { verifier: throwing }), "signature 0");
    const [first, last] = [leaf.der.subarray(0, -1), leaf.der.subarray(-1)];
    const changed = Uint8Array.of(...first, (last[0] ?? 0) ^ 1);
    assert.equal(toldOf([{ ...leaf, der: changed }, intermediate]), "signature 0");
  });
});
