import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority, type Identity } from "../../host-sim/pki/authority.ts";
import { signRequest } from "../../host-sim/pki/request.ts";
import { ensureCertificates } from "../certs/store.ts";
import { clearNext, installNext, prepareNext, restoreInstalled, writeNext } from "./folder.ts";

const four = ["certificate.der", "certificate.pem", "private-key.der", "private-key.pem"];

describe("a box's folder while its certificate changes", () => {
  let ca: Identity;
  let certs: string;

  before(async () => {
    ca = await createAuthority({ keyType: "p256" });
  });
  beforeEach(async () => {
    certs = mkdtempSync(join(tmpdir(), "boom-box-"));
    await ensureCertificates({ directory: certs, things: ["lot-1"] });
    const { key, request } = await prepareNext(certs, "lot-1");
    await writeNext(certs, "lot-1", key, (await signRequest(ca, request)) ?? "");
  });
  afterEach(() => rmSync(certs, { recursive: true }));

  const bytesOf = (folder = "") =>
    Object.fromEntries(
      four.map((name) => [name, readFileSync(join(certs, "lot-1", folder, name)).toString("hex")]),
    );

  it("has one key and request on disk before the request is sent", async () => {
    const { key, request } = await prepareNext(certs, "lot-1");
    const again = await prepareNext(certs, "lot-1");
    assert.ok(again.key.equals(key));
    assert.equal(again.request, request);
    assert.equal(statSync(join(certs, "lot-1", "next", "private-key.pem")).mode & 0o777, 0o600);
  });

  it("gets the new files and keeps the old ones, wherever an earlier attempt was interrupted", async () => {
    const [old, next] = [bytesOf(), bytesOf("next")];
    for (let done = 0; done <= four.length; done++) {
      for (const [index, name] of four.toReversed().entries()) {
        const source = index < done ? next : old;
        writeFileSync(join(certs, "lot-1", name), Buffer.from(source[name] ?? "", "hex"));
      }
      // The copy is made before the first file is replaced.
      if (done === 0) rmSync(join(certs, "lot-1", "replaced-x"), { recursive: true, force: true });
      assert.equal(await installNext(certs, "lot-1", "replaced-x"), "replaced-x");
      assert.deepEqual(bytesOf(), next, `after ${done} files`);
      assert.deepEqual(bytesOf("replaced-x"), old);
    }
    await clearNext(certs, "lot-1");
    assert.ok(!readdirSync(join(certs, "lot-1")).includes("next"));
  });

  it("ignores an incomplete copy", async () => {
    const old = bytesOf();
    const unfinished = join(certs, "lot-1", ".replaced-x");
    cpSync(join(certs, "lot-1", "next"), unfinished, { recursive: true });
    await installNext(certs, "lot-1", "replaced-x");
    assert.deepEqual(bytesOf("replaced-x"), old);
    assert.ok(!readdirSync(join(certs, "lot-1")).includes(".replaced-x"));
  });

  it("is restored from one form of its key; another key is moved aside, not overwritten", async () => {
    const path = (name: string) => join(certs, "lot-1", name);
    const [whole, pem] = [bytesOf(), readFileSync(path("certificate.pem"), "utf8")];
    const other = readFileSync(join(certs, "lot-1", "next", "private-key.der"));
    writeFileSync(path("private-key.der"), other);
    rmSync(path("certificate.der"));
    const written = await restoreInstalled(certs, "lot-1", pem);
    assert.deepEqual(written.sort(), ["certificate.der", "private-key.der"]);
    assert.deepEqual(bytesOf(), whole);
    const [aside = ""] = readdirSync(join(certs, "lot-1")).filter((name) =>
      name.includes(".replaced-"),
    );
    assert.ok(readFileSync(path(aside)).equals(other));
    const key = createPrivateKey(readFileSync(path("private-key.pem")));
    assert.ok(new X509Certificate(pem).checkPrivateKey(key));
    for (const name of ["private-key.der", "private-key.pem"]) rmSync(path(name));
    await assert.rejects(restoreInstalled(certs, "lot-1", pem), {
      name: "UserError",
      message: /private-key\.pem is not the key of the certificate in the cloud/,
    });
  });
});
