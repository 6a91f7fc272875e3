import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { checkUpdate, type UpdateTarget } from "../../device/core/update-check.ts";
import { updateVerifier } from "../../host-sim/hardware/update.ts";
import { listThings } from "../certs/identity.ts";
import { UserError } from "../command-line/user-error.ts";
import { firmwareFor, firmwareOf, partsOf, secureFirmwareOf } from "../package/firmware.rig.ts";
import { ensureSecureBootKey, requireSecureBootKey } from "./secure-boot-key.ts";
import { ensureSigningKey, readSigningKey, readUpdateKeys, signingFiles } from "./signing-key.ts";
import { readUpdateFile, signUpdate, writeUpdateFile } from "./update-file.ts";
import { readUpdate, removeUpdate, writeUpdate } from "./write-update.ts";

const firmware = firmwareOf({ version: "1.2.3", network: "ethernet", parts: partsOf(3_000) });

describe("signing updates", () => {
  let certs: string;

  beforeEach(() => {
    certs = mkdtempSync(join(tmpdir(), "boom-box-signing-"));
  });
  afterEach(() => rmSync(certs, { recursive: true }));

  async function refusal(promise: Promise<unknown>): Promise<string> {
    const error = await promise.then(
      () => assert.fail("it was accepted"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof UserError, String(error));
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }

  const pemOf = (curve: string) => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: curve });
    return {
      privatePem: privateKey.export({ format: "pem", type: "pkcs8" }),
      publicPem: publicKey.export({ format: "pem", type: "spki" }),
    };
  };

  describe("the key", () => {
    it("is made once, for its owner's eyes alone, and never replaced", async () => {
      const { outcome, files } = await ensureSigningKey(certs);
      assert.equal(outcome, "made");
      const pem = readFileSync(files.privateKey, "utf8");
      assert.equal(statSync(files.privateKey).mode & 0o777, 0o600);
      const again = await ensureSigningKey(certs);
      assert.equal(again.outcome, "kept");
      assert.equal(readFileSync(files.privateKey, "utf8"), pem);
      assert.deepEqual(await listThings(certs), [], "and it is no box");
    });

    it("is made private again, and its public key is written again", async () => {
      const { files } = await ensureSigningKey(certs);
      chmodSync(files.privateKey, 0o644);
      rmSync(files.publicKey);
      const { tightened } = await ensureSigningKey(certs);
      assert.match(tightened ?? "", /0644/);
      assert.equal(statSync(files.privateKey).mode & 0o777, 0o600);
      const key = createPublicKey(readFileSync(files.publicKey));
      assert.equal(key.asymmetricKeyDetails?.namedCurve, "prime256v1");
    });

    it("is not made when only the public key is there, or another one", async () => {
      const { files } = await ensureSigningKey(certs);
      const pem = readFileSync(files.privateKey);
      rmSync(files.privateKey);
      assert.match(await refusal(ensureSigningKey(certs)), /restore it from a backup/);
      assert.ok(!existsSync(files.privateKey));
      writeFileSync(files.privateKey, pem);
      writeFileSync(files.publicKey, pemOf("P-256").publicPem);
      assert.match(await refusal(ensureSigningKey(certs)), /is not the public key of/);
    });

    it("is refused when it is something else", async () => {
      const path = join(certs, "key.pem");
      assert.match(await refusal(readSigningKey(path)), /boom-box signing-key/);
      for (const text of ["", "nonsense", pemOf("P-384").privatePem, pemOf("P-256").publicPem]) {
        writeFileSync(path, text);
        assert.match(await refusal(readSigningKey(path)), /no private key on P-256/);
      }
    });

    it("goes into an image, with a second one", async () => {
      assert.deepEqual(await readUpdateKeys(certs), []);
      await ensureSigningKey(certs);
      const { secondPublicKey } = signingFiles(certs);
      writeFileSync(secondPublicKey, pemOf("P-256").publicPem);
      const points = await readUpdateKeys(certs);
      assert.equal(points.length, 2);
      for (const point of points) assert.match(point, /^04[\da-f]{128}$/);
      writeFileSync(secondPublicKey, pemOf("P-384").publicPem);
      assert.match(await refusal(readUpdateKeys(certs)), /no public key on P-256/);
    });
  });

  describe("the key of Secure Boot", () => {
    it("is made once, for RSA-3072 and for its owner's eyes alone", async () => {
      const { outcome, path } = await ensureSecureBootKey(certs);
      assert.equal(outcome, "made");
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.equal(createPublicKey(readFileSync(path)).asymmetricKeyDetails?.modulusLength, 3072);
      chmodSync(path, 0o640);
      const again = await ensureSecureBootKey(certs);
      assert.equal(again.outcome, "kept");
      assert.match(again.tightened ?? "", /0640/);
      assert.equal(await requireSecureBootKey(certs), path);
      assert.deepEqual(await listThings(certs), [], "and it is no box");
    });

    it("is refused when it is something else, and never replaced", async () => {
      const { path } = await ensureSecureBootKey(certs);
      for (const text of ["", "nonsense", pemOf("P-256").privatePem]) {
        writeFileSync(path, text);
        assert.match(await refusal(requireSecureBootKey(certs)), /no private key for RSA-3072/);
        assert.match(await refusal(ensureSecureBootKey(certs)), /no private key for RSA-3072/);
        assert.equal(readFileSync(path, "utf8"), text);
      }
    });
  });

  describe("the update of a package", () => {
    it("of a secure firmware is for a secure box alone", async () => {
      const { files } = await ensureSigningKey(certs);
      const key = await readSigningKey(files.privateKey);
      const { manifest } = signUpdate(secureFirmwareOf(), key, "0.0.0");
      assert.equal(manifest.chip, "ESP32-secure");
      assert.equal(signUpdate(firmware, key, "0.0.0").manifest.chip, "ESP32");
    });

    it("is what a box with the key accepts", async () => {
      const { files } = await ensureSigningKey(certs);
      const options = { folder: certs, firmware, keyFile: files.privateKey };
      await writeUpdate({ ...options, minimumVersion: "1.0.0" });
      const { signed, manifest } = await readUpdate(certs, firmware);
      const points = await readUpdateKeys(certs);
      const target: UpdateTarget = {
        version: "1.2.2",
        chip: "ESP32",
        network: "ethernet",
        slotBytes: firmware.slotBytes,
        keyCount: points.length,
        verify: updateVerifier(points),
        freeHeap: () => undefined,
      };
      const check = checkUpdate({ ...signed, stream: "s", file: 0 }, target);
      assert.equal(check.type, "fits");
      assert.ok(check.type === "fits");
      assert.deepEqual(check.manifest, manifest);
      assert.equal(manifest.size, firmware.parts[0]?.bytes.length);
      const old = checkUpdate({ ...signed, stream: "s", file: 0 }, { ...target, version: "0.9.0" });
      assert.equal(old.type === "refused" && old.reason, "minimum-version");
    });

    it("is refused by the package of another firmware, and removed with an unsigned one", async () => {
      const { files } = await ensureSigningKey(certs);
      const options = { folder: certs, keyFile: files.privateKey, minimumVersion: "0.0.0" };
      await writeUpdate({ ...options, firmware });
      const other = firmwareOf({ parts: partsOf(4_000) });
      assert.match(await refusal(readUpdate(certs, other)), /about another firmware/);
      await removeUpdate(certs);
      assert.match(await refusal(readUpdate(certs, firmware)), /package --sign/);
    });

    it("says its chip, and is refused by the package of another one", async () => {
      const { files } = await ensureSigningKey(certs);
      const key = await readSigningKey(files.privateKey);
      const c3 = firmwareFor("esp32c3");
      assert.equal(signUpdate(c3, key, "0.0.0").manifest.chip, "ESP32-C3");
      assert.equal(signUpdate(firmwareFor("esp32s3"), key, "0.0.0").manifest.chip, "ESP32-S3");
      await writeUpdate({
        folder: certs,
        keyFile: files.privateKey,
        minimumVersion: "0.0.0",
        firmware: c3,
      });
      const renamed = { ...c3, chip: "esp32s3" } as const;
      assert.match(await refusal(readUpdate(certs, renamed)), /about another firmware/);
      assert.equal((await readUpdate(certs, c3)).manifest.chip, "ESP32-C3");
    });

    it("is refused for a version that boxes cannot compare", async () => {
      const key = await readSigningKey((await ensureSigningKey(certs)).files.privateKey);
      const beta = firmwareOf({ version: "1.0.0-beta" });
      assert.throws(() => signUpdate(beta, key, "0.0.0"), UserError);
    });

    it("is refused with any other byte, by another key, and whatever else it is", async () => {
      const key = await readSigningKey((await ensureSigningKey(certs)).files.privateKey);
      const text = writeUpdateFile(signUpdate(firmware, key, "1.0.0"));
      assert.equal(typeof readUpdateFile(text, key), "object");
      const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      assert.equal(readUpdateFile(text, publicKey), "is not signed with this key");
      const json = JSON.parse(text);
      const wrong = [
        { ...json, more: 1 },
        { ...json, operation: "x" },
        { ...json, manifest: "e30=" },
      ];
      for (const each of wrong) {
        assert.equal(typeof readUpdateFile(JSON.stringify(each), key), "string");
      }
      fc.assert(fc.property(fc.string(), (each) => typeof readUpdateFile(each) === "string"));
      const { manifest } = json;
      fc.assert(
        fc.property(fc.nat(manifest.length - 3), fc.constantFrom("A", "b", "7"), (at, letter) => {
          fc.pre(manifest[at] !== letter);
          const changed = manifest.slice(0, at) + letter + manifest.slice(at + 1);
          assert.equal(
            typeof readUpdateFile(JSON.stringify({ ...json, manifest: changed }), key),
            "string",
          );
        }),
      );
    });
  });
});
