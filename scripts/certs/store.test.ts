import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import {
  chmod,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  unlink,
  writeFile,
} from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createAuthority, issueClient } from "../../host-sim/pki/authority.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import { listThings, readIdentity, trustFiles, writeIdentity } from "./identity.ts";
import { certificatesOf } from "./parse.ts";
import { identityFiles } from "./paths.ts";
import { type CertificateStep, type EnsureOptions, ensureCertificates } from "./store.ts";

const dayMs = 24 * 3_600_000;
const everyone = ["ca", "server", "service", "lot-1"];

describe("the folder of certificates", () => {
  let scratch: string;
  let fresh: string;
  let firstSteps: CertificateStep[];
  let directory: string;
  let copies = 0;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "boom-box-store-"));
    fresh = join(scratch, "fresh");
    firstSteps = await ensureCertificates({ directory: fresh, things: ["lot-1"] });
  });

  after(() => rm(scratch, { recursive: true }));

  beforeEach(async () => {
    copies += 1;
    directory = join(scratch, String(copies));
    await cp(fresh, directory, { recursive: true });
    await chmod(directory, 0o700);
    // cp applies the umask
    for (const [path] of await snapshot()) await chmod(join(directory, path), 0o600);
    for (const name of everyone) await chmod(join(directory, name), 0o700);
  });

  const ensure = (options: Partial<EnsureOptions> = {}) =>
    ensureCertificates({ directory, things: ["lot-1"], ...options });
  const file = (name: string) => identityFiles(directory, name);
  const certificateOf = async (name: string) =>
    new X509Certificate(await readFile(file(name).certificatePem));

  /** Every file in the folder, with its contents. */
  async function snapshot(): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) {
        files.set(path.slice(directory.length + 1), (await readFile(path)).toString("base64"));
      }
    }
    return files;
  }

  /** `ca kept`, `server renewed`, … */
  const actions = (steps: readonly CertificateStep[]) =>
    steps.map(({ identity, action }) => `${identity} ${action}`);
  const keptExcept = (...changed: string[]) =>
    everyone.map((name) => changed.find((each) => each.startsWith(`${name} `)) ?? `${name} kept`);
  const reasonFor = (steps: readonly CertificateStep[], identity: string) =>
    steps.find((step) => step.identity === identity)?.reason;

  /** Asserts that keys, both forms, chains and trusted CAs match. */
  async function assertSound(): Promise<void> {
    const ca = await certificateOf("ca");
    assert.equal(ca.ca && ca.checkIssued(ca) && ca.verify(ca.publicKey), true);
    for (const name of everyone) {
      const { certificatePem, certificateDer, keyPem, keyDer } = file(name);
      const [leaf, ...issuers] = certificatesOf(await readFile(certificatePem, "latin1"));
      assert.ok(leaf);
      assert.deepEqual(leaf.raw, await readFile(certificateDer), `${name}: DER`);
      assert.equal(leaf.checkIssued(ca) && leaf.verify(ca.publicKey), true, `${name}: issuer`);
      const pem = createPrivateKey(await readFile(keyPem));
      const der = createPrivateKey({ key: await readFile(keyDer), format: "der", type: "pkcs8" });
      assert.equal(leaf.checkPrivateKey(pem) && pem.equals(der), true, `${name}: key`);
      const expected = name === "server" ? [ca.raw] : [];
      assert.deepEqual(
        issuers.map(({ raw }) => raw),
        expected,
        `${name}: chain`,
      );
    }
    const trust = trustFiles(directory, "lot-1");
    assert.deepEqual(await readFile(trust.caDer), ca.raw);
    assert.equal(await readFile(trust.caPem, "latin1"), ca.toString());
  }

  describe("when new", () => {
    it("gets every identity, in this order", async () => {
      assert.deepEqual(
        actions(firstSteps),
        everyone.map((name) => `${name} created`),
      );
      assert.ok(firstSteps.every(({ reason }) => reason === undefined));
      await assertSound();
    });

    it("returns the fingerprints and expiry dates of the files", async () => {
      for (const step of firstSteps) {
        const certificate = await certificateOf(step.identity);
        const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
        assert.equal(step.fingerprint, fingerprint);
        assert.deepEqual(step.notAfter, new Date(certificate.validTo));
      }
    });

    it("is private to its owner, and contains no lock and no temporary files", async () => {
      for (const entry of await readdir(fresh, { recursive: true, withFileTypes: true })) {
        const mode = (await stat(join(entry.parentPath, entry.name))).mode & 0o777;
        assert.equal(mode, entry.isDirectory() ? 0o700 : 0o600, entry.name);
        assert.doesNotMatch(entry.name, /^\./);
      }
      assert.equal((await stat(fresh)).mode & 0o777, 0o700);
      assert.deepEqual(await listThings(fresh), ["lot-1"]);
    });

    it("issues the server's certificate for its names, and the box's for the thing name", async () => {
      const server = await certificateOf("server");
      assert.equal(server.checkHost("localhost"), "localhost");
      assert.equal(server.checkIP("127.0.0.1"), "127.0.0.1");
      assert.equal((await certificateOf("lot-1")).subject, "CN=lot-1");
      assert.equal((await certificateOf("service")).subject, "CN=service");
    });
  });

  describe("when valid", () => {
    it("is unchanged, byte for byte", async () => {
      const before = await snapshot();
      const steps = await ensure();
      assert.deepEqual(actions(steps), keptExcept());
      assert.ok(steps.every(({ reason }) => reason === undefined));
      assert.deepEqual(await snapshot(), before);
    });

    it("gets another box without changing the others", async () => {
      const before = await snapshot();
      assert.deepEqual(actions(await ensure({ things: ["lot-2"] })).slice(3), ["lot-2 created"]);
      const after = await snapshot();
      for (const [path, bytes] of before) assert.equal(after.get(path), bytes, path);
      assert.deepEqual(await listThings(directory), ["lot-1", "lot-2"]);
    });

    it("adds names to the server, and keeps the old ones", async () => {
      const first = await ensure({ serverNames: ["Gate.lan", "10.0.0.7"] });
      assert.deepEqual(actions(first), keptExcept("server renewed"));
      assert.equal(reasonFor(first, "server"), "did not name gate.lan, 10.0.0.7");
      assert.deepEqual(actions(await ensure()), keptExcept());
      await ensure({ serverNames: ["other.lan"] });
      const server = await certificateOf("server");
      assert.equal(
        server.subjectAltName,
        "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:other.lan, DNS:gate.lan, IP Address:10.0.0.7",
      );
      await assertSound();
    });

    it("replaces a key only on request", async () => {
      const before = await readFile(file("lot-1").keyPem, "utf8");
      const steps = await ensure({ renew: ["lot-1"] });
      assert.deepEqual(actions(steps), keptExcept("lot-1 renewed"));
      assert.notEqual(await readFile(file("lot-1").keyPem, "utf8"), before);
      await assertSound();
    });

    it("replaces the CA only on request, then renews every certificate but no other key", async () => {
      const before = await readFile(file("lot-1").keyPem, "utf8");
      const steps = await ensure({ renew: ["ca"] });
      assert.deepEqual(
        actions(steps),
        everyone.map((name) => `${name} renewed`),
      );
      assert.match(String(reasonFor(steps, "lot-1")), /^was signed by another CA \(CN=Boom Box CA/);
      assert.equal(await readFile(file("lot-1").keyPem, "utf8"), before);
      await assertSound();
    });
  });

  describe("when damaged", () => {
    for (const name of everyone) {
      it(`replaces an unreadable certificate for the same key: ${name}`, async () => {
        const key = await readFile(file(name).keyPem, "utf8");
        await writeFile(file(name).certificatePem, "-----BEGIN CERTIFICATE-----\nAAAA\n");
        const steps = await ensure();
        assert.equal(reasonFor(steps, name), "certificate.pem was unreadable");
        assert.ok(actions(steps).includes(`${name} renewed`));
        assert.equal(await readFile(file(name).keyPem, "utf8"), key);
        await assertSound();
        assert.deepEqual(actions(await ensure()), keptExcept());
      });
    }

    it("keeps the boxes' certificates when only the CA's certificate is lost", async () => {
      await unlink(file("ca").certificatePem);
      const steps = await ensure();
      assert.deepEqual(actions(steps), keptExcept("ca renewed", "server renewed"));
      assert.equal(reasonFor(steps, "lot-1"), "restored: ca.der, ca.pem");
      await assertSound();
    });

    it("restores missing files from the other files", async () => {
      const before = await snapshot();
      for (const path of [file("lot-1").certificateDer, file("lot-1").keyDer]) await unlink(path);
      await writeFile(trustFiles(directory, "lot-1").caDer, "");
      const steps = await ensure();
      assert.deepEqual(actions(steps), keptExcept());
      const restored = "restored: private-key.der, certificate.der, ca.der";
      assert.equal(reasonFor(steps, "lot-1"), restored);
      assert.deepEqual(await snapshot(), before);
    });

    it("restores a key from its other form, and moves the unreadable file aside", async () => {
      const { keyPem } = file("lot-1");
      const before = await readFile(keyPem, "utf8");
      await writeFile(keyPem, "scribble");
      const steps = await ensure();
      assert.deepEqual(actions(steps), keptExcept());
      const reason = String(reasonFor(steps, "lot-1"));
      const aside = /^moved aside: (\S+); restored: private-key.pem$/.exec(reason)?.[1];
      assert.equal(await readFile(keyPem, "utf8"), before);
      assert.equal(await readFile(join(directory, "lot-1", String(aside)), "utf8"), "scribble");
    });

    it("makes a new key when neither form can be read, and moves both aside", async () => {
      for (const path of [file("lot-1").keyPem, file("lot-1").keyDer]) await writeFile(path, "x");
      const steps = await ensure();
      assert.deepEqual(actions(steps), keptExcept("lot-1 renewed"));
      const reason = /^the private key was unreadable; moved aside: \S+; moved aside: \S+$/;
      assert.match(String(reasonFor(steps, "lot-1")), reason);
      await assertSound();
    });

    it("issues a certificate for the existing key when the old one is for another key", async () => {
      const stray = await readFile(file("service").keyPem);
      await writeFile(file("lot-1").keyPem, stray);
      await unlink(file("lot-1").keyDer);
      const steps = await ensure();
      const reason = "the private key did not match the certificate";
      assert.equal(reasonFor(steps, "lot-1"), reason);
      assert.deepEqual(await readFile(file("lot-1").keyPem), stray);
      await assertSound();
    });

    it("completes a run that was killed after it wrote the first key", async () => {
      const { keyDer } = file("lot-1");
      const key = await readFile(keyDer);
      for (const name of await readdir(join(directory, "lot-1"))) {
        if (name !== "private-key.der") await unlink(join(directory, "lot-1", name));
      }
      const temporary = join(directory, "lot-1", ".private-key.pem.1-ab.tmp");
      await writeFile(temporary, "half a key", { mode: 0o600 });
      const steps = await ensure();
      assert.equal(reasonFor(steps, "lot-1"), "certificate.pem was missing");
      assert.deepEqual(await readFile(keyDer), key);
      await assert.rejects(stat(temporary), { code: "ENOENT" });
      await assertSound();
    });

    it("completes a renewal that was killed after it wrote the first key", async () => {
      const { keyPem } = await createAuthority();
      const der = createPrivateKey(keyPem).export({ type: "pkcs8", format: "der" });
      await writeFile(file("lot-1").keyDer, der);
      const steps = await ensure();
      assert.deepEqual(actions(steps), keptExcept());
      assert.match(String(reasonFor(steps, "lot-1")), /moved aside.*restored: private-key.der/);
      await assertSound();
    });

    it("narrows wide permissions, and reports that", async () => {
      await chmod(file("lot-1").keyPem, 0o644);
      await chmod(join(directory, "ca"), 0o755);
      const steps = await ensure();
      assert.deepEqual(actions(steps), keptExcept());
      assert.equal(reasonFor(steps, "lot-1"), "made private again: private-key.pem was 0644");
      assert.equal(reasonFor(steps, "ca"), "made private again: ca was 0755");
      assert.equal((await stat(file("lot-1").keyPem)).mode & 0o777, 0o600);
    });
  });

  describe("when old, or issued by or for another", () => {
    it("renews the server's certificate before its 397 days end, for the same key", async () => {
      const key = await readFile(file("server").keyPem, "utf8");
      const early = await ensure({ now: new Date(Date.now() + 389 * dayMs) });
      assert.deepEqual(actions(early), keptExcept());
      const steps = await ensure({ now: new Date(Date.now() + 391 * dayMs) });
      assert.deepEqual(actions(steps), keptExcept("server renewed"));
      assert.match(String(reasonFor(steps, "server")), /^was about to expire on \d{4}-\d\d-\d\d$/);
      assert.equal(await readFile(file("server").keyPem, "utf8"), key);
      await assertSound();
    });

    it("renews everything after ten years, with the same keys and the same CA name", async () => {
      const ca = await certificateOf("ca");
      const now = new Date(Date.now() + 3_700 * dayMs);
      const steps = await ensure({ now });
      assert.deepEqual(
        actions(steps),
        everyone.map((name) => `${name} renewed`),
      );
      assert.match(String(reasonFor(steps, "lot-1")), /^expired on/);
      assert.equal((await certificateOf("ca")).subject, ca.subject);
      assert.ok(steps.every(({ notAfter }) => notAfter > now));
      await assertSound();
    });

    it("renews a certificate that is not valid yet, as after a wrong clock", async () => {
      const steps = await ensure({ now: new Date(Date.now() - 2 * dayMs) });
      assert.match(String(reasonFor(steps, "lot-1")), /^was not valid before/);
    });

    it("renews a certificate that another CA signed, and names that CA", async () => {
      const stranger = await createAuthority({ subject: "CN=Other,O=Elsewhere" });
      const keyPem = await readFile(file("lot-1").keyPem, "utf8");
      const { certificatePem } = await issueClient(stranger, "lot-1", { keyPem });
      await writeFile(file("lot-1").certificatePem, certificatePem);
      const steps = await ensure();
      assert.deepEqual(actions(steps), keptExcept("lot-1 renewed"));
      assert.equal(reasonFor(steps, "lot-1"), "was signed by another CA (CN=Other, O=Elsewhere)");
      assert.equal(await readFile(file("lot-1").keyPem, "utf8"), keyPem);
      await assertSound();
    });

    it("renews a certificate that was issued to another box, or for another use", async () => {
      await cp(join(directory, "lot-1"), join(directory, "lot-2"), { recursive: true });
      const steps = await ensure({ things: ["lot-2"] });
      assert.equal(reasonFor(steps, "lot-2"), "was issued to CN=lot-1");
      await cp(join(directory, "server"), join(directory, "service"), { recursive: true });
      assert.equal(reasonFor(await ensure(), "service"), "was not a client certificate");
      await assertSound();
    });
  });

  describe("when the CA's key is missing", () => {
    beforeEach(async () => {
      await unlink(file("ca").keyPem);
      await unlink(file("ca").keyDer);
    });

    it("is kept while nothing needs a signature, and the missing key is reported", async () => {
      const steps = await ensure();
      assert.deepEqual(actions(steps), keptExcept());
      assert.equal(
        reasonFor(steps, "ca"),
        "the private key is missing: it cannot sign certificates",
      );
    });

    it("fails until a new CA is requested, because that would lock out every box", async () => {
      const before = await snapshot();
      await assert.rejects(ensure({ things: ["lot-2"] }), {
        name: "UserError",
        message: /private-key.pem is needed to sign for "lot-2".*--renew ca/,
      });
      assert.deepEqual(await snapshot(), before);
      await ensure({ renew: ["ca"] });
      await assertSound();
    });
  });

  describe("with two concurrent runs", () => {
    const child = async () => {
      const store = JSON.stringify(join(import.meta.dirname, "store.ts"));
      const options = JSON.stringify({ directory, things: ["lot-1"] });
      const script = `import { ensureCertificates } from ${store};
        process.stdout.write(JSON.stringify(await ensureCertificates(${options})));`;
      const run = spawn(
        process.execPath,
        ["--import", "tsx", "--input-type=module", "-e", script],
        { cwd: projectRoot, stdio: ["ignore", "pipe", "inherit"] },
      );
      return JSON.parse(await text(run.stdout)) as CertificateStep[];
    };

    it("is made by one process and kept by the other", async function () {
      this.timeout(30_000);
      await rm(directory, { recursive: true });
      const runs = await Promise.all([child(), child()]);
      const [made, kept] = runs.sort((a) => (a.at(0)?.action === "created" ? -1 : 1));
      assert.ok(made && kept);
      assert.deepEqual(
        actions(made),
        everyone.map((name) => `${name} created`),
      );
      assert.deepEqual(actions(kept), keptExcept());
      assert.deepEqual((await readdir(directory)).sort(), [...everyone].sort());
      await assertSound();
    });

    it("is not changed when another run does not finish in time", async () => {
      const holder = { pid: process.ppid, host: hostname() };
      await writeFile(
        join(directory, ".lock"),
        JSON.stringify({ ...holder, startedAt: 0, token: "" }),
      );
      await assert.rejects(ensure({ lockWaitMs: 0 }), /\.lock is held by process/);
    });
  });

  describe("with single identities", () => {
    it("reads what TLS needs", async () => {
      const server = await readIdentity(directory, "server");
      assert.equal(server.chainPem, server.certificatePem + server.caPem);
      const box = await readIdentity(directory, "lot-1");
      assert.equal(box.chainPem, box.certificatePem);
      assert.deepEqual(Buffer.from(box.caDer), await readFile(file("ca").certificateDer));
      assert.deepEqual(Buffer.from(box.keyDer), await readFile(file("lot-1").keyDer));
    });

    it("says which file is missing, invalid or for another key, and what to run", async () => {
      await assert.rejects(readIdentity(directory, "lot-9"), {
        name: "UserError",
        message: /lot-9.certificate.pem is missing: run "boom-box certs lot-9"$/,
      });
      await writeFile(file("service").certificatePem, "x");
      await assert.rejects(readIdentity(directory, "service"), /is not a certificate: .*certs"$/);
      await cp(file("ca").keyPem, file("lot-1").keyPem);
      await assert.rejects(readIdentity(directory, "lot-1"), /is not the key of certificate.pem/);
    });

    it("writes nothing over another key without a request", async () => {
      const ca = await readIdentity(directory, "ca");
      const other = await issueClient(ca, "lot-1");
      const before = await snapshot();
      await assert.rejects(writeIdentity(directory, "lot-1", other), /holds another private key/);
      assert.deepEqual(await snapshot(), before);
      const options = { renew: true, trustPem: ca.certificatePem };
      assert.deepEqual(await writeIdentity(directory, "lot-1", other, options), [
        "private-key.der",
        "private-key.pem",
        "certificate.der",
        "certificate.pem",
      ]);
      await assertSound();
    });

    it("refuses invalid names before it writes anything", async () => {
      const before = await snapshot();
      for (const things of [["../evil"], ["ca"], ["Service"], ["a", "A"]]) {
        await assert.rejects(ensure({ things }), { name: "UserError" });
      }
      await assert.rejects(ensure({ renew: ["lot-7"] }), { name: "UserError" });
      await assert.rejects(ensure({ serverNames: ["*"] }), { name: "UserError" });
      assert.deepEqual(await snapshot(), before);
    });

    it("reads a key in an older PEM form", async () => {
      const key = createPrivateKey(await readFile(file("lot-1").keyPem));
      await writeFile(file("lot-1").keyPem, key.export({ type: "pkcs1", format: "pem" }));
      assert.deepEqual(actions(await ensure()), keptExcept());
      const again = createPrivateKey(await readFile(file("lot-1").keyPem));
      assert.ok(createPublicKey(again).equals(createPublicKey(key)));
    });
  });
});
