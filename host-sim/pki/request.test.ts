import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { createAuthority, type Identity } from "./authority.ts";
import { createRequest, signRequest } from "./request.ts";

describe("a certificate request", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  let ca: Identity;
  let request: string;

  before(async () => {
    ca = await createAuthority({ keyType: "p256" });
    request = await createRequest(keyPem, "lot-1");
  });

  it("contains the public key and the name, but not the private key", () => {
    assert.match(
      request,
      /^-----BEGIN CERTIFICATE REQUEST-----\n[^-]+-----END CERTIFICATE REQUEST-----\n$/,
    );
    const der = Buffer.from(request.replaceAll(/-----[^-]+-----|\n/g, ""), "base64");
    const { n = "", d = "" } = createPrivateKey(keyPem).export({ format: "jwk" });
    assert.ok(der.includes(Buffer.from(n, "base64url")));
    assert.ok(!der.includes(Buffer.from(d, "base64url").subarray(0, 16)));
    assert.ok(der.includes(Buffer.from("lot-1")));
  });

  it("becomes a client certificate for that key and name", async () => {
    const certificate = new X509Certificate((await signRequest(ca, request)) ?? "");
    assert.ok(certificate.checkPrivateKey(privateKey));
    assert.equal(certificate.subject, "CN=lot-1");
    assert.ok(!certificate.ca);
    assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
    assert.ok(certificate.verify(new X509Certificate(ca.certificatePem).publicKey));
  });

  it("is refused if it is not signed with its own key", async () => {
    const bytes = Buffer.from(request.replaceAll(/-----[^-]+-----|\n/g, ""), "base64");
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 5) ^ 1, bytes.length - 5);
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    assert.equal(await signRequest(ca, forged), undefined);
  });
});
