import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compareVersions,
  isVersion,
  readUpdateDocument,
  readUpdateManifest,
  signedManifest,
  type UpdateManifest,
  writeUpdateManifest,
} from "./update.ts";

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

const manifest: UpdateManifest = {
  type: "boom-box-firmware",
  version: "1.2.3",
  chip: "ESP32",
  network: "wifi",
  size: 1_589_936,
  sha256: "0123456789abcdef".repeat(4),
  minimumVersion: "1.0.0",
};
const document = {
  ...signedManifest(base64(bytesOf(writeUpdateManifest(manifest))), base64(new Uint8Array(70))),
  stream: "firmware-1_2_3",
  file: 0,
};

const number = fc.nat({ max: 99_999 });
const version = fc.tuple(number, number, number).map((numbers) => numbers.join("."));

describe("the document of an update", () => {
  it("is read as it was written", () => {
    const read = readUpdateDocument(JSON.parse(JSON.stringify(document)));
    assert.deepEqual(read && readUpdateManifest(read.manifest), manifest);
    assert.deepEqual(
      { stream: read?.stream, file: read?.file, signature: read?.signature.length },
      { stream: "firmware-1_2_3", file: 0, signature: 70 },
    );
  });

  it("is refused with a field more, a field less, or a value of another kind", () => {
    const wrong: readonly unknown[] = [
      undefined,
      null,
      "text",
      [],
      { ...document, more: 1 },
      { ...document, file: undefined },
      { ...document, file: "0" },
      { ...document, file: 256 },
      { ...document, file: -1 },
      { ...document, file: 0.5 },
      { ...document, operation: "reboot" },
      { ...document, stream: "" },
      { ...document, stream: "a/b" },
      { ...document, stream: "a".repeat(129) },
      { ...document, manifest: "not base64!" },
      { ...document, manifest: "" },
      { ...document, manifest: base64(new Uint8Array(1_025)) },
      { ...document, signature: 7 },
      { ...document, signature: base64(new Uint8Array(73)) },
    ];
    for (const each of wrong) assert.equal(readUpdateDocument(each), undefined);
  });

  it("may be anything: reading never throws", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void readUpdateDocument(value)));
    fc.assert(
      fc.property(
        fc.record(
          {
            operation: fc.constant("firmware-update"),
            manifest: fc.string(),
            signature: fc.string(),
          },
          { requiredKeys: [] },
        ),
        (value) => assert.equal(readUpdateDocument(value), undefined),
      ),
    );
  });
});

describe("a manifest", () => {
  const read = (value: unknown) => readUpdateManifest(bytesOf(JSON.stringify(value)));

  it("is refused with a field more, a field less, or a value of another kind", () => {
    assert.deepEqual(read(manifest), manifest);
    const wrong: readonly unknown[] = [
      null,
      [],
      { ...manifest, more: 1 },
      { ...manifest, chip: undefined },
      { ...manifest, type: "other" },
      { ...manifest, version: "1.2" },
      { ...manifest, version: "01.2.3" },
      { ...manifest, version: 1 },
      { ...manifest, minimumVersion: "1.0.0-beta" },
      { ...manifest, chip: "" },
      { ...manifest, chip: "ESP 32" },
      { ...manifest, network: "lora" },
      { ...manifest, size: 0 },
      { ...manifest, size: "1" },
      { ...manifest, size: 1.5 },
      { ...manifest, size: 16 * 1024 * 1024 + 1 },
      { ...manifest, sha256: manifest.sha256.toUpperCase() },
      { ...manifest, sha256: "0".repeat(63) },
    ];
    for (const each of wrong) assert.equal(read(each), undefined, JSON.stringify(each));
  });

  it("is refused when it is longer than 1 KB", () => {
    const padded = `${JSON.stringify(manifest)}${" ".repeat(1_024)}`;
    assert.equal(readUpdateManifest(bytesOf(padded)), undefined);
  });

  it("may be any bytes: reading never throws", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readUpdateManifest(bytes)));
  });
});

describe("a version", () => {
  it("is three numbers of at most five digits, without leading zeros", () => {
    fc.assert(fc.property(version, (text) => assert.ok(isVersion(text))));
    const wrong = [
      "",
      "1",
      "1.2",
      "1.2.3.4",
      "1.2.",
      "1..3",
      "00.1.2",
      "1.2.100000",
      "1.2.x",
      "-1.2.3",
    ];
    for (const text of wrong) assert.ok(!isVersion(text), text);
  });

  it("is compared number by number", () => {
    assert.ok(compareVersions("1.2.10", "1.2.9") > 0);
    assert.ok(compareVersions("0.99.99", "1.0.0") < 0);
    assert.equal(compareVersions("1.2.3", "1.2.3"), 0);
    const rankOf = (text: string) =>
      text.split(".").reduce((sum, each) => sum * 100_000 + Number(each), 0);
    fc.assert(
      fc.property(version, version, (a, b) => {
        assert.equal(Math.sign(compareVersions(a, b)), Math.sign(rankOf(a) - rankOf(b)));
      }),
    );
  });
});
