import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority, type Identity, issueClient } from "../../host-sim/pki/authority.ts";
import { UserError } from "../command-line/user-error.ts";
import { type CredentialPaths, readCredentials } from "./read.ts";

describe("credentials named on the command line", () => {
  let folder: string;
  let ca: Identity;
  let box: Identity;
  let paths: CredentialPaths;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "boom-box-read-"));
    ca = await createAuthority();
    box = await issueClient(ca, "lot-1");
    paths = {
      ca: await file("ca.pem", ca.certificatePem),
      certificate: await file("box.pem", box.certificatePem),
      key: await file("box.key", box.keyPem),
    };
  });

  after(() => rm(folder, { recursive: true }));

  async function file(name: string, data: string | Uint8Array): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, data);
    return path;
  }

  /** Asserts one line that names the flag and the file, and contains no part of the key. */
  async function assertRefused(changed: Partial<CredentialPaths>, pattern: RegExp, now?: Date) {
    await assert.rejects(readCredentials({ ...paths, ...changed }, now), (error: Error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, pattern);
      assert.doesNotMatch(error.message, /\n|[A-Za-z0-9+/]{64}/);
      for (const path of Object.values(changed)) assert.ok(error.message.includes(path));
      return true;
    });
  }

  it("are read in every form that TLS needs", async () => {
    const read = await readCredentials(paths);
    assert.deepEqual(
      { ...read, certificateDer: undefined, keyDer: undefined, caDer: undefined },
      {
        certificatePem: box.certificatePem,
        certificateDer: undefined,
        chainPem: box.certificatePem,
        keyPem: box.keyPem,
        keyDer: undefined,
        caPem: ca.certificatePem,
        caDer: undefined,
      },
    );
    assert.deepEqual(Buffer.from(read.keyDer), Buffer.from(box.keyDer));
    assert.deepEqual(Buffer.from(read.certificateDer), Buffer.from(box.certificateDer));
    assert.deepEqual(Buffer.from(read.caDer), Buffer.from(ca.certificateDer));
  });

  it("may contain text around the blocks, a chain, and several CAs", async () => {
    const chain = `subject=lot-1\r\n${box.certificatePem}issuer\n${ca.certificatePem}`;
    const read = await readCredentials({
      ...paths,
      certificate: await file("chain.pem", chain),
      ca: await file("bundle.pem", ca.certificatePem + box.certificatePem),
    });
    assert.equal(read.chainPem, box.certificatePem + ca.certificatePem);
    assert.equal(read.caPem, ca.certificatePem + box.certificatePem);
  });

  it("may use elliptic curves: only XS's TLS is limited to RSA", async () => {
    const ec = await issueClient(ca, "lot-1", { keyType: "p256" });
    const certificate = await file("ec.pem", ec.certificatePem);
    const read = await readCredentials({
      ...paths,
      certificate,
      key: await file("ec.key", ec.keyPem),
    });
    assert.equal(read.keyPem, ec.keyPem);
  });

  it("are refused when missing, empty or a folder", async () => {
    await assertRefused({ ca: join(folder, "none") }, /^--ca: .*none does not exist: check/);
    await assertRefused({ key: await file("empty", "") }, /^--key: .*empty is empty: copy/);
    await assertRefused({ certificate: folder }, /^--cert: .* cannot be read: it is a folder/);
  });

  it("are refused when DER, with the command that converts them", async () => {
    const certificate = await file("box.der", box.certificateDer);
    await assertRefused({ certificate }, /^--cert: .* is DER, not PEM: .*openssl x509 -inform der/);
    const key = await file("key.der", box.keyDer);
    await assertRefused({ key }, /^--key: .* is DER, not PEM: .*openssl pkey -inform der/);
  });

  it("are refused when not PEM, or damaged", async () => {
    const words = await file("words", "certificate");
    await assertRefused({ ca: words }, /is not a PEM certificate: name a file/);
    await assertRefused({ key: words }, /is not a PEM private key: name a file/);
    const cut = (pem: string) => pem.slice(0, 200) + pem.slice(300);
    const certificate = await file("cut.pem", cut(box.certificatePem));
    await assertRefused({ certificate }, /holds a damaged certificate: copy it again/);
    const key = await file("cut.key", cut(box.keyPem));
    await assertRefused({ key }, /holds a damaged private key: copy it again/);
  });

  it("are refused when key and certificate are swapped", async () => {
    await assertRefused(
      { certificate: paths.key },
      /^--cert: .* a private key.*: name it with --key/,
    );
    await assertRefused(
      { key: paths.certificate },
      /^--key: .* a certificate.*: name it with --cert/,
    );
  });

  it("are refused when the key has a passphrase", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    for (const type of ["pkcs8", "sec1"] as const) {
      const protection = { cipher: "aes-128-cbc", passphrase: "secret" };
      const pem = privateKey.export({ format: "pem", type, ...protection });
      const key = await file(`${type}.key`, pem);
      await assertRefused({ key }, /is protected by a passphrase: write a copy/);
    }
  });

  it("are refused when the key belongs to another certificate", async () => {
    const key = await file("other.key", ca.keyPem);
    await assertRefused(
      { key },
      /^--key: .*other.key does not belong to the certificate .*box.pem/,
    );
  });

  it("are refused when the certificate has expired, or is not valid yet", async () => {
    const { keyPem } = box;
    const over = await issueClient(ca, "lot-1", {
      keyPem,
      notBefore: new Date("2020-01-01T00:00:00Z"),
      notAfter: new Date("2021-02-03T00:00:00Z"),
    });
    const certificate = await file("over.pem", over.certificatePem);
    await assertRefused({ certificate }, /^--cert: .* expired on 2021-02-03: get a new one/);
    await assertRefused({}, /^--cert: .* is not valid before .*: set this/, new Date("2020-01-01"));
  });

  it("are refused when every CA has expired, but not when only one has", async () => {
    const old = await createAuthority({
      keyPem: ca.keyPem,
      notBefore: new Date("2020-01-01T00:00:00Z"),
      notAfter: new Date("2021-02-03T00:00:00Z"),
    });
    const expired = await file("old.pem", old.certificatePem);
    await assertRefused({ ca: expired }, /^--ca: .* expired on 2021-02-03: get a new one/);
    const bundle = await file("old-and-new.pem", old.certificatePem + ca.certificatePem);
    await readCredentials({ ...paths, ca: bundle });
  });
});
