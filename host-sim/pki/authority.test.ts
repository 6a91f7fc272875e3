import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
// before @peculiar/x509, which throws on load without it
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { notAfterOf, notBeforeOf } from "../../scripts/certs/parse.ts";
import {
  createAuthority,
  type Identity,
  issueCertificate,
  issueClient,
  issueServer,
} from "./authority.ts";

const dayMs = 24 * 3_600_000;
const of = (identity: Identity) => new X509Certificate(identity.certificateDer);

function extension<T extends x509.Extension>(
  identity: Identity,
  type: new (raw: ArrayBuffer) => T,
): T {
  const found = new x509.X509Certificate(identity.certificatePem).getExtension(type);
  assert.ok(found, `has no ${type.name}`);
  return found;
}

describe("certificates", () => {
  let root: Identity;
  let intermediate: Identity;
  let server: Identity;
  let box: Identity;

  before(async () => {
    root = await createAuthority();
    intermediate = await createAuthority({ issuer: root, pathLength: 0 });
    server = await issueServer(intermediate, ["gate.lan", "192.168.1.7"]);
    box = await issueClient(root, "lot:1");
  });

  describe("the CA", () => {
    it("is a self-signed CA, and may only sign", () => {
      const ca = of(root);
      assert.equal(ca.ca, true);
      assert.equal(ca.verify(ca.publicKey), true);
      assert.equal(ca.checkIssued(ca), true);
      const constraints = extension(root, x509.BasicConstraintsExtension);
      assert.deepEqual([constraints.critical, constraints.pathLength], [true, undefined]);
      const usages = extension(root, x509.KeyUsagesExtension);
      assert.equal(usages.critical, true);
      assert.equal(usages.usages, x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign);
    });

    it("has a key identifier, which its certificates refer to", () => {
      const { keyId } = extension(root, x509.SubjectKeyIdentifierExtension);
      for (const identity of [root, intermediate, box]) {
        assert.equal(extension(identity, x509.AuthorityKeyIdentifierExtension).keyId, keyId);
      }
    });

    it("is RSA 2048 with SHA-256, valid for ten years", () => {
      const ca = of(root);
      assert.equal(ca.publicKey.asymmetricKeyDetails?.modulusLength, 2048);
      const { signatureAlgorithm } = new x509.X509Certificate(root.certificatePem);
      assert.deepEqual(signatureAlgorithm.hash, { name: "SHA-256" });
      const days = (notAfterOf(ca).getTime() - notBeforeOf(ca).getTime()) / dayMs;
      assert.equal(days, 3652);
      assert.ok(notBeforeOf(ca).getTime() < Date.now() - 3_500_000);
    });

    it("keeps its name when its key is certified again, so that its certificates stay valid", async () => {
      const again = await createAuthority({ keyPem: root.keyPem });
      assert.notEqual(again.certificatePem, root.certificatePem);
      assert.equal(of(again).subject, of(root).subject);
      assert.equal(of(box).checkIssued(of(again)), true);
      assert.equal(of(box).verify(of(again).publicKey), true);
    });

    it("can be an intermediate with a path length", () => {
      assert.equal(of(intermediate).checkIssued(of(root)), true);
      assert.equal(of(intermediate).verify(of(root).publicKey), true);
      assert.equal(extension(intermediate, x509.BasicConstraintsExtension).pathLength, 0);
    });
  });

  describe("a server's", () => {
    it("contains the machine and the given names, with addresses as addresses", () => {
      const certificate = of(server);
      for (const name of ["localhost", "gate.lan"]) assert.equal(certificate.checkHost(name), name);
      for (const ip of ["127.0.0.1", "::1", "192.168.1.7"]) {
        assert.equal(certificate.checkIP(ip), ip);
      }
      assert.equal(certificate.checkHost("example.org"), undefined);
    });

    it("is for servers, and is not a CA", () => {
      assert.equal(of(server).ca, false);
      assert.deepEqual(of(server).keyUsage, ["1.3.6.1.5.5.7.3.1"]);
      assert.equal(
        extension(server, x509.KeyUsagesExtension).usages,
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
      );
      assert.equal(of(server).checkIssued(of(intermediate)), true);
      assert.equal(of(server).verify(of(intermediate).publicKey), true);
      assert.equal(of(server).verify(of(root).publicKey), false);
    });
  });

  describe("a client's", () => {
    it("names the thing, and is for clients", () => {
      assert.equal(of(box).subject, "CN=lot:1");
      assert.deepEqual(of(box).keyUsage, ["1.3.6.1.5.5.7.3.2"]);
      assert.equal(of(box).ca, false);
    });

    it("escapes special characters in a name", async () => {
      const odd = await issueClient(root, "a,O=b+C=c", { keyPem: box.keyPem });
      assert.equal(of(odd).toLegacyObject().subject.CN, "a,O=b+C=c");
      assert.equal(of(odd).toLegacyObject().subject.O, undefined);
    });

    it("has key and certificate in PEM and DER, the key as PKCS#8", () => {
      assert.match(box.keyPem, /^-----BEGIN PRIVATE KEY-----\n/);
      const base64 = box.keyPem.replace(/-----[A-Z ]+-----|\s/g, "");
      assert.deepEqual(Buffer.from(base64, "base64"), Buffer.from(box.keyDer));
      assert.deepEqual(
        new X509Certificate(box.certificatePem).raw,
        Buffer.from(box.certificateDer),
      );
    });
  });

  it("has a random serial number, positive, of at most 20 bytes", () => {
    const serials = [root, intermediate, server, box].map((each) => of(each).serialNumber);
    for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
    assert.equal(new Set(serials).size, serials.length);
  });

  it("ends with its issuer by default", async () => {
    const { keyPem } = root;
    const notAfter = new Date("2031-01-01T00:00:00Z");
    const shortLived = await createAuthority({ keyPem, notAfter });
    const leaf = await issueClient(shortLived, "lot-1", { keyPem: box.keyPem });
    assert.deepEqual(notAfterOf(of(leaf)), notAfter);
  });

  it("writes dates from 2050 on as GeneralizedTime (RFC 5280, 4.1.2.5)", async () => {
    const notBefore = new Date("2049-12-31T23:59:59Z");
    const notAfter = new Date("2061-01-02T03:04:05Z");
    const late = await issueClient(root, "lot-1", { keyPem: box.keyPem, notBefore, notAfter });
    const der = Buffer.from(late.certificateDer).toString("latin1");
    assert.ok(der.includes("\x17\x0d491231235959Z"));
    assert.ok(der.includes("\x18\x0f20610102030405Z"));
    assert.deepEqual(notAfterOf(of(late)), notAfter);
  });

  it("can be self-signed, expired, or for another name", async () => {
    const forged = await issueCertificate({
      profile: { type: "server", names: ["localhost"] },
      subject: "CN=localhost,O=Mallory",
      keyPem: box.keyPem,
      notBefore: new Date("2020-01-01T00:00:00Z"),
      notAfter: new Date("2020-02-01T00:00:00Z"),
    });
    assert.equal(of(forged).verify(of(forged).publicKey), true);
    assert.equal(of(forged).subject, "CN=localhost\nO=Mallory");
    assert.ok(notAfterOf(of(forged)) < new Date());
  });

  it("can be P-256", async () => {
    const ec = await issueServer(root, [], { keyType: "p256" });
    assert.equal(of(ec).publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
    const signed = await issueClient(ec, "lot-1", { keyPem: box.keyPem });
    assert.equal(of(signed).verify(of(ec).publicKey), true);
  });

  it("refuses an end before the start, and unsupported keys", async () => {
    const notAfter = new Date("2001-01-01T00:00:00Z");
    await assert.rejects(issueClient(root, "lot-1", { keyPem: box.keyPem, notAfter }), /before it/);
    const keyPem = generateKeyPairSync("ed25519").privateKey.export({
      type: "pkcs8",
      format: "pem",
    });
    await assert.rejects(
      createAuthority({ keyPem: keyPem.toString() }),
      /unsupported key type ed25519/,
    );
  });

  it("passes openssl verify -x509_strict", async function () {
    if (spawnSync("openssl", ["version"]).status !== 0) {
      console.log("      (skipped: there is no openssl command here)");
      this.skip();
    }
    const folder = await mkdtemp(join(tmpdir(), "boom-box-openssl-"));
    try {
      const files = { root, intermediate, server, box };
      for (const [name, { certificatePem }] of Object.entries(files)) {
        await writeFile(join(folder, `${name}.pem`), certificatePem);
      }
      const verify = (...args: string[]) =>
        spawnSync("openssl", ["verify", "-x509_strict", "-CAfile", "root.pem", ...args], {
          cwd: folder,
          encoding: "utf8",
        });
      const asServer = ["-purpose", "sslserver", "-verify_ip", "127.0.0.1"];
      assert.equal(
        verify(...asServer, "-untrusted", "intermediate.pem", "server.pem").stdout,
        "server.pem: OK\n",
      );
      assert.equal(verify("-purpose", "sslclient", "box.pem").stdout, "box.pem: OK\n");
      assert.notEqual(verify("-purpose", "sslserver", "box.pem").status, 0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
