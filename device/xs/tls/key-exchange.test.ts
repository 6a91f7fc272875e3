import assert from "node:assert/strict";
import { createECDH, type KeyObject, randomBytes, sign } from "node:crypto";
import { parseCertificate } from "./certificate.ts";
import { host, make, makeKey, server } from "./chains.vectors.ts";
import { type KeyExchangeContext, readKeyExchange } from "./key-exchange.ts";
import { nodeVerifier } from "./node-verifier.fake.ts";
import type { PublicKey } from "./public-key.ts";

const rsaSuite = [0xc0, 0x2f];
const ecdsaSuite = [0xc0, 0x2b];

describe("a server's key exchange", () => {
  const clientRandom = randomBytes(32);
  const serverRandom = randomBytes(32);
  const point = createECDH("prime256v1").generateKeys();
  const params = Buffer.from([3, 0, 23, 65, ...point]);
  const rsa = makeKey("rsa");
  const ecdsa = makeKey("p256");
  let rsaKey: PublicKey;
  let ecdsaKey: PublicKey;

  before(async () => {
    const publicOf = async (key: KeyObject) =>
      parseCertificate((await make({ subject: `CN=${host}`, key, extensions: server() })).der).key;
    rsaKey = await publicOf(rsa);
    ecdsaKey = await publicOf(ecdsa);
  });

  interface Wish {
    readonly key?: KeyObject;
    readonly randoms?: readonly [client: Uint8Array, server: Uint8Array];
    readonly hash?: string;
    readonly codes?: readonly number[];
    readonly signed?: Uint8Array;
    readonly shown?: Uint8Array;
  }

  /** As a server sends it: SHA-256 and RSA by default. */
  function bodyOf(wish: Wish = {}): Uint8Array {
    const { key = rsa, randoms = [clientRandom, serverRandom], hash = "sha256" } = wish;
    const { codes = [4, 1], signed = params, shown = signed } = wish;
    const signature = sign(hash, Buffer.concat([...randoms, signed]), key);
    const length = [signature.length >> 8, signature.length & 0xff];
    return Uint8Array.from([...shown, ...codes, ...length, ...signature]);
  }

  function read(body: Uint8Array, context: Partial<KeyExchangeContext> = {}) {
    return readKeyExchange(body, {
      clientRandom,
      serverRandom,
      suite: rsaSuite,
      key: rsaKey,
      verifier: nodeVerifier,
      ...context,
    });
  }

  it("is accepted if the leaf's key signed it, RSA or ECDSA", () => {
    const expected = { curve: 23, point: Uint8Array.from(point) };
    assert.deepEqual(read(bodyOf()), expected);
    const body = bodyOf({ key: ecdsa, codes: [4, 3] });
    assert.deepEqual(read(body, { suite: ecdsaSuite, key: ecdsaKey }), expected);
  });

  it("is refused if unsigned, which the SDK alone would accept", () => {
    for (const tail of [[], [0, 0, 0, 0], [4, 1, 0, 0], [0, 1, 0, 0], [9, 9, 0, 0]]) {
      assert.equal(read(Uint8Array.from([...params, ...tail])), undefined, tail.join());
    }
  });

  it("is refused if signed by another key, or for another connection", () => {
    assert.equal(read(bodyOf({ key: makeKey("rsa") })), undefined);
    const other = randomBytes(32);
    assert.equal(read(bodyOf({ randoms: [other, serverRandom] })), undefined);
    assert.equal(read(bodyOf({ randoms: [clientRandom, other] })), undefined);
    assert.equal(read(bodyOf({ randoms: [serverRandom, clientRandom] })), undefined);
    assert.equal(read(bodyOf(), { clientRandom: new Uint8Array(0) }), undefined);
    assert.equal(read(bodyOf(), { serverRandom: new Uint8Array(31) }), undefined);
  });

  it("is refused if a random is missing or all zeros", () => {
    const zeros = new Uint8Array(32);
    const none = new Uint8Array(0);
    const noClient = bodyOf({ randoms: [zeros, serverRandom] });
    assert.equal(read(noClient, { clientRandom: none }), undefined);
    const noServer = bodyOf({ randoms: [clientRandom, zeros] });
    assert.equal(read(noServer, { serverRandom: none }), undefined);
  });

  it("is refused if its content differs from what was signed", () => {
    const shown = Buffer.from([3, 0, 23, 65, ...createECDH("prime256v1").generateKeys()]);
    assert.equal(read(bodyOf({ shown })), undefined);
  });

  it("is refused with a weaker hash, whether declared or not", () => {
    for (const [hash, code] of [
      ["sha1", 2],
      ["sha256", 2],
      ["sha384", 5],
      ["sha1", 4],
    ] as const) {
      assert.equal(read(bodyOf({ hash, codes: [code, 1] })), undefined, hash);
    }
  });

  it("is refused if suite, signature and key types differ", () => {
    const ecdsaBody = bodyOf({ key: ecdsa, codes: [4, 3] });
    assert.equal(read(ecdsaBody), undefined);
    assert.equal(read(ecdsaBody, { key: ecdsaKey }), undefined);
    assert.equal(read(bodyOf(), { suite: ecdsaSuite }), undefined);
    assert.equal(read(ecdsaBody, { suite: ecdsaSuite }), undefined);
    assert.equal(read(bodyOf({ codes: [4, 3] })), undefined);
    assert.equal(read(bodyOf(), { suite: [0, 0x9c] }), undefined);
    assert.equal(read(bodyOf(), { suite: [] }), undefined);
  });

  it("is refused with another curve or point form", () => {
    const changes: readonly (readonly [place: number, value: number])[] = [
      [0, 1],
      [2, 24],
      [3, 64],
      [4, 2],
    ];
    for (const [place, value] of changes) {
      const signed = Buffer.from(params);
      signed[place] = value;
      assert.equal(read(bodyOf({ signed })), undefined, `byte ${place}`);
    }
  });

  it("is refused if truncated or extended", () => {
    const body = bodyOf();
    for (let length = 0; length < body.length; length++) {
      assert.equal(read(body.subarray(0, length)), undefined);
    }
    assert.equal(read(Uint8Array.from([...body, 0])), undefined);
    const length = params.length + 2;
    assert.equal(read(body.with(length, 2)), undefined, "another declared length");
  });
});
