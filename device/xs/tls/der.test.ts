import assert from "node:assert/strict";
import { areEqual, DerReader, MalformedError, tag, toHex } from "./der.ts";

const of = (hex: string) => new DerReader(Uint8Array.from(Buffer.from(hex, "hex")));
const malformed = (run: () => unknown, name?: string) => assert.throws(run, MalformedError, name);

describe("DER", () => {
  it("is read value by value, as views", () => {
    const bytes = Uint8Array.from(Buffer.from("300602010a0101ff0500", "hex"));
    const reader = new DerReader(bytes);
    assert.ok(reader.isNext(tag.sequence));
    const inner = reader.readSequence();
    assert.equal(inner.readSmall(), 10);
    assert.equal(inner.readFlag(), true);
    assert.ok(inner.isAtEnd);
    assert.equal(inner.isNext(0), false);
    const { tag: found, content, whole } = reader.readAny();
    assert.equal(found, tag.null);
    assert.equal(content.length, 0);
    assert.equal(toHex(whole), "0500");
    assert.equal(whole.buffer, bytes.buffer);
    reader.end();
    malformed(() => reader.readAny());
  });

  it("must have the expected tag", () => {
    malformed(() => of("0500").read(tag.integer));
    malformed(() => of("").read(tag.integer));
    malformed(() => of("0500").readWholeSequence());
    assert.equal(toHex(of("3000").readWholeSequence()), "3000");
    malformed(() => of("1f810100").readAny(), "a multi-byte tag");
  });

  it("must have definite, minimal lengths", () => {
    const content = (length: number) => "00".repeat(length);
    assert.equal(of(`047f${content(127)}`).read(tag.octetString).length, 127);
    assert.equal(of(`048180${content(128)}`).read(tag.octetString).length, 128);
    assert.equal(of(`04820100${content(256)}`).read(tag.octetString).length, 256);
    for (const hex of [
      `04817f${content(127)}`,
      `048200ff${content(255)}`,
      `0480${content(4)}`,
      `0483000100${content(256)}`,
      `04ff${content(200)}`,
      "04",
      "0481",
      "048201",
      "0402ff",
      "04820100ff",
    ]) {
      malformed(() => of(hex).readAny(), hex.slice(0, 16));
    }
  });

  it("must have non-negative, minimal integers", () => {
    assert.equal(toHex(of("020100").readUnsigned()), "00");
    assert.equal(toHex(of("02020080").readUnsigned()), "80");
    for (const hex of ["0200", "020180", "0202007f", "02020000", "0203ffffff"]) {
      malformed(() => of(hex).readUnsigned(), hex);
    }
    assert.equal(of("020200ff").readSmall(), 255);
    malformed(() => of("02020100").readSmall());
  });

  it("has booleans with two values, absent means false", () => {
    assert.equal(of("0500").readFlag(), false);
    assert.equal(of("").readFlag(), false);
    assert.equal(of("010100").readFlag(), false);
    for (const hex of ["010101", "0100", "0102ffff"]) malformed(() => of(hex).readFlag(), hex);
  });

  it("must have bit strings of whole bytes, and non-empty identifiers", () => {
    assert.equal(toHex(of("030300abcd").readBytesOfBits()), "abcd");
    for (const hex of ["0300", "030201fe"]) malformed(() => of(hex).readBytesOfBits(), hex);
    assert.equal(of("0603551d11").readObjectIdentifier(), "551d11");
    malformed(() => of("0600").readObjectIdentifier());
    malformed(() => of(`0641${"01".repeat(65)}`).readObjectIdentifier());
  });

  it("must not have trailing bytes", () => {
    of("").end();
    malformed(() => of("00").end());
  });

  it("is compared by its bytes", () => {
    assert.ok(areEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 2)));
    assert.ok(!areEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
    assert.ok(!areEqual(Uint8Array.of(1, 2), Uint8Array.of(1)));
    assert.ok(!areEqual(Uint8Array.of(1), Uint8Array.of(1, 2)));
  });
});
