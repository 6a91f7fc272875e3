import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";

/** The folder of keys and certificates, unless `--certs` names another. */
export const defaultCertsDirectory = join(projectRoot, "certs");

/** The files of one identity: a box, the server or a publishing service. */
export interface IdentityFiles {
  readonly certificatePem: string;
  readonly certificateDer: string;
  readonly keyPem: string;
  /** PKCS#8, unencrypted: what Moddable XS reads */
  readonly keyDer: string;
}

/** `certs/<name>/certificate.{pem,der}` and `private-key.{pem,der}`. */
export function identityFiles(certsDirectory: string, name: string): IdentityFiles {
  const file = (base: string) => join(certsDirectory, name, base);
  return {
    certificatePem: file("certificate.pem"),
    certificateDer: file("certificate.der"),
    keyPem: file("private-key.pem"),
    keyDer: file("private-key.der"),
  };
}

/** The files of a box that claims its certificate: `certs/<thing>/…`. */
export interface ClaimFiles {
  readonly requestPem: string;
  readonly claimCertificatePem: string;
  readonly claimCertificateDer: string;
  readonly claimKeyPem: string;
  readonly claimKeyDer: string;
}

export function claimFiles(certsDirectory: string, thing: string): ClaimFiles {
  const file = (name: string) => join(certsDirectory, thing, name);
  return {
    requestPem: file("request.pem"),
    claimCertificatePem: file("claim-certificate.pem"),
    claimCertificateDer: file("claim-certificate.der"),
    claimKeyPem: file("claim-private-key.pem"),
    claimKeyDer: file("claim-private-key.der"),
  };
}

/** Names that boxes cannot have. */
export const reservedIdentities = [
  "ca",
  "server",
  "service",
  "aws-service",
  "claim",
  "update-signing",
  "update-rollouts",
] as const;

export const caIdentity = "ca";
export const serverIdentity = "server";
/** the identity of `boom-box open` and the web service, on the stand-in */
export const serviceIdentity = "service";
/** the same in AWS IoT Core, made by `boom-box provision --service` */
export const awsServiceIdentity = "aws-service";
/** the identity that boxes use to claim their certificate, made by `boom-box fleet` */
export const claimIdentity = "claim";
/** the key that signs firmware updates, made by `boom-box signing-key`; it has no certificate */
export const updateSigning = "update-signing";
/** what `boom-box update` remembers of its rollouts; no identity either */
export const updateRollouts = "update-rollouts";
