import assert from "node:assert/strict";
import { isForHost } from "./host-name.ts";

const isFor = (names: readonly string[], host: string) =>
  isForHost({ dnsNames: names, addresses: [] }, host);

describe("a certificate's names", () => {
  it("match the whole host, case-insensitively", () => {
    assert.ok(isFor(["a.example", "abc-ats.iot.eu-west-1.amazonaws.com"], "a.example"));
    assert.ok(isFor(["A.Example"], "a.eXAMPLE"));
    assert.ok(isFor(["localhost"], "localhost"));
    for (const name of ["b.example", "example", "a.example.com", "xa.example", "a.example."]) {
      assert.ok(!isFor([name], "a.example"), name);
    }
    assert.ok(!isFor([], "a.example"));
  });

  it("match one label with a star, with two more to its right", () => {
    const star = ["*.iot.eu-west-1.amazonaws.com"];
    assert.ok(isFor(star, "abc-ats.iot.eu-west-1.amazonaws.com"));
    assert.ok(!isFor(star, "a.b.iot.eu-west-1.amazonaws.com"));
    assert.ok(!isFor(star, "iot.eu-west-1.amazonaws.com"));
    assert.ok(!isFor(star, ".iot.eu-west-1.amazonaws.com"));
    assert.ok(isFor(["*.example.com"], "a.example.com"));
    assert.ok(!isFor(["*.com"], "example.com"));
    assert.ok(!isFor(["*."], "a."));
  });

  it("must not have a star anywhere else", () => {
    for (const [name, host] of [
      ["*", "localhost"],
      ["a*.example.com", "ab.example.com"],
      ["*a.example.com", "ba.example.com"],
      ["a.*.example.com", "a.b.example.com"],
      ["*.*.example.com", "a.b.example.com"],
      ["*.*.com", "a.b.com"],
      ["a.example.*", "a.example.com"],
    ] as const) {
      assert.ok(!isFor([name], host), name);
    }
  });

  it("do not match if the requested host is not a name", () => {
    const odd = [
      "",
      " ",
      "a b.example",
      "*.example.com",
      "a..example",
      "a.example\0",
      "-a.example",
    ];
    for (const host of [...odd, `${"a".repeat(64)}.example`, `${"a.".repeat(127)}ab`]) {
      assert.ok(!isFor([host], host), JSON.stringify(host));
    }
    assert.ok(!isFor(["a.example\0.attacker.example"], "a.example"));
  });

  it("do not match an address, and the other way round", () => {
    const address = Uint8Array.of(192, 0, 2, 1);
    const both = { dnsNames: ["a.example"], addresses: [address] };
    assert.ok(isForHost(both, "192.0.2.1"));
    assert.ok(isForHost(both, "a.example"));
    assert.ok(!isForHost(both, "192.0.2.2"));
    assert.ok(!isFor(["192.0.2.1", "*.0.2.1"], "192.0.2.1"));
    assert.ok(!isForHost({ dnsNames: [], addresses: [Uint8Array.of(...address, 0)] }, "192.0.2.1"));
  });

  it("do not match another notation of an address", () => {
    const addresses = [Uint8Array.of(192, 0, 2, 1), Uint8Array.of(0, 0, 2, 1)];
    for (const host of [
      "192.0.2.01",
      "0192.0.2.1",
      "256.0.2.1",
      "192.0.513",
      "3221225985",
      "::1",
    ]) {
      assert.ok(!isForHost({ dnsNames: [host], addresses }, host), host);
    }
  });
});
