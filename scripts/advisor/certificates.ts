import { X509Certificate } from "node:crypto";
import type { ServerCertificate } from "../../host-sim/advisor/listener.ts";
import type { CertificateKind } from "../../host-sim/advisor/script.ts";
import {
  type CertificateOptions,
  createAuthority,
  type Identity,
  type Issuer,
  issueCertificate,
} from "../../host-sim/pki/authority.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** Larger than usual chains, which AWS requires clients to accept; leaf and root have about 2 KB here. */
const largeChainBytes = 6_000;

/**
 * Makes the certificates that the advisor presents in its cases, in memory only. All of them use one
 * key.
 * @param ca the CA that the client trusts
 * @param host the advisor's name for the client
 * @param keyType the key's type; default `rsa`, as in AWS IoT Core
 */
export async function advisorCertificates(
  ca: Issuer,
  host: string,
  keyType: "rsa" | "p256" = "rsa",
): Promise<Readonly<Record<CertificateKind, ServerCertificate>>> {
  const stranger = await createAuthority({ keyType: "p256", subject: "CN=A stranger" });
  let keyPem: string | undefined;
  const server = async (
    issuer: Issuer,
    names: readonly string[],
    options: CertificateOptions = {},
  ) => {
    const made = await issueCertificate({
      keyType,
      ...(keyPem === undefined ? {} : { keyPem }),
      ...options,
      issuer,
      subject: `CN=${names[0]}`,
      profile: { type: "server", names },
    });
    keyPem = made.keyPem;
    return made;
  };
  const ended = {
    notBefore: new Date(Date.now() - 3 * dayMs),
    notAfter: new Date(Date.now() - dayMs),
  };
  return {
    good: chainOf(await server(ca, [host]), ca),
    large: await largeCertificate(ca, host, server),
    stranger: chainOf(await server(stranger, [host]), stranger),
    misnamed: chainOf(await server(ca, ["elsewhere.invalid"]), ca),
    expired: chainOf(await server(ca, [host], ended), ca),
  };
}

/** Leaf and issuer, because AWS sends both. */
function chainOf({ certificatePem, keyPem }: Identity, issuer: Issuer): ServerCertificate {
  return { chain: certificatePem + issuer.certificatePem, key: keyPem };
}

/** A large chain: an intermediate, and a leaf with many names. */
async function largeCertificate(
  ca: Issuer,
  host: string,
  server: (issuer: Issuer, names: readonly string[]) => Promise<Identity>,
): Promise<ServerCertificate> {
  const intermediate = await createAuthority({ issuer: ca, pathLength: 0, keyType: "p256" });
  const names = Array.from({ length: 160 }, (_, index) => `name-${index}.of-the.advisor.invalid`);
  const leaf = await server(intermediate, [host, ...names]);
  const chain = leaf.certificatePem + intermediate.certificatePem + ca.certificatePem;
  const root = new X509Certificate(ca.certificatePem).raw;
  const bytes = leaf.certificateDer.length + intermediate.certificateDer.length + root.length;
  if (bytes < largeChainBytes) throw new Error(`a chain of ${bytes} bytes is not large`);
  return { chain, key: leaf.keyPem };
}
