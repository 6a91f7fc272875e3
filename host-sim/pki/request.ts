import { createPrivateKey, createPublicKey, webcrypto, X509Certificate } from "node:crypto";
import { type Issuer, sign } from "./authority.ts";
import "reflect-metadata";

// It throws on load unless the last import above ran first; a compiler may put static imports
// first.
const x509 = await import("@peculiar/x509");

const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;

/**
 * A certificate signing request (PKCS#10): the public key and the requested name, signed with the
 * key itself. It contains no secrets.
 * @param keyPem RSA, PKCS#8
 * @param commonName the thing's name
 * @returns PEM
 */
export async function createRequest(keyPem: string, commonName: string): Promise<string> {
  const key = createPrivateKey(keyPem);
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      name: [{ CN: [commonName] }],
      keys: {
        privateKey: await webcrypto.subtle.importKey("pkcs8", pkcs8, rsa, false, ["sign"]),
        publicKey: await webcrypto.subtle.importKey("spki", spki, rsa, true, ["verify"]),
      },
      signingAlgorithm: rsa,
    },
    webcrypto,
  );
  return `${request.toString("pem")}\n`;
}

/**
 * Certifies a request as a client's, with the requested name.
 * @returns PEM; undefined if the request is not signed with its own key
 */
export async function signRequest(issuer: Issuer, pem: string): Promise<string | undefined> {
  const request = new x509.Pkcs10CertificateRequest(pem);
  if (!(await request.verify(webcrypto))) return undefined;
  const certificate = await sign(
    { issuer, profile: { type: "client" }, subject: request.subject },
    new Uint8Array(request.publicKey.rawData),
    createPrivateKey(issuer.keyPem),
  );
  return new X509Certificate(certificate).toString();
}
