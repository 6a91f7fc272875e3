import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { whyUnusableRoot } from "./box-trust.ts";

describe("a root certificate for the box", () => {
  const folder = mkdtempSync(join(tmpdir(), "boom-box-"));
  after(() => rmSync(folder, { recursive: true }));

  function root(key: readonly string[], signing: readonly string[], extensions = true): Buffer {
    const file = join(folder, "ca.der");
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-nodes", "-newkey", ...key, "-keyout", join(folder, "key")],
        ...["-subj", "/CN=x", "-days", "9", "-outform", "der", "-out", file, ...signing],
        ...(extensions ? [] : ["-addext", "basicConstraints=critical,CA:FALSE"]),
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    return readFileSync(file);
  }

  it("is usable with RSA or P-256 and SHA-256", () => {
    assert.equal(whyUnusableRoot(root(["rsa:2048"], ["-sha256"])), undefined);
    const p256 = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    assert.equal(whyUnusableRoot(root(p256, ["-sha384"])), undefined);
  });

  for (const [what, key, signing] of [
    ["SHA-1", ["rsa:2048"], ["-sha1"]],
    ["RSA-PSS", ["rsa:2048"], ["-sha256", "-sigopt", "rsa_padding_mode:pss"]],
    ["RSA with 1024 bits", ["rsa:1024"], ["-sha256"]],
    ["P-521", ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"], ["-sha256"]],
    ["Ed25519", ["ed25519"], []],
  ] as const) {
    it(`is not usable with ${what}`, () => {
      assert.match(
        String(whyUnusableRoot(root(key, signing))),
        /does not support: the box needs RSA/,
      );
    });
  }

  it("is not usable when it is no CA, or no certificate", () => {
    const leaf = root(["rsa:2048"], ["-sha256"], false);
    assert.equal(whyUnusableRoot(leaf), "is not a CA certificate");
    assert.match(String(whyUnusableRoot(Buffer.from("x"))), /not a version 3 certificate/);
  });
});
