import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { parseCertificate } from "./certificate.ts";
import { around, host, type Made, make, makeKey, server, x509 } from "./chains.vectors.ts";
import { MalformedError } from "./der.ts";
import { AlgorithmError, parsePublicKey } from "./public-key.ts";

describe("a certificate", () => {
  const key = makeKey("rsa");
  let made: Made;
  before(async () => {
    made = await make({ subject: `CN=${host}`, key, extensions: server([host, "other.example"]) });
  });

  /** The same with other bytes in one place, which must contain some. */
  function withBytes(from: Uint8Array, to: Uint8Array, at: "first" | "last" = "first"): Uint8Array {
    const der = Buffer.from(made.der);
    const place = at === "first" ? der.indexOf(from) : der.lastIndexOf(from);
    assert.ok(place >= 0 && from.length === to.length);
    der.set(to, place);
    return Uint8Array.from(der);
  }
  const hex = (text: string) => Buffer.from(text, "hex");
  const malformed = (der: Uint8Array, message: string) =>
    assert.throws(() => parseCertificate(der), new MalformedError(message));

  it("is read like Node reads it", () => {
    const {
      subject,
      issuer,
      dnsNames,
      notBefore,
      notAfter,
      algorithm,
      key: own,
    } = parseCertificate(made.der);
    assert.deepEqual(subject, issuer);
    assert.deepEqual(dnsNames, [host, "other.example"]);
    const read = new x509.X509Certificate(made.der);
    assert.equal(notBefore, read.notBefore.getTime());
    assert.equal(notAfter, read.notAfter.getTime() + 999, "until the end of that second");
    assert.deepEqual(algorithm, { type: "rsa", hash: "SHA256" });
    const spki = createPublicKey(key).export({ type: "spki", format: "der" });
    assert.deepEqual(own.spki, Uint8Array.from(spki));
  });

  it("may be valid beyond 2049, with a four-digit year", async () => {
    const notAfter = new Date("2061-02-28T23:59:59Z");
    const { der } = await make({ subject: "CN=long", key, notAfter, extensions: server() });
    assert.equal(parseCertificate(der).notAfter, notAfter.getTime() + 999);
  });

  it("has valid times in the standard's form", () => {
    const text = `${around(0).toISOString().slice(2, 4)}`;
    assert.equal(text, "26");
    const [notBefore] =
      Buffer.from(made.der)
        .toString("latin1")
        .match(/\d{12}Z/) ?? [];
    assert.ok(notBefore);
    const parse = (time: string) =>
      parseCertificate(withBytes(Buffer.from(notBefore), Buffer.from(time))).notBefore;
    assert.equal(parse("491231235959Z"), Date.UTC(2049, 11, 31, 23, 59, 59));
    assert.equal(parse("500101000000Z"), Date.UTC(1950, 0));
    assert.equal(parse("240229000000Z"), Date.UTC(2024, 1, 29));
    for (const time of [
      ...["260631000000Z", "250229000000Z", "261301000000Z", "260001000000Z", "260100000000Z"],
      ...["260101240000Z", "260101006000Z", "260101000060Z"],
    ]) {
      assert.throws(() => parse(time), new MalformedError("invalid time"), time);
    }
    for (const time of ["2601010000000", "260101000000z", "26010100000 Z", "-60101000000Z"]) {
      assert.throws(() => parse(time), new MalformedError("not a time"), time);
    }
  });

  it("has version 3", () => {
    for (const version of ["a003020101", "a003020100", "a003020103"]) {
      malformed(withBytes(hex("a003020102"), hex(version)), "not version 3");
    }
    malformed(withBytes(hex("a003020102"), hex("0203020102")), "expected tag 160");
  });

  it("has no trailing bytes on either level", () => {
    const [outer, inner] = [0, 4];
    const more = Buffer.concat([made.der, hex("0500")]);
    more.writeUInt16BE(more.readUInt16BE(outer + 2) + 2, outer + 2);
    malformed(Uint8Array.from(more), "trailing bytes");
    const end = inner + 4 + Buffer.from(made.der).readUInt16BE(inner + 2);
    const within = Buffer.concat([made.der.subarray(0, end), hex("0500"), made.der.subarray(end)]);
    for (const at of [outer, inner]) within.writeUInt16BE(within.readUInt16BE(at + 2) + 2, at + 2);
    malformed(Uint8Array.from(within), "trailing bytes");
  });

  it("states the same signature algorithm twice", () => {
    const [sha256, sha384] = [hex("2a864886f70d01010b"), hex("2a864886f70d01010c")];
    malformed(withBytes(sha256, sha384, "first"), "algorithms differ");
    malformed(withBytes(sha256, sha384, "last"), "algorithms differ");
  });

  it("has a supported key type, curve and size", () => {
    const parse = (own: KeyObject) =>
      parsePublicKey(createPublicKey(own).export({ type: "spki", format: "der" }));
    const rsa = (modulusLength: number, publicExponent = 65_537) =>
      generateKeyPairSync("rsa", { modulusLength, publicExponent }).privateKey;
    const curve = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
    assert.equal(parse(rsa(2048)).type, "rsa");
    assert.equal(parse(curve("P-256")).type, "ecdsa");
    assert.equal(parse(curve("P-384")).type, "ecdsa");
    for (const [name, weak] of Object.entries({
      "RSA of 1,024 bits": rsa(1024),
      "RSA with an exponent of 3": rsa(2048, 3),
      "P-521": curve("P-521"),
      secp256k1: curve("secp256k1"),
      Ed25519: generateKeyPairSync("ed25519").privateKey,
      "RSA-PSS": generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey,
    })) {
      assert.throws(() => parse(weak), AlgorithmError, name);
    }
  });

  it("has an uncompressed point, and an odd modulus", () => {
    const spki = createPublicKey(makeKey("p256")).export({ type: "spki", format: "der" });
    const other = Uint8Array.from(spki);
    other[other.length - 65] = 2;
    assert.throws(() => parsePublicKey(other), new AlgorithmError("unsupported point form"));
    const even = createPublicKey(key).export({ type: "spki", format: "der" });
    // Before the exponent: 2, 3, 1, 0, 1.
    even.writeUInt8(even.readUInt8(even.length - 6) & 0xfe, even.length - 6);
    assert.throws(() => parsePublicKey(even), new AlgorithmError("even modulus"));
  });
});
